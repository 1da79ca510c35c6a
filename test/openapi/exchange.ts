/** A request that was sent. */
export type SentRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** A response that was received, with the method and path of its request. */
export type ReceivedResponse = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly status: number
  readonly contentType: string
  readonly json: unknown
}
