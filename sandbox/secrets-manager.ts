import { randomUUID } from 'node:crypto'
import { type LoopbackRequest, sendJson, startLoopback } from './loopback.ts'
import {
  createOperations,
  type Failure,
  failure,
  type Input,
  isFailure,
  stringInput,
} from './secret-operations.ts'
import { createSecret, type Secret, withVersion } from './secret-versions.ts'

export type SecretsRequest = {
  readonly operation: string
  readonly secret_id: string | undefined
  readonly version_stage: string | undefined
}

export type SandboxSecrets = {
  readonly url: string
  /** Creates the secret, or adds a version and keeps the one before as AWSPREVIOUS. */
  readonly put: (name: string, value: string) => void
  /** Deletes the secret immediately. */
  readonly remove: (name: string) => void
  /** Every request so far, the newest last. */
  readonly calls: () => readonly SecretsRequest[]
  /**
   * Makes the next requests fail: 500 as in an outage (the default), 400 for a missing permission.
   */
  readonly fail: (count: number, status?: number) => void
  readonly close: () => Promise<void>
}

const forcedFailure = (status: number): Failure =>
  status < 500
    ? failure('AccessDeniedException', 'You do not have sufficient access.', status)
    : failure('InternalServiceError', 'An error occurred on the server side.', status)

const operationOf = ({ headers }: LoopbackRequest): string => {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? target.replace(/^secretsmanager\./, '') : ''
}

const inputOf = ({ body }: LoopbackRequest): Input | undefined => {
  try {
    const input: unknown = JSON.parse(body)
    return typeof input === 'object' && input !== null ? { ...input } : undefined
  } catch {
    return undefined
  }
}

/**
 * Starts a Secrets Manager on 127.0.0.1 that speaks AWS's JSON 1.1 protocol and keeps secrets in
 * memory. It does not verify signatures.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 *
 * @throws the system's error (`EADDRINUSE`) if the port is in use
 */
export const startSecretsManager = async (options: {
  /** 0 lets the system choose. */
  readonly port: number
  /** Values by name. */
  readonly secrets: Readonly<Record<string, string>>
}): Promise<SandboxSecrets> => {
  const secrets = new Map<string, Secret>()
  const operations = createOperations(secrets)
  const requests: SecretsRequest[] = []
  let failing = { left: 0, status: 500 }

  const put = (name: string, value: string): void => {
    const existing = secrets.get(name)
    const secret = existing?.deletionAt === undefined ? existing : undefined
    secrets.set(name, withVersion(secret ?? createSecret(name), { SecretString: value }))
  }
  for (const [name, value] of Object.entries(options.secrets)) put(name, value)

  const respond = (request: LoopbackRequest): object | Failure => {
    const operation = operationOf(request)
    const input = inputOf(request)
    requests.push({
      operation,
      secret_id: input && (stringInput(input, 'SecretId') ?? stringInput(input, 'Name')),
      version_stage: input && stringInput(input, 'VersionStage'),
    })
    if (failing.left > 0) {
      failing = { ...failing, left: failing.left - 1 }
      return forcedFailure(failing.status)
    }
    if (!input) return failure('SerializationException', 'The body is not a JSON object.')
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    return run ? run(input) : failure('UnknownOperationException', `No operation ${operation}.`)
  }

  const { url, close } = await startLoopback(options.port, async (request, response) => {
    const result = respond(request)
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': randomUUID(),
    }
    if (!isFailure(result)) return sendJson(response, 200, result, headers)
    const body = { __type: result.type, Message: result.message }
    return sendJson(response, result.status, body, {
      ...headers,
      'x-amzn-errortype': result.type,
    })
  })
  return {
    url,
    put,
    remove: (name) => {
      secrets.delete(name)
    },
    calls: () => requests,
    fail: (count, status = 500) => {
      failing = { left: count, status }
    },
    close,
  }
}
