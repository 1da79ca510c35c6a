import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  auth0,
  calcom,
  calendly,
  clerk,
  defineBridge,
  form,
  hubspot,
  shopify,
  signup,
  stripe,
  supabaseDatabase,
  typeform,
  webhook,
  workos,
} from '../../src/lib/index.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import { startModel } from './model.ts'
import type { ModelOptions } from './options.ts'
import type { Body, PostOptions } from './requests.ts'

// Deliveries that senders really make, each from its post to the contact in Intercom.

type Post = Body | { readonly body: Body; readonly source?: string; readonly options?: PostOptions }

const isPost = (post: Post): post is Exclude<Post, Body> =>
  typeof post === 'object' && 'body' in post && !(post instanceof Uint8Array)

type Sources = Readonly<Record<string, Source>>

/** Posts to a bridge, the first source unless named, and returns what came of it. */
const run = async (
  given: Source | Sources,
  posts: readonly Post[],
  { signingSecret, ...options }: Partial<ModelOptions> & { readonly signingSecret?: string } = {},
) => {
  const sources: Sources = 'toSignup' in given ? { s: given as Source } : (given as Sources)
  const [first = ''] = Object.keys(sources)
  const model = await startModel({ bridge: defineBridge({ sources }), latencyMs: 0, ...options })
  if (signingSecret !== undefined) model.putSigningSecrets({ [first]: signingSecret })
  const responses = []
  for (const post of posts) {
    const { body, source = first, options = {} } = isPost(post) ? post : { body: post }
    responses.push(await model.post(source, body, options))
    await model.drained()
    await model.passes(60_000)
  }
  return {
    model,
    statuses: responses.map(({ status }) => status),
    contacts: model.contacts(),
    parked: model.parked().map(({ reason }) => reason),
    advice: model.notes.logged.flatMap(({ advice }) => advice ?? []),
    counted: (name: string) => model.notes.counted.get(name) ?? 0,
  }
}

/** The only contact of these posts. */
const contactOf = async (given: Source | Sources, ...posts: readonly Post[]) => {
  const { contacts, parked } = await run(given, posts)
  expect(parked).toEqual([])
  expect(contacts).toHaveLength(1)
  return contacts[0]
}

const email = 'ada@example.com'
const phone = '+15555550123'
const json = (accept = 'application/json'): PostOptions => ({ headers: { accept } })

describe('a signup in a shape that its preset cannot read is parked with what to change', () => {
  test.each([
    ['customer.created', 'cus_1'],
    ['checkout.session.completed', 'cs_1'],
  ])('a thin event of %s', async (type, id) => {
    const thin = {
      id: 'evt_1',
      object: 'v2.core.event',
      type: `v1.${type}`,
      livemode: true,
      created: '2025-12-31T10:00:00.000Z',
      related_object: { id, type: type.split('.')[0], url: `/v1/things/${id}` },
    }

    const { statuses, parked, advice, counted } = await run(stripe(), [thin])

    expect({ statuses, parked, ignored: counted('ignored') }).toEqual({
      statuses: [200],
      parked: ['invalid_signup'],
      ignored: 0,
    })
    expect(advice.join()).toContain('snapshot')
  })

  test('an order of a shop whose topic got lost', async () => {
    const order = {
      id: 820_982_911,
      admin_graphql_api_id: 'gid://shopify/Order/820982911',
      email,
      customer: { id: 7, email },
    }

    const { contacts, parked, advice } = await run(shopify(), [order])

    expect({ contacts, parked }).toEqual({ contacts: [], parked: ['invalid_signup'] })
    expect(advice.join()).toContain('X-Shopify-Topic')
  })

  test.each([
    ['clerk', clerk(), { data: { id: 'user_1' } }],
    ['webhooks API', hubspot(), [{ objectId: 7, subscriptionType: 'contact.creation' }]],
    ['Auth hook', supabaseDatabase(), { metadata: { name: 'x' }, user: { id: 'u1', email } }],
    ['custom template', calcom(), { title: 'Demo', attendee: email }],
    ['older version', calendly(), { event: 'v1.invitee.created', payload: { invitee: { email } } }],
  ])('%s', async (_title, source, body) => {
    const { contacts, parked, counted } = await run(source, [body])

    expect({ contacts, parked, ignored: counted('ignored') }).toEqual({
      contacts: [],
      parked: ['invalid_signup'],
      ignored: 0,
    })
  })

  test.each([
    ['stripe', stripe(), { type: 'invoice.paid', data: { object: {} } }],
    ['clerk', clerk(), { type: 'session.created', data: { id: 'sess_1' } }],
    ['calcom', calcom(), { triggerEvent: 'BOOKING_CANCELLED', payload: {} }],
    ['typeform', typeform(), { event_type: 'form_response_partial', form_response: {} }],
  ])('an event of another type is ignored: %s', async (_title, source, body) => {
    const { parked, counted } = await run(source, [body])

    expect({ parked, ignored: counted('ignored') }).toEqual({ parked: [], ignored: 1 })
  })
})

describe('consent is yes only where it says yes', () => {
  const unsubscribed = async (answers: readonly unknown[]) => {
    const { contacts, counted } = await run(
      signup({ consent: 'newsletter' }),
      answers.map((newsletter, index) => ({ email: `p${index}@example.com`, newsletter })),
    )
    return {
      unsubscribed: contacts.map(({ unsubscribed_from_emails }) => unsubscribed_from_emails),
      unclear: counted('consent_unclear'),
    }
  }

  test('a plain no in other languages', async () => {
    const nos = [
      'Nej tack',
      'Não',
      'Nie',
      'Hayır',
      'Ei kiitos',
      'Нет',
      'いいえ',
      'Όχι',
      'Nem',
      'Ne',
    ]

    expect(await unsubscribed(nos)).toEqual({ unsubscribed: nos.map(() => true), unclear: 0 })
  })

  test('a plain yes in other languages', async () => {
    const yeses = ['Ja, tack', 'Sim', 'Tak', 'Evet', 'Kyllä', 'Да', 'はい', 'Ναι', 'Igen', 'Ano']

    expect(await unsubscribed(yeses)).toEqual({ unsubscribed: yeses.map(() => false), unclear: 0 })
  })

  test('what is neither counts as a no, and is counted', async () => {
    const open = ['perhaps', 'weekly', '2', 'b7a1c2d0-0000-4000-8000-000000000001']

    expect(await unsubscribed(open)).toEqual({ unsubscribed: open.map(() => true), unclear: 4 })
  })

  test.each([
    ['pending', true],
    ['not_subscribed', true],
    ['unsubscribed', true],
    ['subscribed', false],
  ])('a customer of Shopify whose state is %s', async (state, unsubscribed_from_emails) => {
    const contact = await contactOf(shopify({ consent: 'email_marketing_consent.state' }), {
      ...customer,
      email_marketing_consent: { state, opt_in_level: 'confirmed_opt_in' },
    })

    expect(contact).toMatchObject({ unsubscribed_from_emails })
  })
})

const customer = {
  id: 7_000_000_000_001,
  admin_graphql_api_id: 'gid://shopify/Customer/7000000000001',
  email,
  phone: null,
  first_name: 'Ada',
  last_name: 'Lovelace',
  created_at: '2025-12-01T10:00:00-05:00',
}

describe('secrets as they are pasted', () => {
  test.each(['a secret of ours\n', '\r\n a secret of ours', 'Bearer a secret of ours'])(
    'the signing secret %j',
    async (signingSecret) => {
      const options = { secret: 'a secret of ours' }
      const body = formResponse([answer('email', email, 'Email')])

      expect(await run(typeform(), [{ body, options }], { signingSecret })).toMatchObject({
        statuses: [200],
        contacts: [{ email }],
      })
    },
  )

  test('a key of Polar that is the text of the secret, as before September 2026', async () => {
    const secret = 'whsec_abcDEFghij0123456789abcDEFghij01'
    const polar = webhook({
      signature: {
        ...{ header: 'webhook-signature', prefix: 'v1,', separator: ' ' },
        ...{ algorithm: 'sha256', encoding: 'base64', signed: '{id}.{timestamp}.{body}' },
        id: { header: 'webhook-id' },
        timestamp: { header: 'webhook-timestamp', unit: 's' },
      },
      eventId: 'id',
      fields: { 'data.email': 'email' },
    })
    const body = '{"type":"customer.created","data":{"email":"ada@example.com"}}'
    const t = '1767225600'
    const mac = createHmac('sha256', secret).update(`3f5b.${t}.${body}`).digest('base64')
    const headers = {
      'webhook-id': '3f5b',
      'webhook-timestamp': t,
      'webhook-signature': `v1,${mac}`,
    }
    const options = { isSigned: false, headers }

    expect(await run(polar, [{ body, options }], { signingSecret: secret })).toMatchObject({
      statuses: [200],
      contacts: [{ email }],
    })
  })
})

/** A question of Typeform and its answer. */
const answer = (type: string, value: unknown, title: string) => {
  const key = type === 'short_text' ? 'text' : type
  return {
    field: { id: title, title, type },
    answer: { type: key, [key]: value, field: { id: title, type } },
  }
}

const formResponse = (given: readonly ReturnType<typeof answer>[], hidden?: object) => ({
  event_id: 'e1',
  event_type: 'form_response',
  form_response: {
    submitted_at: '2025-12-01T10:00:00Z',
    definition: { fields: given.map(({ field }) => field) },
    answers: given.map((each) => each.answer),
    ...(hidden && { hidden }),
  },
})

describe('whose e-mail', () => {
  test('the question for one’s own wins over one about somebody else', async () => {
    expect(
      await contactOf(
        typeform(),
        formResponse([
          answer('email', 'other@example.com', 'Who invited you? (their email)'),
          answer('email', email, 'Your email'),
        ]),
      ),
    ).toMatchObject({ email })
  })

  test.each(['Billing email', 'Your guest’s email', 'Recipient email', 'Who referred you?'])(
    'the answer to %j is never the person’s',
    async (title) => {
      const { contacts, parked } = await run(typeform(), [
        formResponse([answer('email', 'other@example.com', title)]),
      ])

      expect({ contacts, parked }).toEqual({ contacts: [], parked: ['no_identity'] })
    },
  )

  test('of two that nothing tells apart the first is used, and it is counted', async () => {
    const { contacts, counted } = await run(typeform(), [
      formResponse([
        answer('email', email, 'Work email'),
        answer('email', 'ada@home.example', 'Personal email'),
      ]),
    ])

    expect(contacts).toMatchObject([{ email }])
    expect(counted('person_unclear')).toBeGreaterThan(0)
  })

  test('hidden fields that the link brought', async () => {
    expect(
      await contactOf(
        typeform(),
        formResponse([answer('short_text', 'hello', 'Say hi')], { email, name: 'Ada' }),
      ),
    ).toMatchObject({ email, name: 'Ada' })
  })

  test('a booking by phone alone, without Cal.com’s placeholder address', async () => {
    const placeholder = '15555550123@sms.cal.com'
    const contact = await contactOf(calcom({ role: 'lead' }), {
      triggerEvent: 'BOOKING_CREATED',
      createdAt: '2025-12-01T10:00:00.000Z',
      payload: {
        uid: 'b1',
        attendees: [{ email: placeholder, name: 'Ada Lovelace', phoneNumber: phone }],
        responses: {
          name: { label: 'your_name', value: 'Ada Lovelace' },
          email: { label: 'email_address', value: placeholder },
          attendeePhoneNumber: { label: 'phone_number', value: phone },
        },
      },
    })

    expect(contact).toMatchObject({ role: 'lead', email: null, phone, name: 'Ada Lovelace' })
  })
})

describe('what a preset finds by itself', () => {
  test.each([
    { first_name: 'Ada', last_name: 'Lovelace' },
    { given_name: 'Ada', family_name: 'Lovelace' },
    { full_name: 'Ada Lovelace' },
    { display_name: 'Ada Lovelace' },
  ])('the name in Supabase’s metadata %j', async (raw_user_meta_data) => {
    const contact = await contactOf(supabaseDatabase(), {
      type: 'INSERT',
      table: 'users',
      schema: 'auth',
      record: { id: 'u-1', email, phone: null, is_anonymous: false, raw_user_meta_data },
      old_record: null,
    })

    expect(contact).toMatchObject({ external_id: 'u-1', email, name: 'Ada Lovelace' })
  })

  test.each([null, undefined, 'gone'])(
    'Clerk’s only address while the primary one is %j',
    async (primary_email_address_id) => {
      const data = {
        id: 'user_1',
        first_name: 'Ada',
        last_name: null,
        primary_email_address_id,
        email_addresses: [{ id: 'e1', email_address: email, verification: null }],
      }

      expect(
        await contactOf(clerk(), { type: 'user.created', timestamp: 1_767_225_600_000, data }),
      ).toMatchObject({ external_id: 'user_1', email, name: 'Ada' })
    },
  )

  test('none of several addresses while none is primary', async () => {
    const email_addresses = [
      { id: 'e1', email_address: email },
      { id: 'e2', email_address: 'b@example.com' },
    ]
    const data = { id: 'user_1', primary_email_address_id: null, email_addresses }

    expect(await contactOf(clerk(), { type: 'user.created', data })).toMatchObject({
      external_id: 'user_1',
      email: null,
    })
  })

  test('the name of a user of WorkOS without its parts', async () => {
    const data = { id: 'user_1', email, first_name: null, last_name: null, name: 'Ada Lovelace' }

    expect(await contactOf(workos(), { id: 'event_1', event: 'user.created', data })).toMatchObject(
      { email, name: 'Ada Lovelace' },
    )
  })

  test('the phone of a shop’s customer in the default address', async () => {
    const default_address = { phone, country_code: 'US' }

    expect(await contactOf(shopify(), { ...customer, default_address })).toMatchObject({ phone })
  })

  test('the name of a checkout in what Stripe collected', async () => {
    const object = {
      customer_details: { email, name: null, phone },
      collected_information: { shipping_details: { name: 'Ada Lovelace', address: {} } },
    }

    expect(
      await contactOf(stripe(), {
        id: 'evt_1',
        type: 'checkout.session.completed',
        data: { object },
      }),
    ).toMatchObject({ email, phone, name: 'Ada Lovelace' })
  })

  test('who fills in a routing form', async () => {
    const { contacts, parked } = await run({ cal: calcom(), cly: calendly() }, [
      {
        source: 'cal',
        body: {
          triggerEvent: 'FORM_SUBMITTED',
          createdAt: '2025-12-01T10:00:00.000Z',
          payload: {
            formId: 'f1',
            formName: 'Contact',
            responses: { email: { value: email }, name: { value: 'Ada' } },
          },
        },
      },
      {
        source: 'cly',
        body: {
          event: 'routing_form_submission.created',
          created_at: '2025-12-01T10:00:00.000000Z',
          payload: {
            uri: 'https://api.calendly.com/routing_form_submissions/1',
            questions_and_answers: [
              { question: 'Email', answer: 'bob@example.com' },
              { question: 'Name', answer: 'Bob' },
            ],
            submitter: null,
          },
        },
      },
    ])

    expect(parked).toEqual([])
    expect(contacts).toMatchObject([
      { role: 'lead', email, name: 'Ada' },
      { role: 'lead', email: 'bob@example.com', name: 'Bob' },
    ])
  })

  test.each([
    { email, firstname: 'Ada', lastname: 'Lovelace' },
    { properties: { email, firstname: 'Ada', lastname: 'Lovelace' } },
    { properties: { email: { value: email }, firstname: { value: 'Ada Lovelace' } } },
  ])('a contact of HubSpot in the body %j', async (body) => {
    expect(await contactOf(hubspot(), body)).toMatchObject({ email, name: 'Ada Lovelace' })
  })

  test.each([
    { custom_attributes: [] },
    { company: [] },
    { companies: [] },
    { custom_attributes: [], company: [], tags: [] },
  ])('a signup of a back end in PHP with %j', async (fields) => {
    const { contacts, statuses } = await run(signup(), [{ email, ...fields }])

    expect({ contacts, statuses }).toMatchObject({ contacts: [{ email }], statuses: [200] })
  })

  test('a company that is a text', async () => {
    const companies: unknown[] = []
    await run(signup(), [{ email, company: 'Acme' }], {
      intercept: ({ path, body = '' }) => {
        if (path === '/companies') companies.push(JSON.parse(body))
        return undefined
      },
    })

    expect(companies).toEqual([expect.objectContaining({ name: 'Acme' })])
  })
})

describe('Auth0’s log stream in every format', () => {
  const entry = (id: string, user_name: string, type = 'ss') => ({
    log_id: id,
    data: { type, date: '2025-12-01T10:00:00Z', user_id: `auth0|${id}`, user_name },
  })
  const bob = 'bob@example.com'
  const entries = [entry('1', email), entry('2', bob)]

  test.each([
    ['JSON Lines', entries.map((each) => `${JSON.stringify(each)}\n`).join('')],
    [
      'JSON Lines, without the last line break',
      entries.map((each) => JSON.stringify(each)).join('\r\n'),
    ],
    ['a JSON array', JSON.stringify(entries)],
  ])('two in one request as %s', async (_title, body) => {
    const { statuses, contacts } = await run(auth0(), [body])

    expect(statuses).toEqual([200])
    expect(contacts.map((contact) => contact.email).toSorted()).toEqual([email, bob])
  })

  test.each([
    ['one line', `${JSON.stringify(entry('1', email))}\n`],
    ['an object', JSON.stringify(entry('1', email))],
    [
      'a signup after a login',
      [entry('0', bob, 's'), entry('1', email)].map((each) => JSON.stringify(each)).join('\n'),
    ],
  ])('%s', async (_title, body) => {
    expect(await contactOf(auth0(), body)).toMatchObject({ external_id: 'auth0|1', email })
  })
})

describe('a form', () => {
  const posted = (text: string, type = 'application/x-www-form-urlencoded'): Post => ({
    body: text,
    options: { headers: { accept: 'application/json', 'content-type': type } },
  })

  test('with an input that comes twice', async () => {
    const { statuses, contacts } = await run(form(), [
      posted('email=&email=ada%40example.com&name=Ada'),
      posted('email=bob%40example.com&email=bob%40example.com'),
      posted('email=eve%40example.com&email=mallory%40example.com'),
    ])

    expect(statuses).toEqual([200, 200, 422])
    expect(contacts).toMatchObject([{ email, name: 'Ada' }, { email: 'bob@example.com' }])
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'text/plain;charset=UTF-8'])(
    'that a page posts as JSON, as %s',
    async (type) => {
      const { statuses, contacts } = await run(form(), [
        posted('{"email":"ada@example.com","name":"Ada"}', type),
      ])

      expect(statuses).toEqual([200])
      expect(contacts).toMatchObject([{ email, name: 'Ada' }])
    },
  )

  test('whose builder tests the address', async () => {
    const { statuses, contacts, parked, counted } = await run(
      form({ redirect: 'https://example.com/thanks' }),
      [
        {
          body: 'test=test',
          options: { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        },
      ],
    )

    expect({ statuses, contacts, parked, ignored: counted('ignored') }).toEqual({
      statuses: [200],
      contacts: [],
      parked: [],
      ignored: 1,
    })
  })
})

test.each(['https://hooks.example.com/signup', 'https://hooks.example.com/signup/'])(
  'HubSpot signs the public address %s with its path',
  async (PUBLIC_BASE_URL) => {
    const body = JSON.stringify({ 'is-contact': true, properties: { email: { value: email } } })
    const url = 'https://hooks.example.com/signup/webhooks/s'
    const secret = 'the secret of the app'
    const t = '1767225600000'
    const mac = createHmac('sha256', secret).update(`POST${url}${body}${t}`).digest('base64')
    const headers = { 'x-hubspot-request-timestamp': t, 'x-hubspot-signature-v3': mac }
    const options = { isSigned: false, headers, path: '/signup/webhooks/s' }

    expect(
      await run(hubspot(), [{ body, options }], {
        signingSecret: secret,
        environment: { PUBLIC_BASE_URL },
      }),
    ).toMatchObject({ statuses: [200], contacts: [{ email }] })
  },
)

test('a lead with the e-mail does not keep it from the account that has only an id', async () => {
  const data = {
    id: 'user_1',
    primary_email_address_id: 'e1',
    email_addresses: [{ id: 'e1', email_address: email }],
  }
  const sources = { clerk: clerk(), backend: signup(), waitlist: form({ role: 'lead' }) }

  const { contacts, parked } = await run(sources, [
    { source: 'waitlist', body: new URLSearchParams({ email }), options: json() },
    { source: 'backend', body: { external_id: 'user_1' } },
    { source: 'clerk', body: { type: 'user.created', timestamp: 1_767_225_700_000, data } },
  ])

  expect(parked).toEqual([])
  expect(contacts).toContainEqual(expect.objectContaining({ external_id: 'user_1', email }))
})
