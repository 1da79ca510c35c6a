/** A delivery before its sender signs it. */
export type UnsignedDelivery = {
  readonly id?: string
  readonly timestampSeconds: number
  readonly method?: string
  /** The address as the sender knows it. */
  readonly url?: string
  readonly body: Uint8Array
}
