import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { GetSecret, SecretStage } from '../config/secrets.ts'
import { BridgeError } from '../errors.ts'
import { sdkOptions } from './client-options.ts'

/** Failures that time does not mend: the role lacks a right, or the key is gone. */
const lasting = new Set(['AccessDeniedException', 'DecryptionFailure', 'InvalidParameterException'])

const toError = (error: unknown): BridgeError => {
  const name = error instanceof Error ? error.name : ''
  return lasting.has(name)
    ? new BridgeError(
        'misconfigured',
        "Secrets Manager refuses the secret: check the function's role and the secret's key",
        { cause: error },
      )
    : new BridgeError('temporarily_unavailable', 'Secrets Manager gave no answer', { cause: error })
}

/**
 * Reads one secret. The client is loaded on the first call: it is half of a cold start.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const createGetSecret = (secretId: string): GetSecret => {
  let loading: Promise<SecretsManagerClient> | undefined
  const load = async (): Promise<SecretsManagerClient> => {
    const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
    return new SecretsManagerClient(sdkOptions)
  }
  return async (stage: SecretStage) => {
    loading ??= load()
    const client = await loading
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
    try {
      const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage })
      return (await client.send(command)).SecretString
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
      throw toError(error)
    }
  }
}
