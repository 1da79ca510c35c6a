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

describe('the kinds of event of a sender without a preset', () => {
  const signature = { type: 'bearer' } as const
  const everyKind = {
    created: ['a.made'],
    updated: ['a.changed', 'a.moved'],
    deleted: ['a.gone'],
  } as const
  const readAs = (options: object, type: string) =>
    read(
      standardWebhooks({ fields: { id: 'external_id' }, ...options }),
      delivery({ id: 'u-1', type, timestamp: '2024-12-18T15:57:09Z' }),
    )

  test.each([
    ['a.made', undefined],
    ['a.changed', 'updated'],
    ['a.moved', 'updated'],
    ['a.gone', 'deleted'],
  ])('%s is read as %j, since `types` names it', async (type, event) => {
    const reading = await readAs({ types: everyKind }, type)

    expect(reading.kind === 'signups' && reading.signups[0].event).toBe(event)
  })

  test('`on` takes fewer of them', async () => {
    const options = { types: everyKind, on: ['created', 'deleted'] }

    expect(await readAs(options, 'a.changed')).toEqual({ kind: 'ignored' })
    expect(await readAs(options, 'a.gone')).toMatchObject({ kind: 'signups' })
  })

  test('a type that no list has is not ours, another version of one is refused', async () => {
    expect(await readAs({ types: everyKind }, 'a.seen')).toEqual({ kind: 'ignored' })
    expect(await readAs({ types: everyKind }, 'v2.a.gone')).toMatchObject({
      kind: 'refused',
      issues: [{ reason: 'expected the type a.made or a.changed or a.moved or a.gone' }],
    })
  })

  test('a list alone has the types of signups', async () => {
    expect(await readAs({ types: ['a.made'] }, 'a.gone')).toEqual({ kind: 'ignored' })
  })

  test('`map` may say the kind where the sender has no types', async () => {
    const source = webhook({
      signature,
      on: ['created', 'deleted'],
      fields: { id: 'external_id' },
      map: (found, body) => (body.gone ? { ...found, event: 'deleted' } : found),
    })

    expect(await read(source, delivery({ id: 'u-1', gone: true }))).toMatchObject({
      signups: [{ event: 'deleted', contact: { external_id: 'u-1' } }],
    })
  })

  test.each([
    [{ on: ['updated'] }, 'on: no type is updated: set `types: { updated: […] }`'],
    [{ types: ['a'], on: ['created', 'deleted'] }, 'on: no type is deleted'],
    [{ types: { updated: ['a'] }, on: ['created'] }, 'on: no type is created'],
    [{ types: { created: ['a'], updated: ['b', 'a'] } }, 'types: expected the types of at least'],
    [{ types: {} }, 'types: expected the types of at least one kind, and no type twice'],
    [{ types: { removed: ['a'] } }, 'types: Unrecognized key: "removed"'],
    [{ types: { deleted: [] } }, 'types.deleted: Too small'],
  ])('%j is refused', (options, problem) => {
    const fields = { id: 'external_id' } as const

    expect(() => webhook({ signature, fields, ...options } as never)).toThrow(problem)
    expect(() => standardWebhooks({ fields, ...options } as never)).toThrow(problem)
  })
})
