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
  fixtureOf,
  mutated,
  provenNames,
  servedNames,
} from './arbitraries.ts'
import { type Posted, post } from './post.ts'

/** Counts of a run so far. */
export type Tally = { executions: number; forgeries: number; crashes: number }
export const createTally = (): Tally => ({ executions: 0, forgeries: 0, crashes: 0 })

/** A property that must hold for all random values. */
export type Property = {
  readonly name: string
  readonly create: (tally: Tally) => fc.IAsyncPropertyWithHooks<unknown>
}

/** A violation that `fail` has counted; any other error counts as a crash. */
class Finding extends Error {}

const fail = (tally: Tally, kind: 'forgeries' | 'crashes', reason: string): never => {
  tally[kind] += 1
  throw new Finding(reason)
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

/** The worker must read the same from the messages as the webhook from the request. */
const assertRoundTrip = async ({ stored, received }: Posted, tally: Tally): Promise<void> => {
  const opened = await Promise.all(
    stored.map((message: QueueMessage) => readRecord(everyPreset, record(message.body))),
  )
  for (const { error, reading } of opened) {
    if (error) fail(tally, 'crashes', `the worker cannot read the message: ${error.code}`)
    if (JSON.stringify(reading) !== JSON.stringify(received.reading)) {
      fail(tally, 'crashes', 'the worker reads the message differently from the webhook')
    }
  }
}

const assertAccepted = async (posted: Posted, tally: Tally): Promise<void> => {
  const { status, stored, received } = posted
  if (![200, 303, 400, 415, 422].includes(status)) {
    fail(tally, 'crashes', `status ${status}: ${received.error?.code}`)
  }
  if (status >= 400 && stored.length > 0) fail(tally, 'crashes', 'refused and stored')
  await assertRoundTrip(posted, tally)
}

const withType = (request: Request, type: string | undefined): Request => {
  const { 'content-type': _type, ...headers } = request.headers
  return {
    ...request,
    headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
  }
}

const verified = property(
  'a verified post is stored, ignored or refused, and the worker reads the same from it',
  fc.record({ name: fc.constantFrom(...servedNames), body: anyBody, type: anyType }),
  async ({ name, body, type }, tally) => {
    const request = withType({ ...baseOf(name), body }, type)
    const signed = signRequest(schemeOf(name), request, fixtureOf(name).secret, start)
    await assertAccepted(await post(signed), tally)
  },
)

const multipart = property(
  'a damaged multipart body is stored or refused',
  fc.record({ name: fc.constantFrom('form', 'jotform'), body: anyMultipart }),
  async ({ name, body }, tally) => {
    const request = withType({ ...baseOf(name), body }, 'multipart/form-data; boundary=B')
    const signed = signRequest(schemeOf(name), request, fixtureOf(name).secret, start)
    await assertAccepted(await post(signed), tally)
  },
)

const assertRefused = async (request: Request, tally: Tally): Promise<void> => {
  const { status, stored } = await post(request)
  if (status === 200 || stored.length > 0) fail(tally, 'forgeries', `status ${status}`)
  if (status !== 401) fail(tally, 'crashes', `status ${status}`)
}

const wrongSecret = 'whsec_bm90IHRoaXMgb25lIGhlcmU='

/** A request signed with a wrong secret, with every part of its proof kept or changed. */
const forgedRequest = fc
  .tuple(
    fc.constantFrom(...provenNames),
    fc.constantFrom(wrongSecret, wrongSecret.toLowerCase(), 'x'),
    fc.integer({ min: start - 400, max: start + 400 }),
  )
  .map(([name, secret, at]) => {
    const usable = schemeOf(name).type === 'hmac' && secret !== wrongSecret ? wrongSecret : secret
    return { name, request: signRequest(schemeOf(name), baseOf(name), usable, at) }
  })
  .chain(({ name, request }) => {
    const proofs = Object.entries(request.headers)
    const headers = fc.record(
      Object.fromEntries(
        proofs.map(([header, text]) => [header, fc.oneof(fc.constant(text), mutated(text))]),
      ),
    )
    const query = fc.oneof(
      fc.constant(request.url),
      mutated('secret=x').map((text) => `${baseOf(name).url}?${text.replaceAll('#', '')}`),
    )
    return fc.record({ headers, url: query }).map((changed) => ({ ...request, ...changed }))
  })
  .filter(({ url }) => URL.canParse(url))

const forgedHeaders = property(
  'a request with forged headers or a forged URL gets a 401 and is not stored',
  forgedRequest,
  assertRefused,
)

const bodySigningNames = provenNames.filter(
  (name) => !['bearer', 'query'].includes(schemeOf(name).type),
)

const forgedBody = property(
  'a request with a changed body gets a 401 and is not stored',
  fc.record({ name: fc.constantFrom(...bodySigningNames), body: anyBody }),
  async ({ name, body }, tally) => {
    const base = baseOf(name)
    if (Buffer.compare(base.body, body) === 0) return
    const signed = signRequest(schemeOf(name), base, fixtureOf(name).secret, start)
    await assertRefused({ ...signed, body }, tally)
  },
)

const queued = property(
  'the worker reads any queue record or reports why not',
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
    if (error?.code === 'unexpected') fail(tally, 'crashes', 'the worker has an unexpected error')
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
    .map((messages) => ({ Records: messages.map((Sns) => ({ EventSource: 'aws:sns', Sns })) })),
)

const webhook = await createWebhook(
  { QUEUE_URL: 'https://sqs.example.com/1/queue.fifo', SIGNING_SECRET_ID: 'signing' },
  {
    bridge: everyPreset,
    telemetry: { log: () => {}, count: () => {}, flush: () => {} },
    openQueues: () => ({
      connect: async () => {},
      store: async () => {},
      sendDeadLetter: async () => {},
      changeVisibility: async () => {},
    }),
  },
)

const invoked = property(
  'an event of an AWS invocation is stored',
  anyEvent,
  async (event, tally) => {
    const invoker = invokedBy(event)
    if (!invoker) return fail(tally, 'crashes', 'an invocation is treated as a request')
    const error = await webhook.ingest(event, invoker)
    if (error) fail(tally, 'crashes', `not stored: ${error.code}`)
  },
)

const withOptions = signup({
  fields: { a: 'email', b: 'phone', 'c.d': 'name', e: 'signed_up_at', f: 'owner_id', g: 'avatar' },
  attributes: { h: 'h', 'i.j': 'i', constructor: 'odd' },
  company: { k: 'company_id', l: 'size', m: 'name' },
  note: 'n',
  consent: 'o',
  country: 'US',
})

const mapped = property(
  'a payload with any values at the configured paths is read or refused',
  fc.dictionary(
    fc.constantFrom(
      ...'abcdefghijklmno',
      ...['tags', 'custom_attributes', 'external_id', 'role', 'unsubscribed_from_emails'],
      ...['user_id', 'first_name', 'last_name', 'created_at', 'companies', 'email'],
    ),
    fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('ada@example.com', '2813322575')),
  ),
  async (body, tally) => {
    const reading = await read(withOptions, delivery(body))
    if (!/"(?:undefined|null)"|\[object/.test(JSON.stringify(reading))) return
    fail(tally, 'crashes', 'a missing value became text')
  },
)

/** Every property that is fuzzed. */
export const properties: readonly Property[] = [
  verified,
  multipart,
  forgedHeaders,
  forgedBody,
  queued,
  invoked,
  mapped,
]
