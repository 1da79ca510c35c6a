import { describe, expect, test } from 'vitest'
import { read } from '../../src/lib/read.ts'
import { isProven, verify } from '../../src/lib/signature.ts'
import { toBytes, toDelivery } from '../support/fixture.ts'
import { fixtures } from '../support/fixtures.ts'

describe.each(Object.entries(fixtures))('%s', (_preset, fixture) => {
  const { source, secret, sentAt, signup, cases = {} } = fixture
  const delivery = toDelivery(fixture)

  test('links to its sender’s page', () => {
    expect(source.docs).toMatch(/^https:\/\//)
  })

  if (isProven(source.signature)) {
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

  test.each(Object.entries(cases))('%s', async (_title, each) => {
    const headers = each.headers ?? delivery.headers
    const given = { ...delivery, headers, body: toBytes(each.body) }

    expect(await read(each.source ?? source, given)).toMatchObject(each.reads)
  })
})
