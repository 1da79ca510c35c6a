import type { Delivery } from '../../src/lib/delivery.ts'
import type { LifecycleOptions, Source } from '../../src/lib/sources/source.ts'

/** Another delivery, and what the source reads of it; `body` and `headers` as in the fixture. */
export type Case = {
  /** Default: the fixture's. */
  readonly source?: Source
  readonly body: Fixture['delivery']['body']
  readonly headers?: Readonly<Record<string, string>>
  /** A part of the reading, for `toMatchObject`. */
  readonly reads: object
}

/** A delivery about a person who changed or was deleted, and the signup to be read of it. */
type Change = {
  readonly body: Fixture['delivery']['body']
  readonly headers?: Readonly<Record<string, string>>
  readonly signup: object
}

/**
 * A preset's specification: a delivery written by hand in the sender's format, with a signature
 * from a tool other than the bridge, and the signup to be read of it.
 */
export type Fixture = {
  /** Configured as in docs/sources.md. */
  readonly source: Source
  readonly secret: string
  /** Unix seconds. */
  readonly sentAt: number
  readonly delivery: {
    /** An object is sent as JSON. */
    readonly body: string | object | Uint8Array
    readonly headers: Readonly<Record<string, string>>
    /** Default: the URL of the source `test`. */
    readonly url?: string
  }
  readonly signup: object
  /** Of a sender that also says what changes and who is deleted; titles say what happened. */
  readonly kinds?: {
    readonly source: (options: LifecycleOptions) => Source
    readonly updated: Readonly<Record<string, Change>>
    readonly deleted: Readonly<Record<string, Change>>
  }
  /** Titles are sentences about the source. */
  readonly cases?: Readonly<Record<string, Case>>
}

/** Returns the fixture unchanged; gives its file the type. */
export const defineFixture = (fixture: Fixture): Fixture => fixture

export const toBytes = (body: Fixture['delivery']['body']): Uint8Array =>
  body instanceof Uint8Array
    ? body
    : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

/** The fixture's delivery as the webhook builds it from a request. */
export const toDelivery = ({ delivery, sentAt }: Fixture): Delivery => ({
  source: 'test',
  received_at: sentAt,
  method: 'POST',
  url: delivery.url ?? 'https://bridge.example.com/webhooks/test',
  headers: delivery.headers,
  body: toBytes(delivery.body),
})
