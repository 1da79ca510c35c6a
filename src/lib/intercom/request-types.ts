import type { HttpRequest, HttpResponse } from '../http.ts'

/** A response of Intercom's API; `body` is the parsed JSON, `undefined` if it is not JSON. */
export type IntercomResponse = Pick<HttpResponse, 'status' | 'headers'> & { readonly body: unknown }

/** A request to Intercom's API, and how its responses are read. */
export type IntercomRequest<T> = Pick<HttpRequest, 'method' | 'path' | 'body'> & {
  /** The request's name, also in the log. */
  readonly name: string
  /** The result of a response; `undefined` if it has none: `errorCodeOf` then says what failed. */
  readonly read: (response: IntercomResponse) => T | undefined
  /** False if a retry after an unclear attempt could create a duplicate. */
  readonly repeatable: boolean
}

/**
 * Sends a request, with retries, and returns its result.
 *
 * @throws BridgeError `intercom_*`, `misconfigured`, `create_unclear` or `out_of_time`
 */
export type SendRequest = <T>(request: IntercomRequest<T>) => Promise<T>
