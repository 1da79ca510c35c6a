import { expect, test } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts'
import { clerk, defineBridge, form, signup, stripe, webhook } from '../../src/lib/index.ts'
import { parseJson } from '../../src/lib/json.ts'
import { own } from '../../src/lib/json-access.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import type { Model } from './model.ts'
import { startModel } from './model.ts'
import type { ModelOptions } from './options.ts'

// What people who push contacts into Intercom report, and what ought to come of it.

type Post =
  | object
  | URLSearchParams
  | { readonly to: string; readonly body: object | URLSearchParams }

type Given = Partial<Omit<ModelOptions, 'bridge'>> & {
  readonly sources?: Readonly<Record<string, Source>>
  /** Runs before the posts. */
  readonly prepare?: (model: Model, ask: Ask) => void
  /** How long the worker gets; default: until the queue is empty. */
  readonly forSeconds?: number
}

/** Sends a request to Intercom as another client of the workspace, and returns the response. */
type Ask = (method: string, path: string, body?: object) => unknown

const askOf =
  ({ workspace }: Model): Ask =>
  (method, path, body) =>
    workspace.handle({
      method,
      path,
      query: new URLSearchParams(),
      headers: { accept: 'application/json', 'intercom-version': '2.14' },
      body: JSON.stringify(body ?? {}),
    })

/** Posts to a bridge and returns what came of it. */
const run = async (
  posts: readonly Post[],
  { sources, prepare, forSeconds, ...options }: Given = {},
) => {
  const sent: HttpRequest[] = []
  const { intercept } = options
  const model = await startModel({
    bridge: defineBridge({ sources: sources ?? { backend: signup() } }),
    latencyMs: 0,
    workers: 1,
    ...options,
    intercept: (request) => {
      sent.push(request)
      return intercept?.(request)
    },
  })
  prepare?.(model, askOf(model))
  const responses: unknown[] = []
  for (const post of posts) {
    const { to, body } =
      'to' in post && 'body' in post
        ? (post as { to: string; body: object })
        : { to: Object.keys(sources ?? { backend: 0 })[0] ?? '', body: post }
    responses.push((await model.post(to, body, { headers: { accept: 'application/json' } })).json)
  }
  if (forSeconds === undefined) await model.drained()
  else await model.passes(forSeconds * 1_000)
  return {
    model,
    responses,
    contacts: model.contacts(),
    attributes: model.contacts().map(({ custom_attributes }) => custom_attributes),
    reasons: model.parked().map(({ reason }) => reason),
    copies: model.parked().map(({ left_out }) => left_out),
    codes: model.notes.logged.flatMap(({ code }) => code ?? []),
    advice: model.notes.logged.flatMap(({ advice }) => advice ?? []),
    counted: (name: string) => model.notes.counted.get(name) ?? 0,
    requests: sent.map(({ method, path }) => `${method} ${path.replace(/\b[0-9a-f]{24}\b/g, '*')}`),
    sent,
  }
}

const errorList = (status: number, code: string, message: string): HttpResponse => ({
  status,
  headers: {},
  body: JSON.stringify({ type: 'error.list', request_id: 'r1', errors: [{ code, message }] }),
})

/** Responds to the first requests of a method and path, in order; then Intercom responds. */
const first = (method: string, path: string, ...responses: readonly HttpResponse[]) => {
  const left = [...responses]
  return (request: HttpRequest): HttpResponse | undefined =>
    request.method === method && request.path === path ? left.shift() : undefined
}

const always = (response: HttpResponse) => (): HttpResponse => response

test('an opt-out given as 1, "1", "yes", "TRUE" or "on" unsubscribes', async () => {
  const { contacts } = await run(
    [
      ...[1, '1', 'yes', 'TRUE'].map((unsubscribed_from_emails, index) => ({
        email: `p${index}@example.com`,
        unsubscribed_from_emails,
      })),
      { to: 'leave', body: new URLSearchParams({ email: 'on@example.com', unsubscribe: 'on' }) },
    ],
    {
      sources: {
        backend: signup(),
        leave: form({ fields: { unsubscribe: 'unsubscribed_from_emails' } }),
      },
    },
  )

  expect(contacts.map(({ unsubscribed_from_emails }) => unsubscribed_from_emails)).toEqual(
    Array(5).fill(true),
  )
})

test('the texts of a form become the types of the workspace', async () => {
  const names = ['team_size', 'wants_demo', 'trial_ends', 'budget']
  const { attributes, reasons } = await run(
    [
      new URLSearchParams({
        ...{ email: 'ada@example.com', team_size: '25', wants_demo: 'true' },
        ...{ trial_ends: '2026-12-24', budget: '99.5' },
      }),
    ],
    {
      sources: {
        join: form({
          role: 'lead',
          attributes: Object.fromEntries(names.map((name) => [name, name])),
        }),
      },
      attributes: ['team_size:integer', 'wants_demo:boolean', 'trial_ends:date', 'budget:float'],
    },
  )

  expect(attributes).toEqual([
    { team_size: 25, wants_demo: true, trial_ends: 1_798_070_400, budget: 99.5 },
  ])
  expect(reasons).toEqual([])
})

test('a date attribute takes ISO 8601 and milliseconds', async () => {
  const { attributes, reasons } = await run(
    [
      { email: 'iso@example.com', custom_attributes: { trial_ends_at: '2026-12-24T00:00:00Z' } },
      { email: 'ms@example.com', custom_attributes: { renewed_at: 1_796_083_200_000 } },
    ],
    { attributes: ['trial_ends_at:date', 'renewed_at:date'] },
  )

  expect(attributes).toEqual([{ trial_ends_at: 1_798_070_400 }, { renewed_at: 1_796_083_200 }])
  expect(reasons).toEqual([])
})

test('an owner who left the workspace costs no contact', async () => {
  const { contacts, reasons, copies } = await run(
    [{ email: 'ada@example.com', external_id: '1', owner_id: 999 }],
    { prepare: ({ workspace }) => workspace.addFault({ admins: [814_860] }) },
  )

  expect(contacts).toMatchObject([{ external_id: '1', email: 'ada@example.com', owner_id: null }])
  expect(reasons).toEqual(['fields_refused'])
  expect(copies).toEqual(['owner_id'])
})

test.each(['ada@localhost', 'ada@refused.example'])(
  'an e-mail that Intercom refuses beside a good account id costs no contact: %s',
  async (email) => {
    const { contacts, reasons, copies } = await run([{ email, external_id: '1', name: 'Ada' }], {
      intercept: first(
        'POST',
        '/contacts',
        errorList(400, 'parameter_invalid', 'Email is invalid'),
      ),
    })

    expect(contacts).toMatchObject([{ external_id: '1', name: 'Ada', email: null }])
    expect(reasons).toEqual(['fields_refused'])
    expect(copies).toEqual(['email'])
  },
)

test('an API version that Intercom does not know parks nothing', async () => {
  const { reasons, codes, advice, contacts } = await run(
    [{ email: 'a@example.com' }, { email: 'b@example.com' }],
    { environment: { INTERCOM_VERSION: '2.99' }, version: '2.99', forSeconds: 600 },
  )

  expect([reasons, contacts]).toEqual([[], []])
  expect(new Set(codes)).toEqual(new Set(['misconfigured']))
  expect(advice[0]).toContain('INTERCOM_VERSION')
})

test('an account under its old e-mail is filled; the lead with its new one is left', async () => {
  const { contacts, reasons, counted } = await run(
    [{ external_id: '1', email: 'new@example.com', name: 'Ada' }],
    {
      prepare: (_model, ask) => {
        ask('POST', '/contacts', { role: 'user', external_id: '1', email: 'old@example.com' })
        ask('POST', '/contacts', { role: 'lead', email: 'new@example.com' })
      },
    },
  )

  expect(contacts).toMatchObject([
    { role: 'user', external_id: '1', email: 'old@example.com', name: 'Ada' },
    { role: 'lead', email: 'new@example.com', name: null },
  ])
  expect(reasons).toEqual([])
  expect([counted('updated'), counted('contact_left')]).toEqual([1, 1])
})

test('an array becomes a text, a nested attribute is named, null says nothing', async () => {
  const { attributes, responses, reasons } = await run(
    [
      {
        email: 'bob@example.com',
        custom_attributes: { interests: ['a', 'b'], address: { city: 'Paris' }, plan: null },
      },
    ],
    { attributes: ['interests', 'address_city', 'plan'] },
  )

  expect(attributes).toEqual([{ interests: 'a, b' }])
  expect(responses).toMatchObject([
    { left_out: [{ path: 'custom_attributes.address', reason: 'attribute_invalid' }] },
  ])
  expect(reasons).toEqual([])
})

test('companies as an array, one by its name, and one with all its fields', async () => {
  const { contacts, responses, sent } = await run([
    {
      email: 'ada@example.com',
      companies: [
        { company_id: '7', name: 'Acme' },
        { company_id: '8', name: 'Bolt' },
      ],
    },
    { email: 'bob@example.com', company: { name: 'Acme' } },
    {
      email: 'eve@example.com',
      company: {
        ...{ company_id: 9, name: 'Cog', monthly_spend: 49, created_at: 1_700_000_000 },
        custom_attributes: { tier: 'gold' },
      },
    },
  ])

  expect(contacts.map(({ companies }) => companies.total_count)).toEqual([2, 1, 1])
  expect(
    sent.filter(({ path }) => path === '/companies').map(({ body }) => parseJson(body ?? '')),
  ).toEqual([
    { company_id: '7', name: 'Acme' },
    { company_id: '8', name: 'Bolt' },
    { company_id: 'name:acme', name: 'Acme' },
    {
      ...{ company_id: '9', name: 'Cog', monthly_spend: 49, remote_created_at: 1_700_000_000 },
      custom_attributes: { tier: 'gold' },
    },
  ])
  expect(responses.map((response) => own(response, 'left_out'))).toEqual(Array(3).fill(undefined))
})

test('user_id, first_name, last_name and created_at are read; an unknown key is named', async () => {
  const { contacts, responses } = await run([
    {
      ...{ user_id: '42', email: 'ada@example.com', first_name: 'Ada', last_name: 'Byron' },
      ...{ created_at: 1_700_000_000, plan: 'pro' },
    },
  ])

  expect(contacts).toMatchObject([
    { external_id: '42', name: 'Ada Byron', signed_up_at: 1_700_000_000 },
  ])
  expect(responses).toMatchObject([{ left_out: [{ path: 'plan', reason: 'field_unknown' }] }])
})

test('joiners stay in the names and tags that need them', async () => {
  const { contacts, model } = await run(
    [
      { email: 's@example.com', name: 'ශ්‍රී', tags: ['👩‍💻 dev'] },
      { email: 'p@example.com', name: 'علی‌رضا' },
    ],
    { prepare: (_model, ask) => void ask('POST', '/tags', { name: '👩‍💻 dev' }) },
  )

  expect(contacts.map(({ name }) => name)).toEqual(['ශ්‍රී', 'علی‌رضا'])
  expect(askOf(model)('GET', '/tags')).toMatchObject({ data: [{ id: '1', name: '👩‍💻 dev' }] })
})

test('a note is text: its lines are kept, its markup is escaped', async () => {
  const { sent } = await run(
    [
      new URLSearchParams({
        email: 'ada@example.com',
        message:
          'Line one\nLine two\n\n5 < 6 & <img src="https://tracker.example.net/p.gif"> <a href="https://example.net">invoice</a>',
      }),
    ],
    { sources: { ask: form({ role: 'lead', note: 'message' }) } },
  )

  const notes = sent.filter(({ path }) => path.endsWith('/notes'))
  expect(notes.map(({ body }) => own(parseJson(body ?? ''), 'body'))).toEqual([
    '<p>Line one<br>Line two</p><p>5 &lt; 6 &amp; &lt;img src="https://tracker.example.net/p.gif"&gt; &lt;a href="https://example.net"&gt;invoice&lt;/a&gt;</p>',
  ])
})

test('a limit of attributes refused without the word “attribute” costs no contact', async () => {
  const refusal = errorList(
    400,
    'custom_data_limit_reached',
    'You have reached the limit of 250 custom data',
  )
  const { attributes, reasons, copies } = await run([{ email: 'ada@example.com', plan: 'pro' }], {
    sources: { backend: signup({ attributes: { plan: 'plan' } }) },
    attributes: ['plan'],
    intercept: first('POST', '/contacts', refusal),
  })

  expect(attributes).toEqual([{}])
  expect(reasons).toEqual(['attributes_refused'])
  expect(copies).toEqual(['custom_attributes.plan'])
})

test.each(['Bearer the-token', '{"token":"the-token"}'])(
  'a token secret in another form (%s) parks nothing',
  async (secret) => {
    const { contacts, reasons, codes } = await run([{ email: 'ada@example.com' }], {
      prepare: (model) => model.putToken(secret),
      forSeconds: 60,
    })

    expect([contacts, reasons]).toEqual([[], []])
    expect(new Set(codes)).toEqual(new Set(['misconfigured']))
  },
)

test('blanks and a line break around the token are no part of it', async () => {
  const { contacts } = await run([{ email: 'ada@example.com' }], {
    prepare: (model) => model.putToken(' the-token\n'),
  })

  expect(contacts).toHaveLength(1)
})

test('tags in one text are several; Intercom decides whether those that differ in case are one', async () => {
  const { model, sent } = await run([
    { email: 'ada@example.com', tags: 'vip, beta' },
    { email: 'bob@example.com', tags: ['VIP', 'vip'] },
  ])

  const names = sent
    .filter(({ path }) => path === '/tags')
    .map(({ body }) => own(parseJson(body ?? ''), 'name'))
  expect(names).toEqual(['vip', 'beta', 'VIP'])
  expect(model.contacts().map(({ tags }) => tags.total_count)).toEqual([2, 1])
})

test('an option is found whatever its case and outer blanks', async () => {
  const { attributes, reasons } = await run(
    ['pro', ' Pro '].map((plan, index) => ({
      email: `p${index}@example.com`,
      custom_attributes: { plan },
    })),
    { attributes: ['plan:options(Free|Pro)'] },
  )

  expect(attributes).toEqual([{ plan: 'Pro' }, { plan: 'Pro' }])
  expect(reasons).toEqual([])
})

test.each([
  ['Ada Byron <ada1@example.com>', 'ada1@example.com'],
  ['mailto:ada2@example.com', 'ada2@example.com'],
  ['<ada3@example.com>', 'ada3@example.com'],
  ['ada4@example.com;', 'ada4@example.com'],
  ['ada5@example.com.', 'ada5@example.com'],
  ['ada10@BÜCHER.example', 'ada10@xn--bcher-kva.example'],
  ['ada11@bücher.example', 'ada11@xn--bcher-kva.example'],
  ['ada12+news@Example.COM', 'ada12+news@example.com'],
  ['ada13@xn--bcher-kva.example', 'ada13@xn--bcher-kva.example'],
  ['ada\u200b16@example.com', 'ada16@example.com'],
])('the e-mail %s is %s', async (email, kept) => {
  const { contacts } = await run([{ email }], { delivery: 'direct' })

  expect(contacts.map((contact) => contact.email)).toEqual([kept])
})

test.each([
  ...['ada6@example', 'ada..7@example.com', 'ada8@exa_mple..com', '"ada 9"@example.com'],
  ...['.ada14@example.com', 'ada15@example.com, bob@example.com'],
])('%s is no e-mail', async (email) => {
  const { contacts, responses } = await run([{ email }], { delivery: 'direct' })

  expect(contacts).toEqual([])
  expect(responses).toMatchObject([
    { error: { issues: [{ path: 'email', reason: 'email_invalid' }, {}] } },
  ])
})

test('a changed e-mail stays under fill and is written under overwrite', async () => {
  const { contacts, reasons } = await run(
    [
      { external_id: '1', email: 'new@example.com' },
      {
        to: 'over',
        body: { external_id: '2', email: 'new2@example.com', occurred_at: 1_767_225_600 },
      },
    ],
    {
      sources: { backend: signup(), over: signup({ onExisting: { overwrite: ['email'] } }) },
      attributes: ['signup_bridge_at:integer'],
      prepare: (_model, ask) => {
        ask('POST', '/contacts', { role: 'user', external_id: '1', email: 'old@example.com' })
        ask('POST', '/contacts', { role: 'user', external_id: '2', email: 'old2@example.com' })
      },
    },
  )

  expect(contacts.map(({ email }) => email)).toEqual(['old@example.com', 'new2@example.com'])
  expect(reasons).toEqual([])
})

test('an explicit null clears under overwrite', async () => {
  const { contacts, attributes } = await run(
    [
      {
        ...{ external_id: '1', email: 'ada@example.com', phone: null },
        ...{ custom_attributes: { plan: null }, occurred_at: 1_767_225_600 },
      },
    ],
    {
      sources: { over: signup({ onExisting: 'overwrite' }) },
      attributes: ['signup_bridge_at:integer', 'plan'],
      prepare: (_model, ask) =>
        void ask('POST', '/contacts', {
          ...{ role: 'user', external_id: '1', email: 'ada@example.com' },
          ...{ phone: '+12125550123', custom_attributes: { plan: 'pro' } },
        }),
    },
  )

  expect(contacts).toMatchObject([{ phone: null }])
  expect(attributes).toEqual([{ signup_bridge_at: 1_767_225_600 }])
})

test('times: far ahead and 0 are left out; microseconds and RFC 2822 are read; last seen is a maximum', async () => {
  const { contacts, responses } = await run(
    [
      { email: 'f@example.com', signed_up_at: 4_102_444_800 },
      { email: 'z@example.com', signed_up_at: 0 },
      { email: 'u@example.com', signed_up_at: 1_764_000_000_000_000 },
      { email: 'r@example.com', signed_up_at: 'Mon, 24 Nov 2025 10:00:00 GMT' },
      { email: 't@example.com', signed_up_at: '2025-11-24T10:00:00.123456+00:00' },
      { email: 'seen@example.com', last_seen_at: 1_764_000_000 },
      { email: 'seen@example.com', last_seen_at: 1_763_000_000 },
    ],
    {
      delivery: 'direct',
      prepare: (_model, ask) =>
        void ask('POST', '/contacts', {
          ...{ role: 'user', email: 'seen@example.com', last_seen_at: 1_700_000_000 },
        }),
    },
  )

  const timesOf = (email: string) => {
    const contact = contacts.find((one) => one.email === email)
    return contact?.signed_up_at
  }
  // Received at the model's start, which "Signed up" then is.
  const [f, z] = [timesOf('f@example.com'), timesOf('z@example.com')]
  expect([f, z].map((time) => Math.abs((time ?? 0) - 1_767_225_600) < 60)).toEqual([true, true])
  expect(timesOf('u@example.com')).toBe(1_764_000_000)
  expect(timesOf('r@example.com')).toBe(1_763_978_400)
  expect(timesOf('t@example.com')).toBe(1_763_978_400)
  expect(contacts.find(({ email }) => email === 'seen@example.com')?.last_seen_at).toBe(
    1_764_000_000,
  )
  const leftOut = [{ path: 'signed_up_at', reason: 'time_invalid' }]
  expect(responses).toMatchObject([
    { left_out: leftOut },
    { left_out: leftOut },
    {},
    {},
    {},
    {},
    {},
  ])
})

test('a redirect parks nothing and says what to fix', async () => {
  const { reasons, codes, advice } = await run([{ email: 'ada@example.com' }], {
    intercept: always({
      status: 307,
      headers: { location: 'https://api.eu.intercom.io/contacts/search' },
      body: '',
    }),
    forSeconds: 60,
  })

  expect(reasons).toEqual([])
  expect(new Set(codes)).toEqual(new Set(['misconfigured']))
  expect(advice[0]).toMatch(/INTERCOM_(REGION|BASE_URL)/)
})

test('a compressed response that was not asked for parks nothing', async () => {
  const { reasons, codes } = await run([{ email: 'ada@example.com' }], {
    intercept: always({
      status: 200,
      headers: { 'content-encoding': 'gzip' },
      body: '\u001f\ufffd',
    }),
    forSeconds: 60,
  })

  expect(reasons).toEqual([])
  expect(new Set(codes)).toEqual(new Set(['misconfigured']))
})

test('a lead that stands with capitals in its e-mail is the same person', async () => {
  const { contacts } = await run([new URLSearchParams({ email: 'ada@example.com', name: 'Ada' })], {
    sources: { join: form({ role: 'lead' }) },
    prepare: (_model, ask) =>
      void ask('POST', '/contacts', { role: 'lead', email: 'Ada@Example.com' }),
  })

  expect(contacts).toMatchObject([{ email: 'Ada@Example.com', name: 'Ada' }])
})

test('“Signed up” is the event’s time, else that of receipt', async () => {
  const { contacts } = await run(
    [
      { email: 'a@example.com', external_id: '1', occurred_at: '2025-11-24T10:00:00Z' },
      { to: 'join', body: new URLSearchParams({ email: 'b@example.com' }) },
      { to: 'hook', body: { email: 'c@example.com' } },
    ],
    {
      sources: {
        backend: signup(),
        join: form(),
        hook: webhook({
          signature: { header: 'x-sig', algorithm: 'sha256', encoding: 'hex' },
          fields: { email: 'email' },
        }),
      },
    },
  )

  const [a, b, c] = contacts.map(({ signed_up_at }) => signed_up_at ?? 0)
  expect(a).toBe(1_763_978_400)
  for (const time of [b, c]) expect(Math.abs((time ?? 0) - 1_767_225_600)).toBeLessThan(60)
})

test('a company’s size is read as people type it; a name alone makes a company', async () => {
  const { sent, responses } = await run(
    [
      { email: 'a@example.com', cid: '7', company: 'Acme', size: '11-50', site: 'acme.example' },
      { email: 'b@example.com', cid: '8', company: 'Bolt', size: '1,200' },
      { email: 'c@example.com', company: 'Only a name' },
    ].map((inputs) => new URLSearchParams(inputs)),
    {
      sources: {
        join: form({
          company: { cid: 'company_id', company: 'name', size: 'size', site: 'website' },
        }),
      },
    },
  )

  expect(
    sent.filter(({ path }) => path === '/companies').map(({ body }) => parseJson(body ?? '')),
  ).toEqual([
    { company_id: '7', name: 'Acme', size: 11, website: 'acme.example' },
    { company_id: '8', name: 'Bolt', size: 1200 },
    { company_id: 'name:only a name', name: 'Only a name' },
  ])
  expect(responses[0]).toMatchObject({ left_out: [{ path: 'company.size', reason: 'number_cut' }] })
})

test('a rate limit whose reset is no unix time, and one with Retry-After alone, are waited out', async () => {
  const limited = errorList(429, 'rate_limit_exceeded', 'Exceeded rate limit of 167 in 10_seconds')
  const limit = { 'x-ratelimit-limit': '167', 'x-ratelimit-remaining': '0' }
  const search = first('POST', '/contacts/search', {
    ...limited,
    headers: { ...limit, 'x-ratelimit-reset': 'Sun, 29 Nov 2026 07:40:00 GMT' },
  })
  const create = first('POST', '/contacts', { ...limited, headers: { 'retry-after': '1' } })
  const { contacts, requests, reasons } = await run([{ email: 'ada@example.com' }], {
    intercept: (request) => search(request) ?? create(request),
  })

  expect(contacts).toHaveLength(1)
  expect(requests).toHaveLength(4)
  expect(reasons).toEqual([])
})

test('one person with ids of two senders is one contact', async () => {
  const { contacts } = await run(
    [
      {
        to: 'auth',
        body: {
          ...{ type: 'user.created', object: 'event' },
          data: {
            ...{ id: 'user_1', first_name: 'Ada', last_name: 'B', created_at: 1_764_000_000_000 },
            primary_email_address_id: 'e1',
            email_addresses: [{ id: 'e1', email_address: 'ada@example.com' }],
          },
        },
      },
      {
        to: 'shop',
        body: {
          ...{ id: 'evt_1', type: 'customer.created', created: 1_764_000_000 },
          data: {
            object: {
              ...{ id: 'cus_1', object: 'customer', email: 'ada@example.com', name: 'Ada' },
              created: 1_764_000_000,
            },
          },
        },
      },
    ],
    { sources: { auth: clerk(), shop: stripe() } },
  )

  expect(contacts).toMatchObject([{ external_id: 'user_1', name: 'Ada B' }])
})

test('a token that may not read the attributes: the contact is made without the refused one', async () => {
  const forbidden = errorList(401, 'token_unauthorized', 'Not authorized to access resource')
  const create = first(
    'POST',
    '/contacts',
    errorList(400, 'parameter_invalid', "Custom attribute 'plan' does not exist"),
  )
  const { attributes, reasons, copies } = await run([{ email: 'ada@example.com', plan: 'pro' }], {
    sources: { backend: signup({ attributes: { plan: 'plan' } }) },
    intercept: (request) =>
      request.path.startsWith('/data_attributes') ? forbidden : create(request),
  })

  expect(attributes).toEqual([{}])
  expect(reasons).toEqual(['attributes_refused'])
  expect(copies).toEqual(['custom_attributes.plan'])
})

test('a contact that search does not show yet is named by the conflict, and filled', async () => {
  const { contacts, reasons } = await run(
    [{ email: 'ada@example.com', external_id: '1', name: 'Ada' }],
    {
      prepare: (_model, ask) =>
        void ask('POST', '/contacts', { role: 'user', external_id: '1', email: 'ada@example.com' }),
      intercept: first('POST', '/contacts/search', {
        status: 200,
        headers: {},
        body: JSON.stringify({ type: 'list', data: [], total_count: 0 }),
      }),
    },
  )

  expect(contacts).toMatchObject([{ external_id: '1', name: 'Ada' }])
  expect(reasons).toEqual([])
})

test('pages of HTML from a gateway, even with 200, are retried', async () => {
  const search = first('POST', '/contacts/search', {
    ...{ status: 502, headers: {}, body: '<html>Bad gateway</html>' },
  })
  const create = first('POST', '/contacts', {
    ...{ status: 200, headers: {}, body: '<html>Maintenance</html>' },
  })
  const { contacts, reasons } = await run([{ email: 'ada@example.com', external_id: '1' }], {
    intercept: (request) => search(request) ?? create(request),
  })

  expect(contacts).toHaveLength(1)
  expect(reasons).toEqual([])
})

test('an archived user is restored; one deleted for good is parked', async () => {
  const { contacts, reasons } = await run(
    [
      { email: 'ada@example.com', external_id: '1', name: 'Ada' },
      { email: 'bob@example.com', external_id: '2' },
    ],
    {
      prepare: (_model, ask) => {
        const ada = ask('POST', '/contacts', { external_id: '1', email: 'ada@example.com' })
        ask('POST', `/contacts/${own(ada, 'id')}/archive`)
        const bob = ask('POST', '/contacts', { external_id: '2', email: 'bob@example.com' })
        ask('DELETE', `/contacts/${own(bob, 'id')}`)
      },
    },
  )

  expect(contacts).toMatchObject([{ external_id: '1', name: 'Ada' }])
  expect(reasons).toEqual(['contact_deleted'])
})

test('a lead’s external_id is left out; a user needs more than a phone', async () => {
  const { contacts, responses } = await run([
    { role: 'lead', email: 'ada@example.com', external_id: '7' },
    { phone: '+12125550123' },
  ])

  expect(contacts).toMatchObject([{ role: 'lead', email: 'ada@example.com' }])
  expect(responses).toMatchObject([
    { left_out: [{ path: 'external_id', reason: 'lead_external_id' }] },
    { error: { code: 'invalid_signup' } },
  ])
})

test('a ticked box does not subscribe again who unsubscribed', async () => {
  const { contacts } = await run([new URLSearchParams({ email: 'ada@example.com', news: 'on' })], {
    sources: { join: form({ role: 'lead', consent: 'news' }) },
    prepare: (_model, ask) =>
      void ask('POST', '/contacts', {
        ...{ role: 'lead', email: 'ada@example.com', unsubscribed_from_emails: true },
      }),
  })

  expect(contacts).toMatchObject([{ unsubscribed_from_emails: true }])
})

test.each([
  [400, 'service_error'],
  [422, 'server_error'],
  [400, 'request_timeout'],
  [404, 'service_unavailable'],
  [401, 'rate_limit_exceeded'],
  [409, 'too_many_requests'],
])('%i with the code %s passes: the signup is retried and delivered', async (status, code) => {
  const { contacts, reasons } = await run([{ email: 'ada@example.com', external_id: '1' }], {
    intercept: first('POST', '/contacts', errorList(status, code, 'validation failed')),
  })

  expect(contacts).toHaveLength(1)
  expect(reasons).toEqual([])
})

test('a company that Intercom refuses takes neither tags nor note with it', async () => {
  const { contacts, reasons, copies, requests } = await run(
    [
      {
        ...{ email: 'ada@example.com', tags: ['vip'], note: 'hello' },
        company: { company_id: '7', website: 'x' },
      },
    ],
    {
      intercept: first(
        'POST',
        '/companies',
        errorList(400, 'bad_request', "bad 'website' parameter"),
      ),
    },
  )

  expect(contacts.map(({ tags, companies }) => [tags.total_count, companies.total_count])).toEqual([
    [1, 0],
  ])
  expect(requests).toContain('POST /contacts/*/notes')
  expect(reasons).toEqual(['extras_failed'])
  expect(copies).toEqual(['company'])
})
