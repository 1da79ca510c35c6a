import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { sendersOf } from '../../sandbox/senders.ts'
import { type Clock, nowSeconds } from '../../src/lib/clock.ts'
import type { Bridge } from '../../src/lib/config/config.ts'
import type { Delivery } from '../../src/lib/delivery.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import { bytes, formHeaders } from '../support/deliveries.ts'

/** What a sender posts: an object as JSON, a form, or a text or bytes as they are. */
export type Body = object | string | Uint8Array | URLSearchParams

/** What a sender adds to it. */
export type PostOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** The sender's id of the message, where its scheme has one; default: another at each post. */
  readonly id?: string
  /** Default POST. */
  readonly method?: string
  /** Default: the source's. */
  readonly path?: string
  /** Whether the sender proves itself; default true. */
  readonly isSigned?: boolean
  /** What it signs with; default: the source's own. */
  readonly secret?: string
  /** Unix seconds of the signature; default: now. */
  readonly signedAt?: number
  /** What arrives in place of the body that was signed. */
  readonly arrives?: Uint8Array
  /** How AWS hands the body on; default base64. */
  readonly encoding?: 'base64' | 'text'
  /** Default: an HTTP API. */
  readonly via?: 'http_api' | 'function_url'
}

const toRaw = (body: Body): Uint8Array => {
  if (body instanceof Uint8Array) return body
  const isText = body instanceof URLSearchParams || typeof body === 'string'
  return bytes(isText ? String(body) : JSON.stringify(body))
}

const domainName = 'bridge.example.com'

/** The senders of a bridge: each posts to its own source, correctly signed. */
export const createRequests = (bridge: Bridge, clock: Clock) => {
  const senders = sendersOf(bridge, {})
  let posts = 0

  const compose = (name: string, body: Body, options: PostOptions) => {
    const { headers, id, isSigned = true, signedAt = nowSeconds(clock) } = options
    const sender = senders.find((each) => each.name === name)
    const source = bridge.sources[name]
    if (!sender || !source) throw new Error(`the bridge has no source ${name}`)
    posts += 1
    const raw = toRaw(body)
    const unsigned = {
      id: id ?? `msg_${posts}`,
      timestampSeconds: signedAt,
      url: `https://${domainName}${sender.path}`,
      body: raw,
    }
    const type =
      body instanceof URLSearchParams ? formHeaders : { 'content-type': 'application/json' }
    const signed = isSigned
      ? sign(source.signature, unsigned, options.secret ?? sender.secret ?? '')
      : { url: unsigned.url, headers: {} }
    return {
      source,
      url: signed.url,
      raw: options.arrives ?? raw,
      headers: { ...type, ...signed.headers, ...headers },
    }
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
      const { method = 'POST', encoding = 'base64', via = 'http_api' } = options
      const { url, raw, headers } = compose(name, body, options)
      const { pathname, search } = new URL(url)
      const path = options.path ?? pathname
      const time = new Date(clock.now())
      const routeKey = via === 'http_api' ? 'ANY /webhooks/{source}' : '$default'
      return {
        version: '2.0',
        routeKey,
        rawPath: path,
        rawQueryString: search.slice(1),
        headers,
        requestContext: {
          accountId: via === 'http_api' ? '000000000000' : 'anonymous',
          apiId: 'model',
          domainName,
          domainPrefix: 'bridge',
          http: { method, path, protocol: 'HTTP/1.1', sourceIp: '', userAgent: '' },
          requestId: `request-${posts}`,
          routeKey,
          stage: '$default',
          time: time.toUTCString(),
          timeEpoch: time.getTime(),
        },
        ...(raw.length > 0 && {
          body: Buffer.from(raw).toString(encoding === 'text' ? 'utf8' : encoding),
        }),
        isBase64Encoded: encoding === 'base64' && raw.length > 0,
      }
    },
  }
}
