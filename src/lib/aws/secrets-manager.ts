import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { GetSecret, SecretStage } from '../config/secrets.ts'
import { BridgeError } from '../errors.ts'
import { sdkOptions } from './client-options.ts'

/** Errors that a retry does not fix: the role lacks a permission, or the key is gone. */
const permanentErrors = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidParameterException',
])

const toError = (error: unknown): BridgeError => {
  const name = error instanceof Error ? error.name : ''
  return permanentErrors.has(name)
    ? new BridgeError(
        'misconfigured',
        "Secrets Manager refused the request: check the function's role and the secret's key",
        { cause: error },
      )
    : new BridgeError('temporarily_unavailable', 'Secrets Manager did not respond', {
        cause: error,
      })
}

/**
 * Creates a reader of one secret, which returns `undefined` if the secret or its stage is missing.
 * The client is loaded on the first call: it is half of a cold start.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 *
 * The reader throws BridgeError `misconfigured` or `temporarily_unavailable`.
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
