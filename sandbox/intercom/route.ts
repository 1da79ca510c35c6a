import type { ApiError } from './api-error.ts'
import type { Version } from './version.ts'

/** A request that matched a route. */
export type RoutedRequest = {
  /** The segment that the first `*` of the route's path matched. */
  readonly id: string
  /** The segment that the second `*` matched. */
  readonly otherId: string
  readonly version: Version
  readonly query: URLSearchParams
  /** Parses the body. @throws SyntaxError if it is not JSON */
  readonly json: () => unknown
}

/** The result of a request that is responded to with 202 and an empty body. */
export const accepted: object = Object.freeze({ type: 'accepted' })

/** A method and path of the API, with its handler. */
export type Route = {
  readonly method: string
  readonly path: string
  readonly respond: (request: RoutedRequest) => object | ApiError
}
