/** A call of the API, however it came. */
export type ApiRequest = {
  readonly method: string
  /** Without its query, as sent: still encoded and not normalised. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** How a call ends: with an answer, with none ever, or with the connection. */
export type ApiResponse =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
