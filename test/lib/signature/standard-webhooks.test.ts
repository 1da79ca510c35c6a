import { describe, expect, test } from 'vitest'
import {
  standardWebhooksId,
  standardWebhooksScheme,
  svixScheme,
} from '../../../src/lib/signature/standard-webhooks.ts'
import { sign, verify } from '../../../src/lib/signature/verify.ts'
import { clerk, standardWebhooks } from '../../../src/lib/sources/index.ts'
import { read, stripDelivery } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { userCreated } from '../../support/payloads.ts'
import { verdict } from '../../support/verdict.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const relaySecret = 'whsec_bm90IHRoaXMgb25lIGhlcmU='
const body = JSON.stringify(userCreated)
const schemes = { 'svix-': svixScheme, 'webhook-': standardWebhooksScheme } as const
type Names = keyof typeof schemes

/** The three headers under names of one kind, signed with a secret. */
const signedUnder = (
  names: Names,
  id: string,
  key = secret,
  timestampSeconds = start,
): Record<string, string> => {
  const unsigned = { id, timestampSeconds, body: bytes(body) }
  return sign(schemes[names], unsigned, key).headers
}
const sources = {
  standardWebhooks: standardWebhooks({ fields: { 'data.id': 'external_id' } }),
  clerk: clerk(),
} as const
type Preset = keyof typeof sources

const check = (preset: Preset, headers: Record<string, string>, text = body) =>
  verdict(sources[preset].signature, delivery(text, headers), [secret], start)

/** The event id of a delivery, which must be the same once it is queued. */
const eventId = async (preset: Preset, headers: Record<string, string>) => {
  const given = delivery(body, { 'content-type': 'application/json', ...headers })
  const readings = await Promise.all(
    [given, stripDelivery(sources[preset], given)].map((each) => read(sources[preset], each)),
  )
  const ids = new Set(readings.map((reading) => 'event_id' in reading && reading.event_id))
  return [...ids].join(' or ')
}

test('the published test vector of Svix is accepted under svix- names', () => {
  // https://docs.svix.com/receiving/verifying-payloads/how-manual
  const headers = {
    'svix-id': 'msg_loFOjxBNrRLzqYUf',
    'svix-timestamp': '1731705121',
    'svix-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  }
  const request = delivery('{"event_type":"ping","data":{"success":true}}', headers)
  const secrets = ['whsec_plJ3nmyCDGBKInavdOK15jsl']

  for (const scheme of [svixScheme, standardWebhooksScheme]) {
    expect(verdict(scheme, request, secrets, 1_731_705_121)).toBe('accepted')
  }
})

describe.each(['standardWebhooks', 'clerk'] as const)('%s', (preset) => {
  test('reads svix- names before webhook- names: a relay may sign its own hop', async () => {
    const relayed = {
      ...signedUnder('webhook-', 'relay_1', relaySecret),
      ...signedUnder('svix-', 'msg_1'),
    }

    expect(check(preset, relayed)).toBe('accepted')
    expect(check(preset, relayed, `${body} `)).toBe('signature_invalid')
    expect(await eventId(preset, relayed)).toBe('msg_1')
  })

  test('does not accept webhook- names in place of an invalid or expired svix- signature', () => {
    const valid = signedUnder('webhook-', 'msg_1')
    const forged = signedUnder('svix-', 'msg_1', relaySecret)
    const old = signedUnder('svix-', 'msg_1', secret, start - 301)

    expect(check(preset, { ...valid, ...forged })).toBe('signature_invalid')
    expect(check(preset, { ...valid, ...old })).toBe('signature_expired')
  })
})

const parts = ['id', 'timestamp', 'signature'] as const

describe.each(parts)('with svix- names, but without svix-%s', (part) => {
  const without = (names: Names, id: string) => {
    const { [`${names}${part}`]: _missing, ...rest } = signedUnder(names, id)
    return rest
  }

  test.each([
    ['and with webhook- names', signedUnder('webhook-', 'msg_2'), 'accepted'],
    ['and without webhook- names', {}, 'signature_missing'],
    [
      'and with webhook- names of another key',
      signedUnder('webhook-', 'm', 'YWJj'),
      'signature_invalid',
    ],
    // The id and time of one set must not be those of the other's signature.
    [
      'but with this one of webhook- names',
      { [`webhook-${part}`]: signedUnder('webhook-', 'msg_1')[`webhook-${part}`] ?? '' },
      'signature_missing',
    ],
  ] as const)('%s standardWebhooks() decides by what is complete', (_title, others, expected) => {
    expect(check('standardWebhooks', { ...without('svix-', 'msg_1'), ...others })).toBe(expected)
    expect(
      check('standardWebhooks', {
        ...signedUnder('svix-', 'msg_1'),
        [`svix-${part}`]: '',
        ...others,
      }),
    ).toBe(expected)
  })

  test('the event id is that of the complete set', async () => {
    const headers = { ...without('svix-', 'msg_1'), ...signedUnder('webhook-', 'msg_2') }

    expect(await eventId('standardWebhooks', headers)).toBe('msg_2')
  })

  test('clerk() is signature_missing, whatever else is signed', () => {
    const headers = { ...without('svix-', 'msg_1'), ...signedUnder('webhook-', 'msg_1') }

    expect(check('clerk', headers)).toBe('signature_missing')
  })
})

test('webhook- names alone are enough for standardWebhooks(), not for clerk()', async () => {
  const headers = signedUnder('webhook-', 'msg_1')

  expect(check('standardWebhooks', headers)).toBe('accepted')
  expect(await eventId('standardWebhooks', headers)).toBe('msg_1')
  expect(check('clerk', headers)).toBe('signature_missing')
})

test('several signatures joined by ", ", as Supabase sends them, are read', () => {
  const { 'webhook-signature': valid = '', ...rest } = signedUnder('webhook-', 'msg_1')
  const { 'webhook-signature': other = '' } = signedUnder('webhook-', 'msg_1', relaySecret)

  expect(check('standardWebhooks', { ...rest, 'webhook-signature': `${other}, ${valid}` })).toBe(
    'accepted',
  )
})

test.each([
  [{ 'webhook-id': 'msg_1' }, 'msg_1'],
  [{ 'svix-id': 'msg_1' }, 'msg_1'],
  [{ 'svix-id': 'msg_1', 'webhook-id': 'msg_2' }, 'msg_1'],
  [{ 'svix-id': '', 'webhook-id': 'msg_2' }, 'msg_2'],
  [{}, undefined],
])(
  'without a signature, as in an older message of the queue, the id of %j is %s',
  (headers, id) => {
    expect(standardWebhooksId(standardWebhooksScheme, { headers })).toBe(id)
  },
)

describe('an id that is signed, but not allowed', () => {
  const ids = ['msg.1', 'msg 1', '.1', 'msg.', 'm'.repeat(257)]
  const message = (id: string, key: string) => {
    const request = delivery(body, signedUnder('svix-', id, key))
    try {
      verify(svixScheme, request, [secret], start)
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  }

  test.each(ids)('is refused in words that say so: %j', (id) => {
    expect(message(id, secret)).toContain('the id that it signs has a dot, a blank')
  })

  test.each(ids)('is refused as any other, if the signature does not match: %j', (id) => {
    expect(message(id, relaySecret)).toBe(message('msg_1', relaySecret))
    expect(message(id, relaySecret)).toContain('no signature matches')
  })
})
