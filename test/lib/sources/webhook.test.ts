import { expect, test } from 'vitest'
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
