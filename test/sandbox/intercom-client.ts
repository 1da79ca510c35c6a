import { onTestFinished } from 'vitest'
import {
  type IntercomOptions,
  type SandboxIntercom,
  startIntercom,
} from '../../sandbox/intercom/server.ts'

export const token = 'a-good-token'

export type JsonResponse = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: these tests check the shape
  readonly json: any
}

/** Returns the status and the first error of an error response. */
export const errorOf = ({
  status,
  json,
}: JsonResponse): { status: number; code: string; message: string } => {
  const { code, message } = json.errors[0]
  return { status, code, message }
}

export type SendRequest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<JsonResponse>

/**
 * Creates a client that sends requests as the reference describes them. `headers` override its own;
 * `''` removes one.
 */
export const createClient =
  (url: string): SendRequest =>
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

/** Starts an Intercom for one test, with a clock that only moves when the test moves it. */
export const start = async (options: Partial<IntercomOptions> = {}) => {
  const clock = { ms: 1_734_537_437_000 }
  const intercom: SandboxIntercom = await startIntercom({
    port: 0,
    access_token: token,
    now: () => clock.ms,
    ...options,
  })
  onTestFinished(intercom.close)
  const request = createClient(intercom.url)
  const create = async (body: object): Promise<string> =>
    (await request('POST', '/contacts', body)).json.id
  const searchBy = async (field: string, value: string | null): Promise<string[]> => {
    const query = { field, operator: '=', value }
    const { json } = await request('POST', '/contacts/search', { query })
    return json.data.map(({ id }: { id: string }) => id)
  }
  return { intercom, request, create, searchBy, clock }
}
