/** One delivery: an HTTP request, or a queue record, from a source. */
export type Delivery = {
  readonly source: string
  /** Unix seconds. */
  readonly received_at: number
  readonly method: string
  /** The address as the sender knows it, for schemes that sign it; empty off the queue. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** An answer to a form builder's question, found by `fields` through any of its four names. */
export type Question = {
  readonly id?: string | undefined
  readonly ref?: string | undefined
  readonly key?: string | undefined
  readonly label?: string | undefined
  /** What the builder's own type of the question says that its answer is. */
  readonly type?: 'email' | 'name' | 'phone' | undefined
  readonly value: unknown
}
