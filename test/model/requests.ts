import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { sendersOf } from '../../sandbox/senders.ts'
import { type Clock, nowSeconds } from '../../src/lib/clock.ts'
import type { Bridge } from '../../src/lib/config/config.ts'
import type { Delivery } from '../../src/lib/delivery.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import { bytes, formHeaders } from '../support/deliveries.ts'

/** What a sender posts: an object as JSON, a form, or a text or bytes unchanged. */
export type Body = object | string | Uint8Array | URLSearchParams

/** How a post differs from the source's usual one. */
export type PostOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** The sender's message id, if its scheme has one; default: a new one for each post. */
  readonly id?: string
  /** Default POST. */
  readonly method?: string
  /** Default: the source's. */
  readonly path?: string
  /** Whether the request is signed; default true. */
  readonly isSigned?: boolean
  /** The secret it is signed with; default: the source's. */
  readonly secret?: string
  /** The time of the signature, in unix seconds; default: now. */
  readonly signedAt?: number
  /** The body that arrives instead of the signed one. */
  readonly arrives?: Uint8Array
  /** How AWS encodes the body; default base64. */
  readonly encoding?: 'base64' | 'text'
  /** Default `http_api`. */
  readonly via?: 'http_api' | 'function_url'
}

const toRaw = (body: Body): Uint8Array => {
  if (body instanceof Uint8Array) return body
  const isText = body instanceof URLSearchParams || typeof body === 'string'
  return bytes(isText ? String(body) : JSON.stringify(body))
}

const domainName = 'bridge.example.com'

/** Builds the requests of a bridge's senders, each to its own source and correctly signed. */
export const createRequests = (bridge: Bridge, clock: Clock) => {
  const senders = sendersOf(bridge, {})
  let posts = 0

  const compose = (name: string, body: Body, options: PostOptions) => {
    const { headers, id, isSigned = true, signedAt = nowSeconds(clock) } = options
    const sender = senders.find((candidate) => candidate.name === name)
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
    /** The signing secrets by source, as in the secret SIGNING_SECRET_ID. */
    signingSecrets: Object.fromEntries(
      senders.flatMap(({ name, secret }) => (secret === undefined ? [] : [[name, secret]])),
    ),
    /** A source and a delivery to it, as the webhook builds it from a request. */
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
    /** A Lambda event in payload format 2.0. */
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
