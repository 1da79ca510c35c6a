/**
 * The role's credentials, which Lambda sets for the life of the process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const credentials = async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('the environment has no AWS credentials: Lambda sets them')
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  }
}

/** The function's region. */
export const region = async (): Promise<string> => {
  const { AWS_REGION } = process.env
  if (!AWS_REGION) throw new Error('the environment has no AWS_REGION: Lambda sets it')
  return AWS_REGION
}

/** Where Secrets Manager is instead, if the environment says so; the sandbox does. */
export const secretsManagerEndpoint = (): string | undefined =>
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER || process.env.AWS_ENDPOINT_URL || undefined

/** Whether AWS is to be called at its FIPS endpoints. */
export const usesFips = (): boolean => process.env.AWS_USE_FIPS_ENDPOINT === 'true'

/** The domains of AWS's partitions, by how the names of their regions begin. */
const domains = {
  'cn-': 'amazonaws.com.cn',
  'eusc-': 'amazonaws.eu',
  'us-iso-': 'c2s.ic.gov',
  'us-isob-': 'sc2s.sgov.gov',
  'us-isof-': 'csp.hci.ic.gov',
  'eu-isoe-': 'cloud.adc-e.uk',
} as const

/** The address of Secrets Manager in a region: https://docs.aws.amazon.com/general/latest/gr/asm.html */
export const secretsManagerHost = (name: string): string => {
  const [, domain = 'amazonaws.com'] =
    Object.entries(domains).find(([prefix]) => name.startsWith(prefix)) ?? []
  return `https://secretsmanager${usesFips() ? '-fips' : ''}.${name}.${domain}`
}
