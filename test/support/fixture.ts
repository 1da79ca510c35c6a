import type { Delivery } from '../../src/lib/delivery.ts'
import type { Source } from '../../src/lib/sources/source.ts'

/** What a source makes of another delivery; `body` and `headers` as in the fixture's own. */
export type Case = {
  /** Absent: the fixture's. */
  readonly source?: Source
  readonly body: Fixture['delivery']['body']
  readonly headers?: Readonly<Record<string, string>>
  /** A part of the reading. */
  readonly reads: object
}

/**
 * A preset's specification: a delivery after the shape of its sender's, written by hand, with a
 * signature that another tool than the bridge made, and the signup that it is.
 */
export type Fixture = {
  /** Set up as docs/sources.md says. */
  readonly source: Source
  readonly secret: string
  /** Unix seconds. */
  readonly sentAt: number
  readonly delivery: {
    /** An object is sent as `JSON.stringify` writes it. */
    readonly body: string | object | Uint8Array
    readonly headers: Readonly<Record<string, string>>
    /** Absent: the address of the source `test`. */
    readonly url?: string
  }
  readonly signup: object
  /** Titles are sentences about the source. */
  readonly cases?: Readonly<Record<string, Case>>
}

/** Checks a fixture's shape where it is written. */
export const defineFixture = (fixture: Fixture): Fixture => fixture

export const toBytes = (body: Fixture['delivery']['body']): Uint8Array =>
  body instanceof Uint8Array
    ? body
    : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

/** The fixture's delivery as the webhook makes it of a request. */
export const toDelivery = ({ delivery, sentAt }: Fixture): Delivery => ({
  source: 'test',
  received_at: sentAt,
  method: 'POST',
  url: delivery.url ?? 'https://bridge.example.com/webhooks/test',
  headers: delivery.headers,
  body: toBytes(delivery.body),
})
