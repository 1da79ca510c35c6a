/** A delivery before its sender signs it. */
export type UnsignedDelivery = {
  readonly id?: string
  readonly timestampSeconds: number
  readonly method?: string
  /** The URL that the sender posts to. */
  readonly url?: string
  readonly body: Uint8Array
}
