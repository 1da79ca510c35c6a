import { onTestFinished } from 'vitest'
import {
  type IntercomOptions,
  type SandboxIntercom,
  startIntercom,
} from '../../sandbox/intercom/server.ts'

export const token = 'a-good-token'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  // Answers are looked into freely, as a client in any language would.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what these tests are about
  readonly json: any
}

/** The one error that an answer tells of. */
export const errorOf = ({
  status,
  json,
}: Answer): { status: number; code: string; message: string } => {
  const { code, message } = json.errors[0]
  return { status, code, message }
}

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

/** A client that asks as the reference says; headers given replace its own, `''` leaves one out. */
export const createCall =
  (url: string): Call =>
  async (method, path, body, headers = {}) => {
    const all = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'intercom-version': '2.14',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    }
    const response = await fetch(`${url}${path}`, {
      method,
      headers: Object.entries(all).filter(([, value]) => value !== ''),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      json: isJson ? JSON.parse(text) : text,
    }
  }

/** An Intercom for one test, with a clock that stands still until it is moved. */
export const start = async (options: Partial<IntercomOptions> = {}) => {
  const clock = { ms: 1_734_537_437_000 }
  const intercom: SandboxIntercom = await startIntercom({
    port: 0,
    access_token: token,
    now: () => clock.ms,
    ...options,
  })
  onTestFinished(intercom.close)
  const call = createCall(intercom.url)
  const create = async (body: object): Promise<string> =>
    (await call('POST', '/contacts', body)).json.id
  const searchBy = async (field: string, value: string | null): Promise<string[]> => {
    const query = { field, operator: '=', value }
    const { json } = await call('POST', '/contacts/search', { query })
    return json.data.map(({ id }: { id: string }) => id)
  }
  return { intercom, call, create, searchBy, clock }
}
