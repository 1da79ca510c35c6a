import type { ApiRequest } from './request.ts'

/** A request to the API, without its token. */
export type LoggedRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** The status of the response; 0 if there was none. */
  readonly status: number
  /** When it arrived, in ISO 8601. */
  readonly at: string
  readonly intercom_version: string | null
  /** The parsed JSON, or the text if it is not JSON; `null` without a body. */
  readonly body: unknown
}

const parseBody = (body: string): unknown => {
  try {
    return body === '' ? null : JSON.parse(body)
  } catch {
    return body
  }
}

export const toLoggedRequest = (
  { method, path, query, headers, body }: ApiRequest,
  atMs: number,
  status: number,
): LoggedRequest => {
  const version = headers['intercom-version']
  return {
    method,
    path: query.size > 0 ? `${path}?${query}` : path,
    status,
    at: new Date(atMs).toISOString(),
    intercom_version: typeof version === 'string' ? version : null,
    body: parseBody(body),
  }
}

/** Simulations send millions. */
const maxKept = 10_000

/** Keeps the last 10,000 requests, and counts all of them by status. */
export const createRequestLog = () => {
  let kept: LoggedRequest[] = []
  const counts = new Map<number, number>()
  return {
    add: (request: LoggedRequest): void => {
      kept.push(request)
      if (kept.length >= 2 * maxKept) kept = kept.slice(-maxKept)
      counts.set(request.status, (counts.get(request.status) ?? 0) + 1)
    },
    last: (): readonly LoggedRequest[] => kept.slice(-maxKept),
    counts: (): Readonly<Record<number, number>> => Object.fromEntries(counts),
    clear: (): void => {
      kept = []
      counts.clear()
    },
  }
}
