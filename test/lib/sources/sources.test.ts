import { describe, expect, test } from 'vitest'
import { schemeNeedsSecret, verify } from '../../../src/lib/signature/verify.ts'
import * as presets from '../../../src/lib/sources/index.ts'
import { mayGive } from '../../../src/lib/sources/source.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { toBytes, toDelivery } from '../../support/fixture.ts'
import { fixtures } from '../../support/fixtures.ts'

/** Returns a copy of `json` with its nth scalar value replaced. */
const replaceNth = (json: unknown, n: number, replacement: unknown): unknown => {
  let index = -1
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
    }
    index += 1
    return index === n ? replacement : value
  }
  return walk(json)
}

describe.each(Object.entries(fixtures))('%s', (_preset, fixture) => {
  const { source, secret, sentAt, signup, cases = {} } = fixture
  const delivery = toDelivery(fixture)

  test('links to the sender’s documentation', () => {
    expect(source.docs).toMatch(/^https:\/\//)
  })

  if (schemeNeedsSecret(source.signature)) {
    test('accepts a signature made by another tool', () => {
      expect(() => verify(source.signature, delivery, [secret], sentAt)).not.toThrow()
    })
  }

  test('reads the sender’s delivery as the expected signup', async () => {
    expect(await read(source, delivery)).toEqual({
      kind: 'signups',
      event_id: expect.any(String),
      indexes: [0],
      signups: [signup],
      refusals: [],
      leftOut: [],
    })
  })

  if (toBytes(fixture.delivery.body)[0] === 0x7b) {
    test('writes no text such as "undefined" or "[object Object]" for a missing or odd value', async () => {
      const text = Buffer.from(delivery.body).toString()
      const count = text.match(/[:[,](?="|\d|t|f)/g)?.length ?? 0
      for (let n = 0; n < count; n += 1) {
        for (const replacement of [undefined, null, { odd: {} }]) {
          const json = replaceNth(JSON.parse(text), n, replacement)
          const body = toBytes(JSON.stringify(json) ?? '{}')
          const reading = await read(source, { ...delivery, body })
          if (reading.kind !== 'signups') continue
          expect(JSON.stringify(reading.signups)).not.toMatch(/undefined|null|\[object/)
        }
      }
    })
  }

  test('names in `gives` what its signups have', async () => {
    const examples = [{ body: fixture.delivery.body, headers: undefined, source: undefined }]
    for (const example of [...examples, ...Object.values(cases)]) {
      const { body, headers = delivery.headers } = example
      const configured = example.source ?? source
      const reading = await read(configured, { ...delivery, headers, body: toBytes(body) })
      const signups = reading.kind === 'signups' ? reading.signups : []
      for (const { contact } of signups) {
        if (contact?.role === 'lead') expect(mayGive(configured, 'lead')).toBe(true)
        if (contact?.external_id) expect(mayGive(configured, 'external_id')).toBe(true)
      }
    }
  })

  test.each(Object.entries(cases))('%s', async (_title, example) => {
    const headers = example.headers ?? delivery.headers
    const other = { ...delivery, headers, body: toBytes(example.body) }

    expect(await read(example.source ?? source, other)).toMatchObject(example.reads)
  })
})

/** Returns the value with each text that is `from` replaced; `undefined` removes its key. */
const withText = (value: unknown, from: string, to: string | undefined): unknown =>
  JSON.parse(JSON.stringify(value), (_key, inner) => (inner === from ? to : inner))

const jsonDeliveries = Object.entries(fixtures)
  .filter(([, { source }]) => source.payload.format.startsWith('json'))
  .map(([preset, fixture]) => {
    const { source } = fixture
    const delivery = toDelivery(fixture)
    const body: object = JSON.parse(Buffer.from(delivery.body).toString())
    const { types } = source.payload
    const sent = JSON.stringify([delivery.headers, body])
    const signupType = types?.created?.find((type) => sent.includes(`"${type}"`))
    return { preset, source, delivery, body, types, signupType }
  })

const typed = jsonDeliveries.flatMap(({ signupType = '', ...given }) =>
  signupType ? [{ ...given, signupType }] : [],
)

test('every preset with event types finds them in the delivery, but two whose events may have none', () => {
  const missing = jsonDeliveries.filter(({ types, signupType }) => types && !signupType)

  expect(missing.map(({ preset }) => preset)).toEqual(['hubspot', 'signup'])
})

test('every preset but that of a browser says what to change at the sender', () => {
  const silent = Object.entries(fixtures).filter(([, { source }]) => !source.payload.advice)

  expect(silent.map(([preset]) => preset)).toEqual(['form'])
})

describe.each(typed)('$preset', ({ source, delivery, body, signupType }) => {
  const readAs = (type: string | undefined) =>
    read(source, {
      ...delivery,
      headers: withText(delivery.headers, signupType, type) as typeof delivery.headers,
      body: toBytes(JSON.stringify(withText(body, signupType, type))),
    })

  test('ignores an event of another type', async () => {
    expect(await readAs('something.else.happened')).toEqual({ kind: 'ignored' })
  })

  test.each([`v1.${signupType}`, `${signupType}.v2`, `2026-09-30.${signupType}`])(
    'refuses %s, and says what to change at the sender',
    async (type) => {
      expect(await readAs(type)).toMatchObject({
        kind: 'refused',
        code: 'invalid_signup',
        message: expect.stringContaining(source.payload.advice ?? 'no advice'),
      })
    },
  )

  test('never ignores a signup without a type', async () => {
    expect(await readAs(undefined)).not.toEqual({ kind: 'ignored' })
  })
})

describe.each(jsonDeliveries)('$preset', ({ source, delivery, body, types }) => {
  test.each([null, {}, [], '', true])('refuses its signup with %j for all else', async (value) => {
    const emptied = Object.entries(body).map(([key, inner]) => [
      key,
      types?.created?.includes(inner) ? inner : value,
    ])
    const sent = toBytes(JSON.stringify(Object.fromEntries(emptied)))

    expect(await read(source, { ...delivery, body: sent })).toMatchObject({ kind: 'refused' })
  })
})

test('hubspot reads the time only with a v3 signature, which signs it', async () => {
  const { hubspot } = fixtures
  if (!hubspot) throw new Error('no fixture')
  const delivery = toDelivery(hubspot)
  const { 'x-hubspot-signature-v3': _v3, ...headers } = delivery.headers

  const reading = await read(hubspot.source, { ...delivery, headers })

  expect(reading).toMatchObject({ kind: 'signups' })
  expect(reading).not.toHaveProperty('signups.0.occurred_at')
})

const withKinds = Object.entries(fixtures).flatMap(([preset, fixture]) =>
  fixture.kinds ? [{ preset, fixture, kinds: fixture.kinds }] : [],
)

test('these presets read what changes and who is deleted', () => {
  expect(withKinds.map(({ preset }) => preset)).toEqual([
    ...['auth0', 'clerk', 'hubspot', 'shopify', 'signup', 'standardWebhooks', 'stripe'],
    ...['supabaseDatabase', 'webhook', 'workos'],
  ])
})

describe.each(withKinds)('$preset', ({ fixture, kinds }) => {
  const delivery = toDelivery(fixture)
  const changes = (['updated', 'deleted'] as const).flatMap((kind) =>
    Object.entries(kinds[kind]).map(([title, change]) => ({ kind, title, ...change })),
  )
  const sent = ({ body, headers = delivery.headers }: (typeof changes)[number]) => ({
    ...delivery,
    headers,
    body: toBytes(body),
  })

  describe.each(changes)('$kind: $title', (change) => {
    test('is read as such', async () => {
      const source = kinds.source({ on: ['created', 'updated', 'deleted'] })

      expect(await read(source, sent(change))).toEqual({
        kind: 'signups',
        event_id: expect.any(String),
        indexes: [expect.any(Number)],
        signups: [{ isByAccount: true, ...change.signup }],
        refusals: [],
        leftOut: [],
      })
    })

    test('is read if no other kind is', async () => {
      const reading = await read(kinds.source({ on: [change.kind] }), sent(change))

      expect(reading).toMatchObject({ kind: 'signups', signups: [{ event: change.kind }] })
    })
  })

  test('ignores a new signup if only deletions are read', async () => {
    expect(await read(kinds.source({ on: ['deleted'] }), delivery)).toEqual({ kind: 'ignored' })
  })

  test('refuses kinds that there are not', () => {
    const makes = (on: unknown) => () => kinds.source({ on } as object)

    expect(makes(['created', 'removed'])).toThrow('on.1: expected a list of created, updated')
    expect(makes('deleted')).toThrow('on: expected a list of created, updated, deleted')
    expect(makes([])).toThrow('on: expected a list of created, updated, deleted')
  })
})

test.each(Object.keys(fixtures).filter((name) => !fixtures[name]?.kinds))(
  '%s, whose sender only says who signed up, refuses the options of other kinds',
  (name) => {
    const preset = new Map<string, unknown>(Object.entries(presets)).get(name)
    if (typeof preset !== 'function') throw new Error(`no preset ${name}`)
    for (const options of [{ on: ['created'] }, { onDeleted: 'archive' }, { accountsOf: 'all' }]) {
      const [option] = Object.keys(options)
      expect(() => preset(options)).toThrow(`${option}: this sender only says who signed up`)
    }
  },
)

test.each(withKinds.filter(({ preset }) => !/webhook/i.test(preset)))(
  '$preset ignores what changes and who is deleted by default',
  async ({ fixture, kinds }) => {
    const delivery = toDelivery(fixture)
    // A workflow does not say why HubSpot sends a contact.
    const updated = kinds === fixtures.hubspot?.kinds ? {} : kinds.updated
    for (const { body, headers } of Object.values({ ...updated, ...kinds.deleted })) {
      const sent = { ...delivery, ...(headers && { headers }), body: toBytes(body) }

      expect(await read(kinds.source({}), sent)).toEqual({ kind: 'ignored' })
    }
  },
)
