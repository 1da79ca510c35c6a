import type { HttpRequest, HttpResponse } from '../http.ts'

/** An answer of Intercom's; `body` is what its JSON holds, `undefined` for anything else. */
export type IntercomResponse = Pick<HttpResponse, 'status' | 'headers'> & { readonly body: unknown }

/** One call of Intercom's API, and what its answers mean. */
export type IntercomRequest<T> = Pick<HttpRequest, 'method' | 'path' | 'body'> & {
  /** How the log names it. */
  readonly name: string
  /** What an answer decides; `undefined` for one that decides nothing, which failure.ts judges. */
  readonly read: (response: IntercomResponse) => T | undefined
  /** False: a second try after an unclear first one would make two of what it makes. */
  readonly repeatable: boolean
}

/** @throws BridgeError `intercom_*`, `create_unclear` or `out_of_time`, of retry.ts to judge */
export type SendRequest = <T>(request: IntercomRequest<T>) => Promise<T>
