import { randomUUID } from 'node:crypto'
import {
  answersTo,
  createSecret,
  findVersion,
  type Secret,
  type SecretValue,
  withVersion,
} from './secret-versions.ts'

/** An error as the SDK reads it: its type is the exception's name. */
export type Failure = { readonly status: number; readonly type: string; readonly message: string }
export type Input = Readonly<Record<string, unknown>>
type Operation = (input: Input) => object | Failure

export const failure = (type: string, message: string, status = 400): Failure => ({
  status,
  type,
  message,
})
export const isFailure = (result: object): result is Failure =>
  'type' in result && 'status' in result

const notFound = (what = 'secret.') =>
  failure('ResourceNotFoundException', `Secrets Manager can't find the specified ${what}`)
const markedForDeletion = failure(
  'InvalidRequestException',
  "You can't perform this operation on the secret because it was marked for deletion.",
)

/** The recovery window unless told otherwise, in days. */
const recoveryDays = 30

/** A member of the input that is text. */
export const textOf = (input: Input, key: string): string | undefined => {
  const value = Object.hasOwn(input, key) ? input[key] : undefined
  return typeof value === 'string' ? value : undefined
}

const secretValue = (input: Input): SecretValue | undefined => {
  const SecretString = textOf(input, 'SecretString')
  if (SecretString !== undefined) return { SecretString }
  const SecretBinary = textOf(input, 'SecretBinary')
  return SecretBinary === undefined ? undefined : { SecretBinary }
}

/**
 * What Secrets Manager does, by the name of the operation: input to answer.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export const createOperations = (
  secrets: Map<string, Secret>,
): Readonly<Record<string, Operation>> => {
  const find = (input: Input): Secret | Failure => {
    const id = textOf(input, 'SecretId') ?? ''
    return [...secrets.values()].find((secret) => answersTo(secret, id)) ?? notFound()
  }
  const findUsable = (input: Input): Secret | Failure => {
    const secret = find(input)
    return !isFailure(secret) && secret.deletionAt !== undefined ? markedForDeletion : secret
  }
  const write = (secret: Secret): Secret => {
    secrets.set(secret.name, secret)
    return secret
  }
  const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name })

  return {
    CreateSecret: (input) => {
      const name = textOf(input, 'Name')
      if (!name) return failure('InvalidParameterException', 'Name must not be empty.')
      const taken = secrets.get(name)
      if (taken?.deletionAt !== undefined) return markedForDeletion
      if (taken) {
        const text = `The operation failed because the secret ${name} already exists.`
        return failure('ResourceExistsException', text)
      }
      const value = secretValue(input)
      if (!value) return named(write(createSecret(name)))
      const id = textOf(input, 'ClientRequestToken') ?? randomUUID()
      return { ...named(write(withVersion(createSecret(name), value, { id }))), VersionId: id }
    },
    PutSecretValue: (input) => {
      const secret = findUsable(input)
      if (isFailure(secret)) return secret
      const value = secretValue(input)
      if (!value) {
        const text = 'You must provide either SecretString or SecretBinary.'
        return failure('InvalidRequestException', text)
      }
      const id = textOf(input, 'ClientRequestToken') ?? randomUUID()
      const asked = input.VersionStages
      const stages = Array.isArray(asked) ? asked.map(String) : ['AWSCURRENT']
      const repeated = findVersion(secret, id, undefined)
      if (repeated && JSON.stringify(repeated.value) !== JSON.stringify(value)) {
        const text = `A version with the ID ${id} and another value already exists.`
        return failure('ResourceExistsException', text)
      }
      if (!repeated) write(withVersion(secret, value, { id, stages }))
      return { ...named(secret), VersionId: id, VersionStages: repeated?.stages ?? stages }
    },
    GetSecretValue: (input) => {
      const secret = findUsable(input)
      if (isFailure(secret)) return secret
      const [id, stage] = [textOf(input, 'VersionId'), textOf(input, 'VersionStage')]
      const version = findVersion(secret, id, stage)
      if (!version) {
        const asked = id ? `VersionId: ${id}` : `staging label: ${stage ?? 'AWSCURRENT'}`
        return notFound(`secret value for ${asked}`)
      }
      return {
        ...named(secret),
        ...version.value,
        VersionId: version.id,
        VersionStages: version.stages,
        CreatedDate: version.createdAt,
      }
    },
    DescribeSecret: (input) => {
      const secret = find(input)
      if (isFailure(secret)) return secret
      const { versions, createdAt, deletionAt } = secret
      return {
        ...named(secret),
        CreatedDate: createdAt,
        LastChangedDate: versions.at(-1)?.createdAt ?? createdAt,
        ...(deletionAt !== undefined && { DeletedDate: deletionAt }),
        VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
      }
    },
    DeleteSecret: (input) => {
      const secret = findUsable(input)
      if (isFailure(secret)) return secret
      const force = input.ForceDeleteWithoutRecovery === true
      const days = force ? 0 : Number(input.RecoveryWindowInDays ?? recoveryDays)
      const deletionAt = Date.now() / 1000 + days * 86_400
      if (force) secrets.delete(secret.name)
      else write({ ...secret, deletionAt })
      return { ...named(secret), DeletionDate: deletionAt }
    },
  }
}
