import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { once } from '../memoise.ts'
import { credentials, region, secretsManagerEndpoint, usesFips } from './lambda-environment.ts'
import type { GetSecretValue } from './secrets-manager.ts'

const silent = () => {}
/** The SDK's own lines are text, and no query finds them: what fails is thrown and logged here. */
const logger = { debug: silent, info: silent, warn: silent, error: silent }

/**
 * What the client would look for in profiles and files is set, so that the bundle needs none of
 * that. A hanging request would block the batch: a try has 1 s to connect, 2 s in all.
 */
const createClient = (): SecretsManagerClient => {
  const endpoint = secretsManagerEndpoint()
  return new SecretsManagerClient({
    region,
    credentials,
    ...(endpoint !== undefined && { endpoint }),
    ignoreConfiguredEndpointUrls: true,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 2,
    useDualstackEndpoint: false,
    useFipsEndpoint: usesFips(),
    userAgentAppId: 'signup-bridge',
    authSchemePreference: ['sigv4'],
    logger,
    requestHandler: {
      logger,
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      // Without this the SDK only logs a warning when a request takes longer.
      throwOnRequestTimeout: true,
    },
  })
}

/** Reads secrets with the SDK's client. */
export const openSdkSecretsManager = (): GetSecretValue => {
  const client = once(createClient)
  return (input) => client().send(new GetSecretValueCommand(input))
}
