import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { sendersOf } from '../../sandbox/senders.ts'
import { type Clock, nowSeconds } from '../../src/lib/clock.ts'
import type { Bridge } from '../../src/lib/config.ts'
import { sign } from '../../src/lib/signature.ts'
import type { Delivery } from '../../src/lib/sources/source.ts'
import { bytes, formHeaders } from '../support/deliveries.ts'

/** What a sender posts: an object as JSON, a form, or a text as it is. */
export type Body = object | string | URLSearchParams

/** What a sender adds to it. */
export type PostOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** The sender's id of the message, where its scheme has one; default: another at each post. */
  readonly id?: string
}

const domainName = 'bridge.example.com'

/** The senders of a bridge: each posts to its own source, correctly signed. */
export const createRequests = (bridge: Bridge, clock: Clock) => {
  const senders = sendersOf(bridge, {})
  let posts = 0

  const compose = (name: string, body: Body, { headers, id }: PostOptions) => {
    const sender = senders.find((each) => each.name === name)
    const source = bridge.sources[name]
    if (!sender || !source) throw new Error(`the bridge has no source ${name}`)
    posts += 1
    const isForm = body instanceof URLSearchParams
    const raw = bytes(isForm || typeof body === 'string' ? String(body) : JSON.stringify(body))
    const unsigned = {
      id: id ?? `msg_${posts}`,
      timestampSeconds: nowSeconds(clock),
      url: `https://${domainName}${sender.path}`,
      body: raw,
    }
    const type = isForm ? formHeaders : { 'content-type': 'application/json' }
    const signed = sign(source.signature, unsigned, sender.secret ?? '')
    return { source, url: signed.url, raw, headers: { ...type, ...signed.headers, ...headers } }
  }

  return {
    /** What SIGNING_SECRET_ID holds. */
    signingSecrets: Object.fromEntries(
      senders.flatMap(({ name, secret }) => (secret === undefined ? [] : [[name, secret]])),
    ),
    /** A source and a delivery to it, as the webhook makes it of a request. */
    toDelivery: (name: string, body: Body, options: PostOptions = {}) => {
      const { source, url, raw, headers } = compose(name, body, options)
      const received_at = nowSeconds(clock)
      const delivery: Delivery = {
        source: name,
        received_at,
        method: 'POST',
        url,
        headers,
        body: raw,
      }
      return { source, delivery }
    },
    /** A request in payload format 2.0. */
    toEvent: (name: string, body: Body, options: PostOptions = {}): APIGatewayProxyEventV2 => {
      const { url, raw, headers } = compose(name, body, options)
      const { pathname, search } = new URL(url)
      const time = new Date(clock.now())
      const method = 'POST'
      return {
        version: '2.0',
        routeKey: '$default',
        rawPath: pathname,
        rawQueryString: search.slice(1),
        headers,
        requestContext: {
          accountId: '000000000000',
          apiId: 'model',
          domainName,
          domainPrefix: 'bridge',
          http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '', userAgent: '' },
          requestId: `request-${posts}`,
          routeKey: '$default',
          stage: '$default',
          time: time.toUTCString(),
          timeEpoch: time.getTime(),
        },
        body: Buffer.from(raw).toString('base64'),
        isBase64Encoded: true,
      }
    },
  }
}
