import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterEach, expect, test, vi } from 'vitest'
import { secretsManagerUrl } from '../../../src/lib/aws/aws-environment.ts'
import { createGetSecret, openSecretsManager } from '../../../src/lib/aws/secrets-manager.ts'
import { startServer } from '../../support/server.ts'

afterEach(() => vi.unstubAllEnvs())

/** Where the SDK would send a request. */
const hostOfSdk = async (region: string, useFipsEndpoint: boolean): Promise<string> => {
  const { config } = new SecretsManagerClient({ region, useFipsEndpoint })
  const endpoint = config.endpointProvider({ Region: region, UseFIPS: useFipsEndpoint })
  return endpoint.url.origin
}

test.each([
  ...['us-east-1', 'eu-west-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'],
  ...['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'],
])('Secrets Manager in %s has the address that the SDK knows, with FIPS too', async (region) => {
  const env = { AWS_REGION: region }

  expect(secretsManagerUrl(env)).toBe(await hostOfSdk(region, false))
  expect(secretsManagerUrl({ ...env, AWS_USE_FIPS_ENDPOINT: 'true' })).toBe(
    await hostOfSdk(region, true),
  )
})

test.each([
  ['ResourceNotFoundException', undefined],
  ['AccessDeniedException', 'misconfigured'],
  ['DecryptionFailure', 'misconfigured'],
  ['InternalServiceError', 'temporarily_unavailable'],
])('%s of Secrets Manager is %s', async (type, code) => {
  const server = await startServer((_request, response) =>
    response.writeHead(400).end(JSON.stringify({ __type: type, Message: 'no' })),
  )
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key')
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url)
  const read = createGetSecret(openSecretsManager(process.env), 'signing')('AWSCURRENT')

  if (code === undefined) expect(await read).toBeUndefined()
  else await expect(read).rejects.toMatchObject({ code })
  await server.close()
})
