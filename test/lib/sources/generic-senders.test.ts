import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as bridge from '../../../src/lib/index.ts'
import { verify } from '../../../src/lib/signature/verify.ts'
import type { Source } from '../../../src/lib/sources/source.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { delivery } from '../../support/deliveries.ts'

/** The lines of the table "Senders without a preset", by sender. */
const page = readFileSync(resolve(import.meta.dirname, '../../../docs/sources.md'), 'utf8')
const lines = Object.fromEntries(
  [...page.matchAll(/^\| \[([^\]]+)\]\(https:\/\/[^)]+\) \| `([^|]+)` \| [^|]+ \|$/gm)].map(
    ([, sender = '', line = '']) => [sender, line] as const,
  ),
)

const toSource = (line: string): Source =>
  new Function(...Object.keys(bridge), `return ${line}`)(...Object.values(bridge))

/** A delivery after the sender's own documentation, signed by hand. */
type Sender = {
  readonly secret: string
  readonly body: object
  readonly headers: (body: string) => Record<string, string>
  readonly contact: object
  readonly event_id?: string
  /** Bodies of the same sender that are no signup. */
  readonly ignored?: readonly object[]
}

const email = 'ada@example.com'
const name = 'Ada Lovelace'
const created = '2026-01-01T00:00:00Z'
const signed_up_at = Date.parse(created) / 1000
const url = 'https://bridge.example.com/webhooks/test'
const digest = /^[0-9a-f]{64}$/

const secret = 'a secret of the sender'
const hex = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
/** The HMAC of the body in a header. */
const inHeader = (header: string, prefix = '', more: Record<string, string> = {}) => ({
  secret,
  headers: (body: string) => ({ [header]: `${prefix}${hex(body)}`, ...more }),
})
const bearer = { secret, headers: () => ({ authorization: `Bearer ${secret}` }) }
const key = Buffer.from('twenty-four bytes of key')
/** Standard Webhooks under either family of names. */
const standard = (family: 'svix' | 'webhook') => ({
  secret: `whsec_${key.toString('base64')}`,
  event_id: 'msg_1',
  headers: (body: string) => ({
    [`${family}-id`]: 'msg_1',
    [`${family}-timestamp`]: String(start),
    [`${family}-signature`]: `v1,${createHmac('sha256', key).update(`msg_1.${start}.${body}`).digest('base64')}`,
  }),
})
const flat = {
  ...bearer,
  body: { email, name, external_id: 'u-1' },
  contact: { email, name, external_id: 'u-1' },
}

const senders: Readonly<Record<string, Sender>> = {
  Appwrite: {
    secret,
    headers: (body) => ({
      'x-appwrite-webhook-events': 'users.6a1.create',
      'x-appwrite-webhook-signature': createHmac('sha1', secret)
        .update(url + body)
        .digest('base64'),
    }),
    body: {
      $id: '6a1',
      $createdAt: created,
      name,
      registration: created,
      status: true,
      labels: [],
      email,
      phone: '+12813322575',
      emailVerification: false,
      prefs: {},
      targets: [{ $id: 't-1', providerType: 'email', identifier: email }],
    },
    contact: { external_id: '6a1', email, name, phone: '+12813322575', signed_up_at },
  },
  Directus: {
    ...bearer,
    body: {
      event: 'users.create',
      payload: { first_name: 'Ada', email, role: 'r-1' },
      key: '0b6f',
      collection: 'directus_users',
    },
    contact: { external_id: '0b6f', email },
  },
  Discourse: {
    ...inHeader('x-discourse-event-signature', 'sha256=', {
      'x-discourse-event': 'user_created',
      'x-discourse-event-id': '41',
    }),
    event_id: '41',
    body: { user: { id: 7, username: 'ada', name, email, trust_level: 0, groups: [] } },
    contact: { email, name },
  },
  Dub: {
    ...inHeader('dub-signature'),
    event_id: 'evt_1',
    body: {
      id: 'evt_1',
      event: 'lead.created',
      createdAt: created,
      data: {
        eventName: 'Sign up',
        customer: { id: 'cus_1', externalId: 'u-1', name, email, avatar: null },
        click: { id: 'c-1', country: 'GB' },
        link: { id: 'l-1', domain: 'example.com' },
      },
    },
    contact: { external_id: 'u-1', email, name },
  },
  FusionAuth: {
    ...bearer,
    event_id: 'e-1',
    body: {
      event: {
        id: 'e-1',
        type: 'user.create.complete',
        createInstant: start * 1000,
        tenantId: 't-1',
        user: { id: 'u-1', email, firstName: 'Ada', active: true, verified: false },
      },
    },
    contact: { external_id: 'u-1', email },
  },
  Ghost: {
    secret,
    headers: (body) => {
      const milliseconds = start * 1000 + 7
      return { 'x-ghost-signature': `sha256=${hex(`${body}${milliseconds}`)}, t=${milliseconds}` }
    },
    body: {
      event: 'member.added',
      member: {
        current: {
          id: 'm-1',
          uuid: 'm-2',
          email,
          name,
          subscribed: true,
          created_at: created,
          labels: [],
        },
        previous: {},
      },
    },
    contact: { email, name, signed_up_at },
  },
  GitHub: {
    ...inHeader('x-hub-signature-256', 'sha256=', { 'x-github-delivery': 'd-1' }),
    event_id: 'd-1',
    body: {
      action: 'created',
      sender: { id: 7, login: 'ada', type: 'User' },
      repository: { id: 1 },
    },
    contact: { external_id: '7', name: 'ada' },
  },
  Hasura: {
    ...bearer,
    event_id: 'e-1',
    body: {
      id: 'e-1',
      created_at: created,
      delivery_info: { current_retry: 0, max_retries: 3 },
      trigger: { name: 'signups' },
      table: { schema: 'public', name: 'users' },
      event: { op: 'INSERT', session_variables: null, data: { old: null, new: { id: 7, email } } },
    },
    contact: { external_id: '7', email },
  },
  'Lemon Squeezy': {
    ...inHeader('x-signature', '', { 'x-event-name': 'order_created' }),
    body: {
      meta: { event_name: 'order_created', custom_data: { user_id: 'u-1' } },
      data: {
        type: 'orders',
        id: '1',
        attributes: { store_id: 1, user_name: name, user_email: email, status: 'paid' },
        relationships: {},
      },
    },
    contact: { email, name },
  },
  Logto: {
    ...inHeader('logto-signature-sha-256'),
    body: {
      hookId: 'h-1',
      event: 'User.Created',
      createdAt: created,
      interactionEvent: 'Register',
      data: {
        id: 'u-1',
        username: null,
        primaryEmail: email,
        primaryPhone: '12813322575',
        name,
        avatar: 'https://example.com/ada.png',
        customData: {},
      },
    },
    contact: { external_id: 'u-1', email, name, avatar: 'https://example.com/ada.png' },
  },
  Make: flat,
  Memberstack: {
    ...standard('svix'),
    body: {
      event: 'member.created',
      timestamp: start * 1000,
      payload: { id: 'mem_1', auth: { email }, customFields: {}, planConnections: [] },
    },
    contact: { external_id: 'mem_1', email },
  },
  n8n: flat,
  Paddle: {
    secret,
    headers: (body) => ({ 'paddle-signature': `ts=${start};h1=${hex(`${start}:${body}`)}` }),
    event_id: 'evt_1',
    body: {
      event_id: 'evt_1',
      event_type: 'customer.created',
      occurred_at: created,
      notification_id: 'ntf_1',
      data: { id: 'ctm_1', name, email, locale: 'en', status: 'active', custom_data: null },
    },
    contact: { email, name },
  },
  Polar: {
    ...standard('webhook'),
    body: {
      type: 'customer.created',
      timestamp: created,
      data: { id: 'c-1', external_id: 'u-1', email, name, metadata: {}, billing_address: null },
    },
    contact: { external_id: 'u-1', email, name },
    ignored: [{ type: 'customer.updated', timestamp: created, data: { email } }],
  },
  Resend: {
    ...standard('svix'),
    body: {
      type: 'contact.created',
      created_at: created,
      data: {
        id: 'c-1',
        email,
        first_name: 'Ada',
        last_name: '',
        unsubscribed: true,
        segment_ids: [],
      },
    },
    contact: { email, unsubscribed_from_emails: true },
    ignored: [{ type: 'email.delivered', created_at: created, data: { to: [email] } }],
  },
  Strapi: {
    ...bearer,
    body: {
      event: 'entry.create',
      createdAt: created,
      model: 'subscriber',
      uid: 'api::subscriber.subscriber',
      entry: { id: 7, documentId: 'doc-1', email, createdAt: created, publishedAt: null },
    },
    contact: { email, signed_up_at },
    ignored: [
      { event: 'entry.create', model: 'post', uid: 'api::post.post', entry: { id: 1, email } },
    ],
  },
  Thinkific: {
    ...inHeader('x-thinkific-hmac-sha256', '', { 'x-thinkific-topic': 'user.signup' }),
    event_id: 'e-1',
    body: {
      id: 'e-1',
      resource: 'user',
      action: 'signup',
      tenant_id: '3',
      created_at: created,
      timestamp: start,
      payload: { id: 7, email, first_name: 'Ada', last_name: 'Lovelace' },
    },
    contact: { email },
  },
  Zapier: flat,
  ZITADEL: {
    secret,
    headers: (body) => ({ 'zitadel-signature': `t=${start},v1=${hex(`${start}.${body}`)}` }),
    body: {
      aggregateID: '336',
      aggregateType: 'user',
      resourceOwner: '335',
      instanceID: '334',
      sequence: 1,
      event_type: 'user.human.selfregistered',
      created_at: created,
      userID: '336',
      event_payload: {
        userName: 'ada',
        firstName: 'Ada',
        lastName: 'Lovelace',
        displayName: name,
        email,
      },
    },
    contact: { external_id: '336', email, name, signed_up_at },
  },
}

test('the page has a line for each of twenty senders, in order', () => {
  const named = Object.keys(lines)

  expect(named).toEqual(Object.keys(senders))
  expect(named).toEqual(named.toSorted((a, b) => a.localeCompare(b, 'en')))
  expect(named).toHaveLength(20)
})

describe.each(Object.entries(senders))('%s', (sender, given) => {
  const source = toSource(lines[sender] ?? '')
  const { contact, event_id = expect.stringMatching(digest), ignored = [] } = given
  const post = (body: object) => {
    const text = JSON.stringify(body)
    return { ...delivery(text, given.headers(text)), url }
  }
  const sent = post(given.body)

  test('is verified by the line of the page', () => {
    const run =
      (received = sent, secrets = [given.secret]) =>
      () =>
        verify(source.signature, received, secrets, start)

    expect(run()).not.toThrow()
    expect(run(sent, ['another secret of it'])).toThrow()
    expect(run({ ...sent, headers: {} })).toThrow(
      expect.objectContaining({ code: 'signature_missing' }),
    )
    if (source.signature.type === 'hmac') {
      const altered = { ...sent, body: delivery({ ...given.body, more: 1 }).body }
      expect(run(altered)).toThrow(expect.objectContaining({ code: 'signature_invalid' }))
    }
  })

  test('becomes the contact, and no key of it is unknown', async () => {
    expect(await read(source, sent)).toMatchObject({
      kind: 'signups',
      signups: [{ event_id, contact }],
      leftOut: [],
    })
  })

  if (ignored.length > 0) {
    test('ignores what is no signup', async () => {
      for (const body of ignored) {
        expect(await read(source, post(body))).toMatchObject({ kind: 'ignored' })
      }
    })
  }
})

describe('the example of a sender that says what changes and who is deleted', () => {
  const [, example = ''] = /```ts\nmembers: ([\s\S]+?),\n```/.exec(page) ?? []
  const source = toSource(example)
  const { headers } = inHeader('x-signature')
  const sent = (type: string) => {
    const text = JSON.stringify({ sent_at: created, member: { id: 7, email, name } })
    return delivery(text, { ...headers(text), 'x-event': type })
  }

  test.each([
    ['member.added', undefined],
    ['member.changed', 'updated'],
    ['member.moved', 'updated'],
    ['member.removed', 'deleted'],
  ])('verifies and reads %s as %j', async (type, event) => {
    expect(() => verify(source.signature, sent(type), [secret], start)).not.toThrow()
    expect(await read(source, sent(type))).toMatchObject({
      kind: 'signups',
      signups: [
        {
          ...(event && { event }),
          occurred_at: signed_up_at,
          contact: { external_id: '7', email, name },
        },
      ],
      leftOut: [],
    })
  })

  test('ignores other events', async () => {
    expect(await read(source, sent('member.seen'))).toEqual({ kind: 'ignored' })
  })
})
