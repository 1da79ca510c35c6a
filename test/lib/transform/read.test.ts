import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { defineSource } from '../../../src/lib/index.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { read, stripDelivery } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'

const people = defineSource({
  docs: 'https://example.com',
  signature: { type: 'bearer' },
  payload: {
    format: 'json',
    types: { of: (body) => (Array.isArray(body) ? 'people' : 'other'), created: ['people'] },
    schema: z.array(z.looseObject({ email: z.optional(z.string()) })),
    headers: ['x-event'],
  },
  eventId: (_payload, { headers }) => headers['x-event'],
  toSignup: (payload) => payload.map(({ email }) => ({ contact: { email } })),
})
const readPeople = (body: unknown, options: SourceOptions = {}, headers = {}) =>
  read(people(options as Parameters<typeof people>[0]), delivery(JSON.stringify(body), headers))

const ada = { email: 'ada@example.com' }
const grace = { email: 'grace@example.com' }

test('read returns several signups of one delivery', async () => {
  expect(await readPeople([ada, grace], {}, { 'x-event': 'e1' })).toMatchObject({
    kind: 'signups',
    signups: [
      { event_id: 'e1', contact: ada },
      { event_id: 'e1', contact: grace },
    ],
  })
})

test('read returns the usable signups beside a refused one', async () => {
  expect(await readPeople([ada, {}, grace], {}, { 'x-event': 'e1' })).toMatchObject({
    kind: 'signups',
    signups: [{ contact: ada }, { contact: grace }],
    indexes: [0, 2],
    refusals: [{ index: 1, code: 'no_identity' }],
  })
})

test('read reads each event of a body by itself and keeps its index', async () => {
  const source = people()
  const events = (body: unknown) => (Array.isArray(body) ? body : [])
  const batchSource = { ...source, payload: { ...source.payload, events } }

  const reading = await read(batchSource, delivery([[], [ada], {}, [{ email: 5 }], [grace]]))

  expect(reading).toMatchObject({
    signups: [{ contact: ada }, { contact: grace }],
    indexes: [1, 4],
    refusals: [{ index: 3, code: 'invalid_signup' }],
  })
})

test('read keeps the index of a signup if map ignores others', async () => {
  const map: SourceOptions['map'] = (input) =>
    input.contact.email === ada.email ? undefined : input

  expect(await readPeople([ada, grace], { map })).toMatchObject({
    signups: [{ contact: grace }],
    indexes: [1],
  })
})

test.each(['types', 'eventId', 'toSignup', 'questions'] as const)(
  'read refuses with mapping_failed, without the error’s text, if the source’s %s throws',
  async (name) => {
    const throws = () => {
      throw new TypeError('canary')
    }
    const source = people()
    const faulty =
      name === 'types'
        ? { ...source, payload: { ...source.payload, types: { of: throws, signups: [] } } }
        : { ...source, [name]: throws }

    const reading = await read(faulty, delivery([ada]))

    expect(reading).toMatchObject({ kind: 'refused', code: 'mapping_failed' })
    expect(JSON.stringify(reading)).not.toContain('canary')
  },
)

test.each([
  [7, '7'],
  [' evt_1 ', 'evt_1'],
  ['null', undefined],
  ['', undefined],
  [{}, undefined],
  [2 ** 60, undefined],
])('read turns the event id %j into %j, else the body’s digest', async (id, expected) => {
  const reading = await read({ ...people(), eventId: () => id }, delivery([ada]))

  expect(reading).toMatchObject({ event_id: expected ?? expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('read ignores a delivery without a signup, and says whether the source’s own code did', async () => {
  const dropped = { kind: 'ignored', isDropped: true }
  const events = (body: unknown) => (Array.isArray(body) ? body : [])
  const { payload, ...rest } = people()
  const readBatch = (body: unknown) =>
    read({ ...rest, payload: { ...payload, events } }, delivery(JSON.stringify(body)))

  expect(await readPeople({})).toEqual({ kind: 'ignored' })
  expect(await readPeople([])).toEqual(dropped)
  expect(await readPeople([ada], { map: () => undefined })).toEqual(dropped)
  expect(await readBatch([])).toEqual({ kind: 'ignored' })
  expect(await readBatch([{}, {}])).toEqual({ kind: 'ignored' })
  expect(await readBatch([{}, []])).toEqual(dropped)
})

describe('read returns a refusal', () => {
  test.each([
    [[{ email: 5 }], 'invalid_signup', ['0.email']],
    [[{}], 'no_identity', ['']],
  ])('for %j with the code %s', async (body, code, paths) => {
    const reading = await readPeople(body, {}, { 'x-event': 'e1' })

    expect(reading).toMatchObject({ kind: 'refused', code })
    expect(reading).toHaveProperty(
      'issues',
      paths.map((path) => ({ path, reason: expect.any(String) })),
    )
  })

  test('with mapping_failed if map throws', async () => {
    const map = () => {
      throw new Error('canary')
    }

    expect(await readPeople([ada], { map }, { 'x-event': 'e1' })).toEqual({
      kind: 'refused',
      event_id: 'e1',
      code: 'mapping_failed',
      message: expect.not.stringContaining('canary'),
      issues: [],
    })
  })

  test('with invalid_body and the body’s digest as event id if the body is not JSON', async () => {
    expect(await read(people(), delivery('{'))).toMatchObject({
      kind: 'refused',
      code: 'invalid_body',
      event_id: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

test('stripDelivery keeps only the headers that the source reads, and no secret', () => {
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'identity',
    'x-event': 'e1',
    authorization: 'Bearer secret',
    cookie: 'session=1',
    'x-forwarded-for': '192.0.2.1',
  }
  const received = { ...delivery('{}', headers), url: 'https://bridge.example.com/?secret=s' }

  const stripped = stripDelivery(people(), received)

  expect(stripped).toEqual({
    ...received,
    url: '',
    headers: {
      'content-type': 'application/json',
      'content-encoding': 'identity',
      'x-event': 'e1',
    },
  })
})

test('read refuses only the signup whose opt-out is unreadable', async () => {
  const map: SourceOptions['map'] = (input) =>
    input.contact.email === ada.email
      ? { ...input, contact: { ...input.contact, unsubscribed_from_emails: 'maybe' } }
      : input

  expect(await readPeople([ada, grace], { map })).toMatchObject({
    signups: [{ contact: grace }],
    refusals: [{ index: 0, code: 'invalid_signup' }],
  })
})

test('read accepts no time more than a day after the delivery was received', async () => {
  const received = delivery([ada])
  const day = 24 * 60 * 60
  const at = (occurred_at: number) =>
    read(people({ map: (input) => ({ ...input, occurred_at }) }), received)

  expect(await at(received.received_at + day)).toMatchObject({
    signups: [{ occurred_at: received.received_at + day }],
  })
  expect(await at(received.received_at + day + 1)).toMatchObject({
    leftOut: [{ path: 'occurred_at', reason: 'time_invalid' }],
  })
})

test('read keeps the names that the config writes to the byte', async () => {
  const options: SourceOptions = { tags: ['be\u200bta'], attributes: { '0.email': 'cafe\u0301' } }

  expect(await readPeople([ada], options)).toMatchObject({
    signups: [
      { tags: ['be\u200bta'], contact: { custom_attributes: { 'cafe\u0301': ada.email } } },
    ],
  })
})

test('read returns the same for a delivery and its stripped copy', async () => {
  const received = delivery([ada], { 'x-event': 'e1', 'x-other': 'x' })

  expect(await read(people(), stripDelivery(people(), received))).toEqual(
    await read(people(), received),
  )
})
