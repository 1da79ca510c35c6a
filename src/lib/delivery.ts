/** One delivery of a source: an HTTP request or a queue record. */
export type Delivery = {
  readonly source: string
  /** Unix seconds. */
  readonly received_at: number
  readonly method: string
  /** The URL that the sender posts to, for schemes that sign it; empty in a queue record. */
  readonly url: string
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A form builder's question and its answer; options name it by its id, ref, key or label. */
export type Question = {
  readonly id?: string | undefined
  readonly ref?: string | undefined
  readonly key?: string | undefined
  readonly label?: string | undefined
  /** What the answer is, if the form builder's question type says so. */
  readonly type?: 'email' | 'name' | 'phone' | undefined
  /**
   * Whether the question is a checkbox with one box: its text is what the person agreed to by
   * ticking it.
   */
  readonly isOnlyBox?: boolean
  /** Whether the form's link brought the value: the person was not asked. */
  readonly isHidden?: boolean
  readonly value: unknown
}
