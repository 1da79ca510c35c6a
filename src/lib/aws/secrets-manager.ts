import type { Environment } from '../config/env.ts'
import type { GetSecret, SecretStage } from '../config/secrets.ts'
import { BridgeError } from '../errors.ts'
import { asText } from '../json-access.ts'
import { type AwsCaller, createAwsCaller } from './aws-caller.ts'
import { secretsManagerUrl } from './aws-environment.ts'

/**
 * Calls Secrets Manager's `GetSecretValue`.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 *
 * @throws an error whose `name` is the service's code
 */
export type GetSecretValue = (input: {
  readonly SecretId: string
  readonly VersionStage: SecretStage
}) => Promise<{ readonly SecretString?: string | undefined }>

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
 *
 * The reader throws BridgeError `misconfigured` or `temporarily_unavailable`.
 */
export const createGetSecret =
  (getSecretValue: GetSecretValue, secretId: string): GetSecret =>
  async (stage) => {
    try {
      return (await getSecretValue({ SecretId: secretId, VersionStage: stage })).SecretString
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
      throw toError(error)
    }
  }

/** Reads secrets by signed requests, for the webhook: senders wait for its cold start. */
export const openSecretsManager = (env: Environment): GetSecretValue => {
  let caller: AwsCaller | undefined
  return async (input) => {
    caller ??= createAwsCaller(
      {
        signingName: 'secretsmanager',
        target: 'secretsmanager',
        version: '1.1',
        baseUrl: new URL(secretsManagerUrl(env)),
      },
      env,
    )
    return { SecretString: asText((await caller.call('GetSecretValue', input)).SecretString) }
  }
}
