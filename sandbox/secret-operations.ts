import { randomUUID } from 'node:crypto'
import {
  createSecret,
  findVersion,
  matchesId,
  type Secret,
  type SecretValue,
  withVersion,
} from './secret-versions.ts'

/** An error response; the type is the name of the SDK's exception. */
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

/** The default recovery window, in days. */
const recoveryDays = 30

/** Reads a string from the input; undefined if it is absent or not a string. */
export const stringInput = (input: Input, key: string): string | undefined => {
  const value = Object.hasOwn(input, key) ? input[key] : undefined
  return typeof value === 'string' ? value : undefined
}

const secretValue = (input: Input): SecretValue | undefined => {
  const SecretString = stringInput(input, 'SecretString')
  if (SecretString !== undefined) return { SecretString }
  const SecretBinary = stringInput(input, 'SecretBinary')
  return SecretBinary === undefined ? undefined : { SecretBinary }
}

/**
 * Creates the operations of Secrets Manager by name; each returns the output for an input.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export const createOperations = (
  secrets: Map<string, Secret>,
): Readonly<Record<string, Operation>> => {
  const find = (input: Input): Secret | Failure => {
    const id = stringInput(input, 'SecretId') ?? ''
    return [...secrets.values()].find((secret) => matchesId(secret, id)) ?? notFound()
  }
  const findUsable = (input: Input): Secret | Failure => {
    const secret = find(input)
    return !isFailure(secret) && secret.deletionAt !== undefined ? markedForDeletion : secret
  }
  const write = (secret: Secret): Secret => {
    secrets.set(secret.name, secret)
    return secret
  }
  const identify = ({ arn, name }: Secret) => ({ ARN: arn, Name: name })

  return {
    CreateSecret: (input) => {
      const name = stringInput(input, 'Name')
      if (!name) return failure('InvalidParameterException', 'Name must not be empty.')
      const existing = secrets.get(name)
      if (existing?.deletionAt !== undefined) return markedForDeletion
      if (existing) {
        const text = `The operation failed because the secret ${name} already exists.`
        return failure('ResourceExistsException', text)
      }
      const value = secretValue(input)
      if (!value) return identify(write(createSecret(name)))
      const id = stringInput(input, 'ClientRequestToken') ?? randomUUID()
      return { ...identify(write(withVersion(createSecret(name), value, { id }))), VersionId: id }
    },
    PutSecretValue: (input) => {
      const secret = findUsable(input)
      if (isFailure(secret)) return secret
      const value = secretValue(input)
      if (!value) {
        const text = 'You must provide either SecretString or SecretBinary.'
        return failure('InvalidRequestException', text)
      }
      const id = stringInput(input, 'ClientRequestToken') ?? randomUUID()
      const requested = input.VersionStages
      const stages = Array.isArray(requested) ? requested.map(String) : ['AWSCURRENT']
      const repeated = findVersion(secret, id, undefined)
      if (repeated && JSON.stringify(repeated.value) !== JSON.stringify(value)) {
        const text = `A version with the ID ${id} and another value already exists.`
        return failure('ResourceExistsException', text)
      }
      if (!repeated) write(withVersion(secret, value, { id, stages }))
      return { ...identify(secret), VersionId: id, VersionStages: repeated?.stages ?? stages }
    },
    GetSecretValue: (input) => {
      const secret = findUsable(input)
      if (isFailure(secret)) return secret
      const [id, stage] = [stringInput(input, 'VersionId'), stringInput(input, 'VersionStage')]
      const version = findVersion(secret, id, stage)
      if (!version) {
        const label = id ? `VersionId: ${id}` : `staging label: ${stage ?? 'AWSCURRENT'}`
        return notFound(`secret value for ${label}`)
      }
      return {
        ...identify(secret),
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
        ...identify(secret),
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
      return { ...identify(secret), DeletionDate: deletionAt }
    },
  }
}
