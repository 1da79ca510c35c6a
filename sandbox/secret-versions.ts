import { randomBytes, randomUUID } from 'node:crypto'

/** A string, or binary data in base64. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string }

export type SecretVersion = {
  readonly id: string
  readonly value: SecretValue
  readonly stages: readonly string[]
  /** In unix seconds. */
  readonly createdAt: number
}

export type Secret = {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly versions: readonly SecretVersion[]
  /** Set while the secret is marked for deletion: it cannot be read, and its name is taken. */
  readonly deletionAt?: number
}

const current = 'AWSCURRENT'
const previous = 'AWSPREVIOUS'

const nowSeconds = (): number => Date.now() / 1000

/** Creates an ARN like AWS's: the name, a hyphen, six random characters. */
const arnOf = (name: string): string =>
  `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}-${randomBytes(3).toString('hex')}`

export const createSecret = (name: string): Secret => ({
  name,
  arn: arnOf(name),
  createdAt: nowSeconds(),
  versions: [],
})

/**
 * Returns the secret with one more version. A stage is on one version at a time; the version that
 * loses AWSCURRENT gets AWSPREVIOUS, and a version without a stage is removed.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export const withVersion = (
  secret: Secret,
  value: SecretValue,
  options: { readonly id?: string; readonly stages?: readonly string[] } = {},
): Secret => {
  const { id = randomUUID(), stages = [current] } = options
  const movesCurrent = stages.includes(current)
  const moved = movesCurrent ? [...stages, previous] : stages
  const versions = secret.versions.map((version) => ({
    ...version,
    stages: [
      ...version.stages.filter((stage) => !moved.includes(stage)),
      ...(movesCurrent && version.stages.includes(current) ? [previous] : []),
    ],
  }))
  const added = { id, value, stages, createdAt: nowSeconds() }
  return {
    ...secret,
    versions: [...versions, added].filter((version) => version.stages.length > 0),
  }
}

/** Finds a version by its id, stage or both; the current one if neither is given. */
export const findVersion = (
  secret: Secret,
  id: string | undefined,
  stage: string | undefined,
): SecretVersion | undefined => {
  const wantedStage = stage ?? (id === undefined ? current : undefined)
  return secret.versions.find(
    (version) =>
      (id === undefined || version.id === id) &&
      (wantedStage === undefined || version.stages.includes(wantedStage)),
  )
}

/** Returns whether an id is the secret's name, its ARN, or its ARN without the six characters. */
export const matchesId = (secret: Secret, id: string): boolean =>
  id === secret.name || id === secret.arn || id === secret.arn.slice(0, -7)
