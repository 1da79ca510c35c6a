import type { Environment } from '../config/env.ts'

/**
 * The role's credentials, which Lambda sets for the life of the process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @throws Error that says what is missing
 */
export const credentialsOf = (env: Environment) => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing: set both')
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  }
}

/** @throws Error that says that it is missing */
export const regionOf = ({ AWS_REGION }: Environment): string => {
  if (!AWS_REGION) throw new Error('AWS_REGION is missing: set it')
  return AWS_REGION
}

/** Where Secrets Manager is instead, if the environment says so; the sandbox does. */
export const secretsManagerEndpoint = (env: Environment): string | undefined =>
  env.AWS_ENDPOINT_URL_SECRETS_MANAGER || env.AWS_ENDPOINT_URL || undefined

/** Whether AWS is to be called at its FIPS endpoints. */
export const usesFips = (env: Environment): boolean => env.AWS_USE_FIPS_ENDPOINT === 'true'

/** The domains of AWS's partitions, by how the names of their regions begin. */
const domains = {
  'cn-': 'amazonaws.com.cn',
  'eusc-': 'amazonaws.eu',
  'us-iso-': 'c2s.ic.gov',
  'us-isob-': 'sc2s.sgov.gov',
  'us-isof-': 'csp.hci.ic.gov',
  'eu-isoe-': 'cloud.adc-e.uk',
} as const

/**
 * The address of Secrets Manager: https://docs.aws.amazon.com/general/latest/gr/asm.html
 *
 * @throws Error if the region is missing
 */
export const secretsManagerUrl = (env: Environment): string => {
  const region = regionOf(env)
  const [, domain = 'amazonaws.com'] =
    Object.entries(domains).find(([prefix]) => region.startsWith(prefix)) ?? []
  const host = `https://secretsmanager${usesFips(env) ? '-fips' : ''}.${region}.${domain}`
  return secretsManagerEndpoint(env) ?? host
}
