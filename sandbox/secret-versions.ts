import { randomBytes, randomUUID } from 'node:crypto'

/** Text, or base64 as it travels. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string }

export type SecretVersion = {
  readonly id: string
  readonly value: SecretValue
  readonly stages: readonly string[]
  /** Unix seconds. */
  readonly createdAt: number
}

export type Secret = {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly versions: readonly SecretVersion[]
  /** Set while it waits for its end: nothing can be read, and its name is not free. */
  readonly deletionAt?: number
}

const current = 'AWSCURRENT'
const previous = 'AWSPREVIOUS'

const nowSeconds = (): number => Date.now() / 1000

/** As AWS makes them: the name, a hyphen, six characters of chance. */
const arnOf = (name: string): string =>
  `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}-${randomBytes(3).toString('hex')}`

export const createSecret = (name: string): Secret => ({
  name,
  arn: arnOf(name),
  createdAt: nowSeconds(),
  versions: [],
})

/**
 * A secret with one more version. A stage is at one version at a time; what loses AWSCURRENT gets
 * AWSPREVIOUS, and a version without a stage is gone.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export const withVersion = (
  secret: Secret,
  value: SecretValue,
  as: { readonly id?: string; readonly stages?: readonly string[] } = {},
): Secret => {
  const { id = randomUUID(), stages = [current] } = as
  const movesCurrent = stages.includes(current)
  const taken = movesCurrent ? [...stages, previous] : stages
  const versions = secret.versions.map((version) => ({
    ...version,
    stages: [
      ...version.stages.filter((stage) => !taken.includes(stage)),
      ...(movesCurrent && version.stages.includes(current) ? [previous] : []),
    ],
  }))
  const added = { id, value, stages, createdAt: nowSeconds() }
  return {
    ...secret,
    versions: [...versions, added].filter((version) => version.stages.length > 0),
  }
}

/** By its id, by its stage, or by both; the current one where neither is given. */
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

/** A secret answers to its name, its ARN, and its ARN without the six characters. */
export const answersTo = (secret: Secret, id: string): boolean =>
  id === secret.name || id === secret.arn || id === secret.arn.slice(0, -7)
