import type { Refusal } from './refusal.ts'
import type { Version } from './version.ts'

/** A call that found its route. */
export type RoutedRequest = {
  /** What the first `*` of the route's path stands for. */
  readonly id: string
  /** And the second. */
  readonly otherId: string
  readonly version: Version
  readonly query: URLSearchParams
  /** @throws SyntaxError where the body is no JSON */
  readonly json: () => unknown
}

/** One address of the API. */
export type Route = {
  readonly method: string
  readonly path: string
  readonly respond: (request: RoutedRequest) => object | Refusal
}
