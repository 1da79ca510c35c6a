import { type Bridge, findSource } from '../config/config.ts'
import type { Delivery } from '../delivery.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import type { FormSettings, Source } from '../sources/source.ts'
import { maxBodyBytes } from '../transform/body.ts'
import type { Refusal } from '../transform/read.ts'
import { type AuthenticateDependencies, authenticateSender, verifyHuman } from './authenticate.ts'
import { type IngestResult, ingest, type Sink } from './ingest.ts'
import { corsHeaders, errorResponse, formResponse, type WebhookResponse } from './respond.ts'

/** An HTTP request, before anything of it is trusted. */
export type IncomingRequest = Omit<Delivery, 'source' | 'body'> & {
  /** The path alone, behind any stage or base path. */
  readonly path: string
  /** Decodes the body; not called for one that is announced too large. */
  readonly body: () => Uint8Array
  /** Bytes of the encoded body, an upper bound of its size. */
  readonly encodedBytes: number
}

export type ReceiveDependencies = AuthenticateDependencies & {
  readonly bridge: Bridge
  readonly sink: Sink
}

const route = /(?:^|\/)(webhooks|forms)\/([^/]+)\/?$/

const findRoute = (bridge: Bridge, path: string): { name: string; source: Source } => {
  const [, kind, name = ''] = route.exec(path) ?? []
  const source = findSource(bridge, name)
  const isServed = source && source.signature.type !== 'invoked'
  if (!isServed || kind !== (source.form ? 'forms' : 'webhooks')) {
    throw new BridgeError(
      'unknown_source',
      'no source has this address: check the name, and /forms/ for forms and /webhooks/ for all others',
    )
  }
  return { name, source }
}

const tooLarge = () =>
  new BridgeError('body_too_large', `the body is over ${maxBodyBytes} bytes: send less`)

const readBody = (request: IncomingRequest): Uint8Array => {
  // Base64 makes four bytes of three.
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
      'this form takes posts from its own pages only: add the page to `origins`',
    )
  }
}

/** A reading that the sender can mend, and is told of; others the operator mends, from the queue. */
const senderCanFix = (source: Source, { code }: Refusal): boolean =>
  code === 'invalid_body' ||
  code === 'unsupported_media_type' ||
  // A mapping that fails is the operator's, whoever waits.
  (source.waits === true && code !== 'mapping_failed')

/**
 * One HTTP request from arrival to answer. Order of work: route and method, size, raw bytes,
 * signature, parser, signup, queue; unverified bytes never reach a parser. A 2xx is given only for
 * what is stored (or delivered), or is genuinely no signup. Never throws.
 */
export const receive = async (
  request: IncomingRequest,
  dependencies: ReceiveDependencies,
): Promise<IngestResult> => {
  let found: { name: string; source: Source } | undefined
  const { path: _path, encodedBytes: _encodedBytes, ...rest } = request
  let delivery: Delivery = { ...rest, source: '', body: new Uint8Array() }
  try {
    found = findRoute(dependencies.bridge, request.path)
    const { name, source } = found
    const { form } = source
    const methods = form ? 'OPTIONS, POST' : 'POST'
    if (request.method === 'OPTIONS' && form) {
      return { source: name, response: preflight(delivery, form) }
    }
    if (request.method !== 'POST') {
      const error = new BridgeError(
        'method_not_allowed',
        `this source takes ${methods} and no other method`,
      )
      return { source: name, error, response: errorResponse(error, methods) }
    }
    delivery = { ...delivery, source: name, body: readBody(request) }
    if (form) assertOrigin(delivery, form)
    await authenticateSender(source, delivery, dependencies)
    const received = await ingest(source, delivery, {
      sink: dependencies.sink,
      isForSender: senderCanFix,
      beforeSink: async () => {
        if (form?.turnstile) await verifyHuman(delivery, dependencies)
      },
    })
    return {
      ...received,
      source: name,
      response: toFormResponse(delivery, form, received.response),
    }
  } catch (thrown) {
    const error = toBridgeError(thrown)
    const response = toFormResponse(delivery, found?.source.form, errorResponse(error))
    return { error, response, ...(found && { source: found.name }) }
  }
}

/** A page that is not on the list is answered without its origin, and its browser goes no further. */
const preflight = (delivery: Delivery, form: FormSettings): WebhookResponse => ({
  status: 204,
  headers: {
    ...corsHeaders(delivery, form),
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'accept, content-type',
    'access-control-max-age': '600',
  },
  body: '',
})

const toFormResponse = (
  delivery: Delivery,
  form: FormSettings | undefined,
  response: WebhookResponse,
): WebhookResponse => {
  if (!form) return response
  const dressed = formResponse(delivery, form, response)
  return { ...dressed, headers: { ...dressed.headers, ...corsHeaders(delivery, form) } }
}
