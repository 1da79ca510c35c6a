import { describe, expect, test } from 'vitest'
import { verify } from '../../../src/lib/signature/verify.ts'
import { standardWebhooks, webhook } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { delivery, signed } from '../../support/deliveries.ts'

const body = {
  id: 'evt_1',
  type: 'contact.created',
  timestamp: '2024-12-18T15:57:09Z',
  data: { email: 'ada@example.com', fullName: 'Ada Lovelace', phoneNumber: '(281) 332-2575' },
}
const fields = {
  'data.email': 'email',
  'data.fullName': 'name',
  'data.phoneNumber': 'phone',
} as const

const generic = webhook({
  signature: {
    header: 'X-Signature',
    prefix: 'v0=',
    algorithm: 'sha1',
    encoding: 'hex',
    signed: '{id}.{timestamp}.{body}',
    id: { header: 'X-Id' },
    timestamp: { header: 'X-Time', unit: 's' },
  },
  eventId: 'id',
  fields,
  country: 'US',
})

test('webhook reads the payload of any HMAC sender by dotted paths', async () => {
  expect(await read(generic, delivery(body))).toMatchObject({
    kind: 'signups',
    signups: [
      {
        event_id: 'evt_1',
        contact: { email: 'ada@example.com', name: 'Ada Lovelace', phone: '+12813322575' },
      },
    ],
  })
})

test('webhook verifies the signature that its options describe, for 300 s by default', () => {
  const request = signed(generic, body, 'secret')

  expect(request.headers['x-signature']).toMatch(/^v0=[0-9a-f]{40}$/)
  expect(() => verify(generic.signature, request, ['secret'], start + 300)).not.toThrow()
  expect(() => verify(generic.signature, request, ['secret'], start + 301)).toThrow('300 s')
  expect(() => verify(generic.signature, request, ['other'], start)).toThrow('no signature matches')
})

test('webhook reads the event id from a header', async () => {
  const source = webhook({
    signature: { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
    eventId: { header: 'X-Delivery' },
    fields,
  })

  const reading = await read(source, delivery(body, { 'x-delivery': 'delivery-7', cookie: 'a=b' }))

  expect(reading).toMatchObject({ signups: [{ event_id: 'delivery-7' }] })
})

describe('webhook with a bearer secret', () => {
  const source = webhook({ signature: { type: 'bearer' }, eventId: 'id', fields, country: 'US' })
  const posted = (authorization?: string) =>
    delivery(body, authorization === undefined ? {} : { authorization })

  test('reads any JSON, and no key of it is unknown', async () => {
    expect(await read(source, posted())).toMatchObject({
      signups: [{ event_id: 'evt_1', contact: { email: 'ada@example.com', name: 'Ada Lovelace' } }],
      leftOut: [],
    })
  })

  test('reads the event id from a header, else uses the body’s digest', async () => {
    const { signature } = source
    const idOf = async (eventId?: { header: string }) =>
      read(
        webhook({ signature: { type: 'bearer' }, fields, ...(eventId && { eventId }) }),
        delivery(body, { 'x-id': 'e-7' }),
      )

    expect(signature).toEqual({ type: 'bearer' })
    expect(await idOf({ header: 'X-Id' })).toMatchObject({ event_id: 'e-7' })
    expect(await idOf()).toMatchObject({ event_id: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('verifies it', () => {
    const run =
      (authorization?: string, secrets = ['old', 's3cret']) =>
      () =>
        verify(source.signature, posted(authorization), secrets, start)

    expect(run('Bearer s3cret')).not.toThrow()
    expect(run('Bearer other')).toThrow(expect.objectContaining({ code: 'signature_invalid' }))
    expect(run('s3cret')).toThrow(expect.objectContaining({ code: 'signature_invalid' }))
    expect(run()).toThrow(expect.objectContaining({ code: 'signature_missing' }))
    expect(run('Bearer ', [''])).toThrow(expect.objectContaining({ code: 'misconfigured' }))
  })
})

test('standardWebhooks reads the payload by dotted paths, with the message’s id as event id', async () => {
  const reading = await read(
    standardWebhooks({ fields, country: 'US' }),
    delivery(body, { 'webhook-id': 'msg_1' }),
  )

  expect(reading).toMatchObject({
    signups: [
      {
        event_id: 'msg_1',
        occurred_at: 1_734_537_429,
        contact: { email: 'ada@example.com', name: 'Ada Lovelace', phone: '+12813322575' },
      },
    ],
  })
})

test('standardWebhooks ignores event types that are not listed', async () => {
  const source = standardWebhooks({ fields, types: ['user.created'] })

  expect(await read(source, delivery(body))).toEqual({ kind: 'ignored' })
  expect(await read(source, delivery({ ...body, type: 'user.created' }))).toMatchObject({
    kind: 'signups',
  })
})
