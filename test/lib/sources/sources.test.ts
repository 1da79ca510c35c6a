import { describe, expect, test } from 'vitest'
import { schemeNeedsSecret, verify } from '../../../src/lib/signature/verify.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { toBytes, toDelivery } from '../../support/fixture.ts'
import { fixtures } from '../../support/fixtures.ts'

/** The same with its nth value gone, or of a shape that nobody expects. */
const without = (value: unknown, at: number, nothing: unknown): unknown => {
  let seen = -1
  const walk = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(walk)
    if (typeof each === 'object' && each !== null) {
      return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, walk(inner)]))
    }
    seen += 1
    return seen === at ? nothing : each
  }
  return walk(value)
}

describe.each(Object.entries(fixtures))('%s', (_preset, fixture) => {
  const { source, secret, sentAt, signup, cases = {} } = fixture
  const delivery = toDelivery(fixture)

  test('links to its sender’s page', () => {
    expect(source.docs).toMatch(/^https:\/\//)
  })

  if (schemeNeedsSecret(source.signature)) {
    test('takes its sender’s signature, as another tool made it', () => {
      expect(() => verify(source.signature, delivery, [secret], sentAt)).not.toThrow()
    })
  }

  test('reads its sender’s delivery as the signup that it is', async () => {
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
    test('makes no word of what is missing', async () => {
      const text = Buffer.from(delivery.body).toString()
      const places = text.match(/[:[,](?="|\d|t|f)/g)?.length ?? 0
      for (let at = 0; at < places; at += 1) {
        for (const nothing of [undefined, null, { odd: {} }]) {
          const body = toBytes(JSON.stringify(without(JSON.parse(text), at, nothing)) ?? '{}')
          const reading = await read(source, { ...delivery, body })
          if (reading.kind !== 'signups') continue
          expect(JSON.stringify(reading.signups)).not.toMatch(/undefined|null|\[object/)
        }
      }
    })
  }

  test.each(Object.entries(cases))('%s', async (_title, each) => {
    const headers = each.headers ?? delivery.headers
    const given = { ...delivery, headers, body: toBytes(each.body) }

    expect(await read(each.source ?? source, given)).toMatchObject(each.reads)
  })
})

test('hubspot: the time counts only where it was signed, with v3', async () => {
  const { hubspot } = fixtures
  if (!hubspot) throw new Error('no fixture')
  const delivery = toDelivery(hubspot)
  const { 'x-hubspot-signature-v3': _v3, ...headers } = delivery.headers

  const reading = await read(hubspot.source, { ...delivery, headers })

  expect(reading).toMatchObject({ kind: 'signups' })
  expect(reading).not.toHaveProperty('signups.0.occurred_at')
})
