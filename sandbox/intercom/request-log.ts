import type { ApiRequest } from './request.ts'

/** A call of the API as the sandbox saw it; the token is never kept. */
export type LoggedRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** What the client was answered; 0 where it got no answer. */
  readonly status: number
  /** When it came, in ISO 8601. */
  readonly at: string
  readonly intercom_version: string | null
  /** Parsed where it is JSON, else the text; `null` without one. */
  readonly body: unknown
}

const parsed = (body: string): unknown => {
  try {
    return body === '' ? null : JSON.parse(body)
  } catch {
    // Kept as it came: what was sent is what one wants to see.
    return body
  }
}

/** What is kept of a call. */
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
    body: parsed(body),
  }
}

/** A simulation makes millions. */
const maxKept = 10_000

/** Keeps the last 10,000 calls, and how many there were of each status. */
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
