import { type Bridge, findSource } from '../config/config.ts'
import type { Delivery } from '../delivery.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import type { FormSettings, Source } from '../sources/source.ts'
import { maxBodyBytes } from '../transform/body.ts'
import { type AuthenticateDependencies, authenticateSender, verifyHuman } from './authenticate.ts'
import { corsHeaders, preflight } from './cors.ts'
import { type IngestResult, ingest, type Sink, senderCanFix } from './ingest.ts'
import { errorResponse, formResponse, type WebhookResponse } from './respond.ts'

/** An HTTP request, not yet authenticated. */
export type IncomingRequest = Omit<Delivery, 'source' | 'body'> & {
  /** The path, which may begin with a stage or base path. */
  readonly path: string
  /** Decodes the body; not called if `encodedBytes` is too large. */
  readonly body: () => Uint8Array
  /** Size of the body before decoding, an upper bound of its size after. */
  readonly encodedBytes: number
}

export type ReceiveDependencies = AuthenticateDependencies & {
  readonly bridge: Bridge
  readonly sink: Sink
}

/** The end of the path that serves a source. */
export const route = /(?:^|\/)(webhooks|forms)\/([^/]+)\/?$/

type Route = { readonly name: string; readonly source: Source }

const findRoute = (bridge: Bridge, path: string): Route => {
  const [, kind, name = ''] = route.exec(path) ?? []
  const source = findSource(bridge, name)
  const isServed = source && source.signature.type !== 'invoked'
  if (!isServed || kind !== (source.form ? 'forms' : 'webhooks')) {
    throw new BridgeError(
      'unknown_source',
      'no source has this address: check the name; use /forms/ for forms, /webhooks/ for all others',
    )
  }
  return { name, source }
}

const tooLarge = () =>
  new BridgeError('body_too_large', `the body is over ${maxBodyBytes} bytes: send less`)

const readBody = (request: IncomingRequest): Uint8Array => {
  // Base64 encodes three bytes as four.
  if (request.encodedBytes > Math.ceil(maxBodyBytes / 3) * 4) throw tooLarge()
  const body = request.body()
  if (body.length > maxBodyBytes) throw tooLarge()
  return body
}

const assertOrigin = (delivery: Delivery, form: FormSettings): void => {
  if (form.origins.length === 0) return
  const { origin, referer } = delivery.headers
  const from = origin ?? (referer === undefined ? undefined : URL.parse(referer)?.origin)
  if (from === undefined || !form.origins.includes(from)) {
    throw new BridgeError(
      'origin_refused',
      'this form accepts posts only from its own pages: add the page to `origins`',
    )
  }
}

/** The result of a preflight or of a method that is not allowed; `undefined` for a POST. */
const receiveMethod = (
  delivery: Delivery,
  { name, source: { form } }: Route,
): IngestResult | undefined => {
  if (delivery.method === 'POST') return undefined
  if (delivery.method === 'OPTIONS' && form) {
    return { source: name, response: preflight(delivery, form) }
  }
  const allowed = form ? 'OPTIONS, POST' : 'POST'
  const error = new BridgeError('method_not_allowed', `this source accepts only ${allowed}`)
  return { source: name, error, response: errorResponse(error, allowed) }
}

/**
 * Handles one HTTP request. Order of work: route and method, size, raw bytes, signature, parser,
 * signup, queue; unverified bytes never reach a parser. The response is 2xx only if the signup was
 * stored or delivered, or if an authentic payload is no signup. Never throws.
 */
export const receive = async (
  request: IncomingRequest,
  dependencies: ReceiveDependencies,
): Promise<IngestResult> => {
  let found: Route | undefined
  const { path: _path, encodedBytes: _encodedBytes, ...rest } = request
  let delivery: Delivery = { ...rest, source: '', body: new Uint8Array() }
  try {
    found = findRoute(dependencies.bridge, request.path)
    const { name, source } = found
    const { form } = source
    const early = receiveMethod(delivery, found)
    if (early) return early
    delivery = { ...delivery, source: name, body: readBody(request) }
    if (form) assertOrigin(delivery, form)
    await authenticateSender(source, delivery, dependencies)
    const result = await ingest(source, delivery, {
      bridge: dependencies.bridge,
      sink: dependencies.sink,
      isForSender: senderCanFix,
      beforeSink: async () => {
        if (form?.turnstile) await verifyHuman(delivery, dependencies)
      },
    })
    const response = toFormResponse(delivery, form, result.response, isTest(result))
    return { ...result, source: name, response }
  } catch (thrown) {
    const error = toBridgeError(thrown)
    const response = toFormResponse(delivery, found?.source.form, errorResponse(error))
    return { error, response, ...(found && { source: found.name }) }
  }
}

/** Whether a form builder only tests the address: it expects a plain 200, not a page. */
const isTest = ({ reading }: Pick<IngestResult, 'reading'>): boolean =>
  reading?.kind === 'ignored' && !reading.isDropped

const toFormResponse = (
  delivery: Delivery,
  form: FormSettings | undefined,
  response: WebhookResponse,
  isPlain = false,
): WebhookResponse => {
  if (!form) return response
  const { headers, ...page } = isPlain ? response : formResponse(delivery, form, response)
  return { ...page, headers: { ...headers, ...corsHeaders(delivery, form) } }
}
