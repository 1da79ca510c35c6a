import { describe, expect, test } from 'vitest'
import { schemeNeedsSecret, verify } from '../../../src/lib/signature/verify.ts'
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

  test.each(Object.entries(cases))('%s', async (_title, example) => {
    const headers = example.headers ?? delivery.headers
    const other = { ...delivery, headers, body: toBytes(example.body) }

    expect(await read(example.source ?? source, other)).toMatchObject(example.reads)
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
