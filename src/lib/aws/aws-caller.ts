import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { systemClock as clock } from '../clock.ts'
import type { Environment } from '../config/env.ts'
import { createHttp, type HttpResponse, type SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { isRecord } from '../json-access.ts'
import { credentialsOf, regionOf } from './aws-environment.ts'

export type AwsCaller = {
  /**
   * Calls an action of the service, such as `SendMessage`; returns its output.
   *
   * @throws an error whose `name` is the service's code, such as `AccessDeniedException`
   */
  readonly call: (action: string, input: object) => Promise<Readonly<Record<string, unknown>>>
}

export type AwsService = {
  /** The name in signatures. */
  readonly signingName: string
  /** What precedes an action in `X-Amz-Target`. */
  readonly target: string
  readonly version: '1.0' | '1.1'
  readonly baseUrl: URL
}

const maxAttempts = 2
/** A hanging request would block the sender or the batch. */
const timeoutMs = 2_000
const maxBackoffMs = 100

/** SHA-256 and its HMAC in the form that the signer expects. */
class Sha256 {
  readonly #hash
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as Buffer)
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as Buffer)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

/** The error code of a response, without its namespace: `com.amazonaws.sqs#QueueDoesNotExist`. */
const codeOf = ({ headers }: HttpResponse, output: unknown): string => {
  const header = headers['x-amzn-errortype']
  const type = isRecord(output) && typeof output.__type === 'string' ? output.__type : header
  const [code = ''] = String(type ?? 'UnknownError').split(':')
  return code.slice(code.lastIndexOf('#') + 1)
}

const isTemporary = (status: number, code: string): boolean =>
  status >= 500 || status === 429 || /Thrott|TooManyRequests|RequestTimeout/.test(code)

/**
 * Calls an AWS service by its JSON protocol: signed, twice at most, 2 s each. A client of the SDK
 * would take three times the CPU until its first response.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export const createAwsCaller = (
  { signingName, target, version, baseUrl }: AwsService,
  env: Environment,
  send: SendHttp = createHttp(baseUrl),
): AwsCaller => {
  const signer = new SignatureV4({
    service: signingName,
    region: async () => regionOf(env),
    credentials: async () => credentialsOf(env),
    sha256: Sha256,
  })
  const sendOnce = async (action: string, body: string): Promise<HttpResponse> => {
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: baseUrl.protocol,
      hostname: baseUrl.hostname,
      path: '/',
      query: {},
      headers: {
        host: baseUrl.host,
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': `${target}.${action}`,
      },
      body,
    })
    return send({ method: 'POST', path: '/', headers, body, signal: clock.timeout(timeoutMs) })
  }
  const call: AwsCaller['call'] = async (action, input) => {
    const body = JSON.stringify(input)
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= maxAttempts
      const response = await sendOnce(action, body).catch((error: unknown) => {
        if (isLast) throw error
      })
      if (response) {
        const output = parseJson(response.body)
        if (response.status === 200 && isRecord(output)) return output
        const code = codeOf(response, output)
        if (isLast || !isTemporary(response.status, code)) {
          const error = new Error(`${target}.${action}: status ${response.status}`)
          throw Object.assign(error, { name: code })
        }
      }
      await clock.sleep(Math.random() * maxBackoffMs)
    }
  }
  return { call }
}
