import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../src/lib/config/config.ts'
import { own } from '../../src/lib/json-access.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import { hubspot, typeform, webhook } from '../../src/lib/sources/index.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import { start } from '../support/clock.ts'
import { toBytes } from '../support/fixture.ts'
import { fixtures } from '../support/fixtures.ts'
import { startModel } from './model.ts'
import type { ModelOptions } from './options.ts'
import type { PostOptions } from './requests.ts'

// Who may restore a contact that was archived: a delivery that proves when it was sent.

const minute = 60_000
const hour = 60 * minute
const email = 'ada@example.com'

type Delivery = {
  readonly source: Source
  readonly body: object | string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** The account id that it names. */
  readonly external_id?: unknown
}

const typeNames = ['content-type', 'x-shopify-topic']

/** A delivery of a preset’s fixture, of the start of the model’s time. */
const deliveryOf = (preset: string): Delivery => {
  const { source, delivery, signup } = fixtures[preset] ?? expect.unreachable(preset)
  const { body, headers } = delivery
  return {
    source: { ...source, options: { ...source.options, role: 'user' } },
    body,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => typeNames.includes(name)),
    ),
    external_id: own(own(signup, 'contact'), 'external_id'),
  }
}

const typeformBody = {
  event_id: 'evt_1',
  event_type: 'form_response',
  form_response: {
    submitted_at: '2026-01-01T00:00:00Z',
    answers: [{ type: 'email', email, field: { id: 'a', type: 'email' } }],
  },
}

/** A model with a user who is archived, and the posts of one delivery about that user. */
const startArchived = async (
  { source, body, headers = {}, external_id }: Delivery,
  options: Partial<ModelOptions> = {},
) => {
  const model = await startModel({
    bridge: defineBridge({ sources: { s: source } }),
    latencyMs: 0,
    ...options,
  })
  const ask = (path: string, fields: object = {}) =>
    model.workspace.handle({
      method: 'POST',
      path,
      query: new URLSearchParams(),
      headers: { accept: 'application/json', 'intercom-version': '2.14' },
      body: JSON.stringify(fields),
    })
  ask('/contacts', { role: 'user', email, external_id })
  const id = model.contacts()[0]?.id
  ask(`/contacts/${id}/archive`)
  return {
    ...model,
    archive: () => ask(`/contacts/${id}/archive`),
    /** Posts it, as signed at the start, and returns the status. */
    send: async (more: PostOptions = {}) => {
      const given = { headers, id: 'msg_1', signedAt: start, ...more }
      const response = await model.post('s', body, given)
      await model.drained()
      return response.status
    },
    reasons: () => model.parked().map(({ reason }) => reason),
    restored: () => model.contacts().map((contact) => contact.email),
  }
}

describe('a delivery whose signature covers a time', () => {
  test.each([
    ...['clerk', 'workos', 'standardWebhooks', 'stripe', 'calendly', 'webflow'],
    ...['formspree', 'hubspot'],
  ])('restores an archived contact, and is refused an hour later: %s', async (preset) => {
    const { send, archive, passes, reasons, restored } = await startArchived(deliveryOf(preset))

    expect([await send(), restored(), reasons()]).toEqual([200, [email], []])

    archive()
    await passes(hour)
    expect([await send(), restored(), reasons()]).toEqual([401, [], []])
  })

  test('of webhook() restores, too', async () => {
    const source = webhook({
      signature: {
        ...{ header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
        ...{ signed: '{timestamp}.{body}', timestamp: { header: 'x-time', unit: 's' } },
      },
      fields: { email: 'email' },
    })
    const { send, restored } = await startArchived({ source, body: { email } })

    expect([await send(), restored()]).toEqual([200, [email]])
  })
})

describe('a delivery with a bearer secret, which whoever sends it again has to have', () => {
  test.each(['signup', 'auth0', 'supabaseDatabase'])(
    'restores an archived contact, also later: %s',
    async (preset) => {
      const { send, passes, reasons, restored } = await startArchived(deliveryOf(preset))
      await passes(hour)

      expect([await send(), restored(), reasons()]).toEqual([200, [email], []])
    },
  )

  test('or by an invocation of Cognito restores an archived contact', async () => {
    const sent = deliveryOf('cognito')
    const { invoke, drained, passes, restored } = await startArchived(sent)
    await passes(hour)

    await invoke(sent.body, 'cognito')
    await drained()

    expect(restored()).toEqual([email])
  })
})

const bySignedBody: [string, Delivery][] = [
  ...['tally', 'shopify', 'netlify', 'calcom'].map(
    (preset) => [preset, deliveryOf(preset)] as [string, Delivery],
  ),
  ['typeform', { source: typeform(), body: typeformBody }],
]

describe('a delivery whose signed body says when it happened', () => {
  test.each(bySignedBody)(
    'restores an archived contact within five minutes, and never again: %s',
    async (_preset, delivery) => {
      const { send, archive, passes, reasons, restored } = await startArchived(delivery)
      await passes(4 * minute)
      expect([await send(), restored(), reasons()]).toEqual([200, [email], []])

      archive()
      await passes(hour)
      expect([await send(), restored()]).toEqual([200, []])
      expect(reasons()).toEqual(['contact_archived'])
    },
  )

  test.each(bySignedBody)(
    'does not restore half a year later either: %s',
    async (_preset, sent) => {
      const { send, passes, reasons, restored } = await startArchived(sent)
      await passes(180 * 24 * hour)

      expect([await send(), restored(), reasons()]).toEqual([200, [], ['contact_archived']])
    },
  )

  test.each(bySignedBody)('answers 422 in direct mode later: %s', async (_preset, sent) => {
    const { send, archive, passes, restored } = await startArchived(sent, { delivery: 'direct' })
    expect([await send(), restored()]).toEqual([200, [email]])

    archive()
    await passes(hour)

    expect([await send(), restored()]).toEqual([422, []])
  })

  test('is restored by a replay that says so', async () => {
    const sent = { source: typeform(), body: typeformBody }
    const { send, passes, replay, drained, restored } = await startArchived(sent)
    await passes(hour)
    await send()

    await replay()
    await drained()
    expect(restored()).toEqual([])

    await replay({ restore: true })
    await drained()
    expect(restored()).toEqual([email])
  })
})

describe('a delivery without a signed time', () => {
  test.each(['framer', 'jotform', 'form', 'webhook'])(
    'never restores, not even immediately: %s',
    async (preset) => {
      const { send, reasons, restored } = await startArchived(deliveryOf(preset))

      expect(await send()).toBeLessThan(400)
      expect([restored(), reasons()]).toEqual([[], ['contact_archived']])
    },
  )

  test('of HubSpot with its older signature never restores', async () => {
    const { body } = deliveryOf('hubspot')
    const model = await startArchived({ source: hubspot(), body })
    const { signature } = hubspot()
    const [, v2] = signature.type === 'preferred' ? signature.schemes : []
    const url = 'https://bridge.example.com/webhooks/s'
    const unsigned = { timestampSeconds: start, url, body: toBytes(body) }
    const { headers } = sign(v2 ?? expect.unreachable('v2'), unsigned, model.secretOf('s') ?? '')

    expect(await model.send({ isSigned: false, headers })).toBe(200)
    expect([model.restored(), model.reasons()]).toEqual([[], ['contact_archived']])

    const onlyV3 = await startArchived({ source: hubspot({ v3Only: true }), body })
    expect(await onlyV3.send({ isSigned: false, headers })).toBe(401)
    expect([await onlyV3.send(), onlyV3.restored()]).toEqual([200, [email]])
  })
})
