import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Environment } from '../config/env.ts'
import { once } from '../memoise.ts'
import { credentialsOf, regionOf, secretsManagerEndpoint, usesFips } from './aws-environment.ts'
import type { GetSecretValue } from './secrets-manager.ts'

const silent = () => {}
/** The SDK's own lines are text, and no query finds them: what fails is thrown and logged here. */
const logger = { debug: silent, info: silent, warn: silent, error: silent }

/**
 * What the client would look for in profiles and files is set, so that the bundle needs none of
 * that. A hanging request would block the batch: a try has 1 s to connect, 2 s in all.
 */
const createClient = (env: Environment): SecretsManagerClient => {
  const endpoint = secretsManagerEndpoint(env)
  return new SecretsManagerClient({
    region: async () => regionOf(env),
    credentials: async () => credentialsOf(env),
    ...(endpoint !== undefined && { endpoint }),
    ignoreConfiguredEndpointUrls: true,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 2,
    useDualstackEndpoint: false,
    useFipsEndpoint: usesFips(env),
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
export const openSdkSecretsManager = (env: Environment): GetSecretValue => {
  const client = once(() => createClient(env))
  return (input) => client().send(new GetSecretValueCommand(input))
}
