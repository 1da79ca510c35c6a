import { type Answer, asFormAnswer, corsHeaders, errorAnswer, json } from './answer.ts'
import { deliverAtOnce } from './at-once.ts'
import { maxBodyBytes, parseBody } from './body.ts'
import { type Bridge, findRecordSource, findSource } from './config.ts'
import type { Delivered, DeliverSignup } from './deliver.ts'
import { sha256 } from './digest.ts'
import { BridgeError, type ErrorCode, toBridgeError } from './errors.ts'
import { own } from './own.ts'
import { type QueueMessage, toMessages } from './queue.ts'
import { type Reading, type Refusal, read, refusal, strip } from './read.ts'
import type { Cached } from './secrets.ts'
import { keysOf } from './signature/key.ts'
import { verify } from './signature.ts'
import { type Delivery, type FormAnswers, needsSecret, type Source } from './sources/source.ts'
import { type AskTurnstile, assertHuman, tokenInput } from './turnstile.ts'

/** An HTTP request, before anything of it is trusted. */
export type HttpDelivery = Omit<Delivery, 'source' | 'body'> & {
  /** The path alone, behind any stage or base path. */
  readonly path: string
  /** Decodes the body; not called for one that is announced too large. */
  readonly body: () => Uint8Array
  /** Bytes of the encoded body, an upper bound of its size. */
  readonly encodedBytes: number
}

/** Where signups go: into the queue, or straight to Intercom. */
export type Sink =
  | { readonly mode: 'queue'; readonly store: (messages: readonly QueueMessage[]) => Promise<void> }
  | { readonly mode: 'direct'; readonly deliver: DeliverSignup }

export type ReceiveDependencies = {
  readonly bridge: Bridge
  /** The signing secrets of a source, by its name. */
  readonly secrets: Cached<(source: string) => readonly string[]>
  readonly sink: Sink
  /** Asked of forms that have Turnstile. */
  readonly askTurnstile: AskTurnstile
  /** Unix seconds. */
  readonly now: () => number
}

/** What happened, for the log: the answer itself says less. */
export type Received = {
  readonly answer: Answer
  readonly source?: string
  readonly error?: BridgeError
  readonly reading?: Reading
  /** Dedupe ids of what was queued. */
  readonly ids?: readonly string[]
  readonly outcomes?: readonly Delivered[]
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

const bodyOf = (request: HttpDelivery): Uint8Array => {
  // Base64 makes four bytes of three.
  if (request.encodedBytes > Math.ceil(maxBodyBytes / 3) * 4) throw tooLarge()
  const body = request.body()
  if (body.length > maxBodyBytes) throw tooLarge()
  return body
}

const assertOrigin = (delivery: Delivery, form: FormAnswers): void => {
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

const noDoubts: ReadonlySet<ErrorCode> = new Set(['challenge_failed', 'temporarily_unavailable'])

/** A secret that was rotated a moment ago is read again before anybody is turned away. */
const withSecrets = async (
  { source }: Delivery,
  { secrets }: ReceiveDependencies,
  check: (secrets: readonly string[]) => void | Promise<void>,
): Promise<void> => {
  const cached = await secrets.get()
  try {
    await check(cached(source))
  } catch (error) {
    // What Cloudflare said of a token holds, whatever the secret.
    if (error instanceof BridgeError && noDoubts.has(error.code)) throw error
    const reread = await secrets.reread()
    if (reread === cached) throw error
    await check(reread(source))
  }
}

/** Proves who sent a delivery; of a form with Turnstile, only that it could be proven. */
const verifySender = async (
  source: Source,
  delivery: Delivery,
  dependencies: ReceiveDependencies,
): Promise<void> => {
  if (!needsSecret(source)) return
  await withSecrets(delivery, dependencies, (secrets) => {
    if (source.form) keysOf('text', secrets)
    else verify(source.signature, delivery, secrets, dependencies.now())
  })
}

/** A token is good once: it is asked of last, when nothing but the queue can fail any more. */
const verifyHuman = async (
  delivery: Delivery,
  dependencies: ReceiveDependencies,
): Promise<void> => {
  const token = own(await parseBody(delivery, 'form'), tokenInput)
  await withSecrets(delivery, dependencies, async (secrets) => {
    await assertHuman(token, secrets, dependencies.askTurnstile)
  })
}

const store = async (
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  send: (messages: readonly QueueMessage[]) => Promise<void>,
): Promise<Omit<Received, 'source'>> => {
  const messages = toMessages(delivery, reading)
  await send(messages)
  const ids = messages.map(({ dedupeId }) => dedupeId)
  return { answer: json(200, { status: 'accepted', id: ids[0] }), reading, ids }
}

const deliverAndAnswer = async (
  source: Source,
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  deliver: DeliverSignup,
): Promise<Omit<Received, 'source'>> => {
  const outcomes = await deliverAtOnce(reading, source, delivery.received_at, deliver)
  const [first] = outcomes
  // A form tells a person what it tells a bot.
  const body = source.form
    ? { status: 'accepted', id: sha256(delivery.body) }
    : { status: first?.outcome, contact_id: first?.contact.id }
  return { answer: json(200, body), reading, outcomes }
}

/** A reading that the sender can mend, and is told of; others the operator mends, from the queue. */
const canMend = (source: Source, { code }: Refusal): boolean =>
  code === 'invalid_body' ||
  code === 'unsupported_media_type' ||
  // A mapping that fails is the operator's, whoever waits.
  (source.waits === true && code !== 'mapping_failed')

/**
 * Reads a delivery whose sender is known and hands its signups on.
 *
 * @throws BridgeError where a sender waits who can mend it; what the sink throws
 */
const accept = async (
  source: Source,
  delivery: Delivery,
  sink: Sink,
  isForSender: (source: Source, refusal: Refusal) => boolean,
  beforeSink: () => Promise<void> = async () => {},
): Promise<Omit<Received, 'source'>> => {
  const reading = await read(source, delivery)
  if (reading.kind === 'ignored') {
    // A bot that filled the honeypot learns nothing.
    const spam = { status: 'accepted', id: sha256(delivery.body) }
    return { answer: json(200, source.form ? spam : { status: 'ignored' }), reading }
  }
  if (reading.kind === 'refused' && isForSender(source, reading)) throw refusal(reading)
  await beforeSink()
  if (sink.mode === 'queue') return store(strip(source, delivery), reading, sink.store)
  return deliverAndAnswer(source, delivery, reading, sink.deliver)
}

/**
 * One HTTP request from arrival to answer. Order of work: route and method, size, raw bytes,
 * signature, parser, signup, queue; unverified bytes never reach a parser. A 2xx is given only for
 * what is stored (or delivered), or is genuinely no signup. Never throws.
 */
export const receive = async (
  request: HttpDelivery,
  dependencies: ReceiveDependencies,
): Promise<Received> => {
  let found: { name: string; source: Source } | undefined
  const { path: _path, encodedBytes: _encodedBytes, ...rest } = request
  let delivery: Delivery = { ...rest, source: '', body: new Uint8Array() }
  try {
    found = findRoute(dependencies.bridge, request.path)
    const { name, source } = found
    const { form } = source
    const methods = form ? 'OPTIONS, POST' : 'POST'
    if (request.method === 'OPTIONS' && form) {
      return { source: name, answer: preflight(delivery, form) }
    }
    if (request.method !== 'POST') {
      const error = new BridgeError(
        'method_not_allowed',
        `this source takes ${methods} and no other method`,
      )
      return { source: name, error, answer: errorAnswer(error, methods) }
    }
    delivery = { ...delivery, source: name, body: bodyOf(request) }
    if (form) assertOrigin(delivery, form)
    await verifySender(source, delivery, dependencies)
    const received = await accept(source, delivery, dependencies.sink, canMend, async () => {
      if (form?.turnstile) await verifyHuman(delivery, dependencies)
    })
    return { ...received, source: name, answer: dress(delivery, form, received.answer) }
  } catch (thrown) {
    const error = toBridgeError(thrown)
    const answer = dress(delivery, found?.source.form, errorAnswer(error))
    return { error, answer, ...(found && { source: found.name }) }
  }
}

const unknownSource = (): Refusal => ({
  code: 'invalid_signup',
  message: 'the config has no source of this name',
  issues: [],
})

/**
 * A delivery that AWS vouches for. There is nobody to mend it: what cannot be read, or is for no
 * source, is queued for the worker to park. Never throws; `error` is set where it was not stored.
 */
export const take = async (
  delivery: Delivery,
  { bridge, sink }: Pick<ReceiveDependencies, 'bridge' | 'sink'>,
): Promise<Received> => {
  const name = delivery.source
  try {
    const source = findRecordSource(bridge, name)
    if (source) return { ...(await accept(source, delivery, sink, () => false)), source: name }
    if (sink.mode === 'direct') throw refusal(unknownSource())
    const refused = {
      kind: 'refused',
      event_id: sha256(delivery.body),
      ...unknownSource(),
    } as const
    return await store(delivery, refused, sink.store)
  } catch (thrown) {
    return notTaken(name, thrown)
  }
}

/** A delivery that was not stored, and why. */
export const notTaken = (source: string, thrown: unknown): Received => {
  const error = toBridgeError(thrown)
  return { source, error, answer: errorAnswer(error) }
}

/** A page that is not on the list is answered without its origin, and its browser goes no further. */
const preflight = (delivery: Delivery, form: FormAnswers): Answer => ({
  status: 204,
  headers: {
    ...corsHeaders(delivery, form),
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'accept, content-type',
    'access-control-max-age': '600',
  },
  body: '',
})

const dress = (delivery: Delivery, form: FormAnswers | undefined, answer: Answer): Answer => {
  if (!form) return answer
  const dressed = asFormAnswer(delivery, form, answer)
  return { ...dressed, headers: { ...dressed.headers, ...corsHeaders(delivery, form) } }
}
