/** A request to the API, over HTTP or in process. */
export type ApiRequest = {
  readonly method: string
  /** Without its query, as sent: still encoded, not normalised. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** How a request ends: with a response, never, or with a closed connection. */
export type ApiResponse =
  | {
      readonly kind: 'response'
      readonly status: number
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
