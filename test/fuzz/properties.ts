import * as fc from 'fast-check'
import { createWebhook } from '../../src/handlers/webhook.ts'
import { invokedBy } from '../../src/lib/ingest/invocation.ts'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import { readRecord } from '../../src/lib/queue/read-record.ts'
import { signup } from '../../src/lib/sources/index.ts'
import { read } from '../../src/lib/transform/read.ts'
import { start } from '../support/clock.ts'
import { delivery } from '../support/deliveries.ts'
import { everyPreset } from '../support/fixtures.ts'
import { record } from '../support/records.ts'
import { type Request, signRequest, unsignedRequest } from '../support/requests.ts'
import {
  anyBody,
  anyMultipart,
  anyType,
  bent,
  fixtureOf,
  provenNames,
  servedNames,
} from './arbitraries.ts'
import { type Posted, post } from './post.ts'

/** What a run has found so far. */
export type Tally = { executions: number; forgeries: number; crashes: number }
export const createTally = (): Tally => ({ executions: 0, forgeries: 0, crashes: 0 })

/** Something that must hold for whatever chance makes; `check` throws where it does not. */
export type Property = {
  readonly name: string
  readonly create: (tally: Tally) => fc.IAsyncPropertyWithHooks<unknown>
}

/** What must not happen; whatever else is thrown is a crash. */
class Finding extends Error {}

const fail = (tally: Tally, what: 'forgeries' | 'crashes', why: string): never => {
  tally[what] += 1
  throw new Finding(why)
}

const property = <Value>(
  name: string,
  arbitrary: fc.Arbitrary<Value>,
  check: (value: Value, tally: Tally) => Promise<void>,
): Property => ({
  name,
  create: (tally) =>
    fc.asyncProperty(arbitrary, async (value) => {
      tally.executions += 1
      await check(value, tally).catch((thrown: unknown) => {
        if (!(thrown instanceof Finding)) tally.crashes += 1
        throw thrown
      })
    }) as fc.IAsyncPropertyWithHooks<unknown>,
})

const baseOf = (name: string) => unsignedRequest(name, fixtureOf(name))
const schemeOf = (name: string) => fixtureOf(name).source.signature

/** What the worker makes of a message is what the webhook made of the request. */
const assertRoundTrip = async ({ stored, received }: Posted, tally: Tally): Promise<void> => {
  const opened = await Promise.all(
    stored.map((message: QueueMessage) => readRecord(everyPreset, record(message.body))),
  )
  for (const { error, reading } of opened) {
    if (error) fail(tally, 'crashes', `the worker cannot open it: ${error.code}`)
    if (JSON.stringify(reading) !== JSON.stringify(received.reading)) {
      fail(tally, 'crashes', 'the worker reads it another way than the webhook')
    }
  }
}

const assertAnswered = async (posted: Posted, tally: Tally): Promise<void> => {
  const { status, stored, received } = posted
  if (![200, 303, 400, 415, 422].includes(status)) {
    fail(tally, 'crashes', `answered ${status}: ${received.error?.code}`)
  }
  if (status >= 400 && stored.length > 0) fail(tally, 'crashes', 'refused, and stored')
  await assertRoundTrip(posted, tally)
}

const typed = (request: Request, type: string | undefined): Request => {
  const { 'content-type': _type, ...headers } = request.headers
  return {
    ...request,
    headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
  }
}

const genuine = property(
  'whatever a verified sender posts is stored, ignored or refused, and the worker reads the same',
  fc.record({ name: fc.constantFrom(...servedNames), body: anyBody, type: anyType }),
  async ({ name, body, type }, tally) => {
    const request = typed({ ...baseOf(name), body }, type)
    const signed = signRequest(schemeOf(name), request, fixtureOf(name).secret, start)
    await assertAnswered(await post(signed), tally)
  },
)

const multipart = property(
  'whatever becomes of a multipart body, it is stored or refused',
  fc.record({ name: fc.constantFrom('form', 'jotform'), body: anyMultipart }),
  async ({ name, body }, tally) => {
    const request = typed({ ...baseOf(name), body }, 'multipart/form-data; boundary=B')
    const signed = signRequest(schemeOf(name), request, fixtureOf(name).secret, start)
    await assertAnswered(await post(signed), tally)
  },
)

const assertRefused = async (request: Request, tally: Tally): Promise<void> => {
  const { status, stored } = await post(request)
  if (status === 200 || stored.length > 0) fail(tally, 'forgeries', `answered ${status}`)
  if (status !== 401) fail(tally, 'crashes', `answered ${status}`)
}

const another = 'whsec_bm90IHRoaXMgb25lIGhlcmU='

/** What somebody sends who has seen everything but the secret, each part of the proof bent. */
const forgedRequest = fc
  .tuple(
    fc.constantFrom(...provenNames),
    fc.constantFrom(another, another.toLowerCase(), 'x'),
    fc.integer({ min: start - 400, max: start + 400 }),
  )
  .map(([name, secret, at]) => {
    const usable = schemeOf(name).type === 'hmac' && secret !== another ? another : secret
    return { name, request: signRequest(schemeOf(name), baseOf(name), usable, at) }
  })
  .chain(({ name, request }) => {
    const proofs = Object.entries(request.headers)
    const headers = fc.record(
      Object.fromEntries(
        proofs.map(([header, text]) => [header, fc.oneof(fc.constant(text), bent(text))]),
      ),
    )
    const query = fc.oneof(
      fc.constant(request.url),
      bent('secret=x').map((text) => `${baseOf(name).url}?${text.replaceAll('#', '')}`),
    )
    return fc.record({ headers, url: query }).map((changed) => ({ ...request, ...changed }))
  })
  .filter(({ url }) => URL.canParse(url))

const forgedHeaders = property(
  'whatever a stranger puts into headers and address, it is 401, and nothing is stored',
  forgedRequest,
  assertRefused,
)

const coversBody = provenNames.filter((name) => !['bearer', 'query'].includes(schemeOf(name).type))

const forgedBody = property(
  'whatever a body is changed to, its signature is no longer good',
  fc.record({ name: fc.constantFrom(...coversBody), body: anyBody }),
  async ({ name, body }, tally) => {
    const base = baseOf(name)
    if (Buffer.compare(base.body, body) === 0) return
    const signed = signRequest(schemeOf(name), base, fixtureOf(name).secret, start)
    await assertRefused({ ...signed, body }, tally)
  },
)

const fromElsewhere = property(
  'whatever lies in a queue, the worker opens it or says why not',
  fc.record({
    body: fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .record({
          signup_bridge: fc.constantFrom(1, 2, '1'),
          source: fc.constantFrom(...servedNames, 'nobody', 'constructor'),
          received_at: fc.constantFrom(start, -1, 'now'),
          headers: fc.constantFrom({}, { 'content-type': 'application/json' }, []),
          body: fc.oneof(fc.base64String(), fc.string()),
        })
        .map((message) => JSON.stringify(message)),
    ),
    source: fc.option(fc.constantFrom(...servedNames, 'nobody', '__proto__'), { nil: undefined }),
  }),
  async ({ body, source }, tally) => {
    const { error } = await readRecord(
      everyPreset,
      record(
        body,
        source === undefined ? {} : { messageAttributes: { source: { stringValue: source } } },
      ),
    )
    if (error?.code === 'unexpected') fail(tally, 'crashes', 'the worker breaks')
  },
)

const anyEvent = fc.oneof(
  fc.record({ triggerSource: fc.jsonValue(), userPoolId: fc.jsonValue(), request: fc.jsonValue() }),
  fc.record({
    triggerSource: fc.constant('PostConfirmation_ConfirmSignUp'),
    userPoolId: fc.constant('pool'),
    userName: fc.jsonValue(),
    request: fc.record({ userAttributes: fc.dictionary(fc.string(), fc.jsonValue()) }),
  }),
  fc
    .array(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          Message: fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
          MessageAttributes: fc.constantFrom({ source: { Value: 'clerk' } }, { source: 1 }, null),
        }),
      ),
      { minLength: 1 },
    )
    .map((all) => ({ Records: all.map((Sns) => ({ EventSource: 'aws:sns', Sns })) })),
)

const stored = await createWebhook(
  { QUEUE_URL: 'https://sqs.example.com/1/queue.fifo', SIGNING_SECRET_ID: 'signing' },
  {
    bridge: everyPreset,
    telemetry: { log: () => {}, count: () => {}, flush: () => {} },
    openQueues: () => ({
      store: async () => {},
      sendDeadLetter: async () => {},
      changeVisibility: async () => {},
    }),
  },
)

const invoked = property(
  'whatever AWS invokes the function with, it is stored',
  anyEvent,
  async (event, tally) => {
    const by = invokedBy(event)
    if (!by) return fail(tally, 'crashes', 'an invocation is taken for a request')
    const error = await stored.ingest(event, by)
    if (error) fail(tally, 'crashes', `not stored: ${error.code}`)
  },
)

const optioned = signup({
  fields: { a: 'email', b: 'phone', 'c.d': 'name', e: 'signed_up_at', f: 'owner_id', g: 'avatar' },
  attributes: { h: 'h', 'i.j': 'i', constructor: 'odd' },
  company: { k: 'company_id', l: 'size', m: 'name' },
  note: 'n',
  consent: 'o',
  country: 'US',
})

const mapped = property(
  'whatever stands where the options look, a signup is read or refused',
  fc.dictionary(
    fc.constantFrom(...'abcdefghijklmno', 'tags', 'custom_attributes', 'external_id', 'role'),
    fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('ada@example.com', '2813322575')),
  ),
  async (body, tally) => {
    const reading = await read(optioned, delivery(body))
    if (!/"(?:undefined|null)"|\[object/.test(JSON.stringify(reading))) return
    fail(tally, 'crashes', 'it made a word of what is missing')
  },
)

/** All that is fuzzed. */
export const properties: readonly Property[] = [
  genuine,
  multipart,
  forgedHeaders,
  forgedBody,
  fromElsewhere,
  invoked,
  mapped,
]
