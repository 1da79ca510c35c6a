import { describe, expect, test } from 'vitest'
import { defineBridge } from '../src/lib/config/config.ts'
import {
  auth0,
  form,
  hubspot,
  netlify,
  signup,
  standardWebhooks,
  stripe,
  webhook,
} from '../src/lib/index.ts'
import { startModel } from './model/model.ts'
import type { Body, PostOptions } from './model/requests.ts'
import { start } from './support/clock.ts'
import { bytes } from './support/deliveries.ts'

/** `hook` is a sender that cannot fix a 422; `api` and `join` can. */
const bridge = defineBridge({
  sources: {
    hook: webhook({
      signature: { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
      eventId: 'event',
      fields: {
        id: 'external_id',
        email: 'email',
        name: 'name',
        phone: 'phone',
        at: 'signed_up_at',
        news: 'unsubscribed_from_emails',
      },
      attributes: { plan: 'plan', seats: 'seats', toString: 'odd', 'constructor.name': 'odder' },
    }),
    standard: standardWebhooks({ types: ['user.created'], fields: { 'data.email': 'email' } }),
    log: auth0(),
    shop: stripe(),
    site: netlify(),
    crm: hubspot(),
    api: signup(),
    join: form(),
  },
})

const email = 'ada@example.com'
const known = { email, id: 'u-1' }

type Row = {
  /** What the bridge does with the input. */
  readonly title: string
  readonly source?: string
  readonly body?: Body
  readonly options?: PostOptions
  readonly status: number
  readonly code?: string
  /** The response when it is unsigned; by default 401 `signature_missing`. */
  readonly unsigned?: readonly [number, string?]
  /** Parts of each contact in Intercom in the end. */
  readonly contacts?: readonly object[]
  /** Why it was parked. */
  readonly parked?: string
  /** Metrics that count what was left out. */
  readonly counts?: readonly string[]
}
const json = (text: string): string => text
const type = (value: string): PostOptions => ({ headers: { 'content-type': value } })
const accepted = { status: 200, code: 'accepted' } as const
const delivered = { ...accepted, contacts: [{ email }] } as const
const invalidBody = { status: 400, code: 'invalid_body' } as const
const notAllowed = { status: 405, code: 'method_not_allowed', unsigned: [405] } as const
const tooLarge = { status: 413, code: 'body_too_large', unsigned: [413] } as const
const wrongType = { status: 415, code: 'unsupported_media_type' } as const
const noIdentity = { ...accepted, parked: 'no_identity' } as const
const forged = { status: 401, code: 'signature_invalid' } as const
/** Rows of a source that refuses each of these headers, whether the rest is signed or not. */
const refusedHeaders = (
  source: string,
  header: string,
  values: Readonly<Record<string, string>>,
  unsigned: Row['unsigned'] = [401, 'signature_invalid'],
): Row[] =>
  Object.entries(values).map(([title, value]) => ({
    title: `refuses ${title} in the header ${header}`,
    source,
    body: known,
    options: { headers: { [header]: value } },
    ...forged,
    unsigned,
  }))
/** More than the 10 kB that API Gateway lets through. */
const huge = 131_072
const member = (fields: object) => ({ ...known, ...fields })
const nested = (levels: number) =>
  `{"email":"${email}","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
const keys = (count: number) =>
  `{"email":"${email}",${Array.from({ length: count }, (_, at) => `"k${at}":1`).join()}}`

const rows: readonly Row[] = [
  { title: 'refuses GET', body: '', options: { method: 'GET' }, ...notAllowed },
  { title: 'refuses PUT', body: known, options: { method: 'PUT' }, ...notAllowed },
  { title: 'refuses DELETE', body: '', options: { method: 'DELETE' }, ...notAllowed },
  {
    title: 'refuses an unknown path',
    body: known,
    options: { path: '/webhooks/nobody' },
    status: 404,
    code: 'unknown_source',
    unsigned: [404],
  },
  { title: 'refuses an empty body', body: '', ...invalidBody },
  { title: 'refuses malformed JSON', body: '{"email":', ...invalidBody },
  {
    title: 'accepts JSON with another content type',
    body: known,
    options: type('text/plain'),
    ...delivered,
  },
  { title: 'accepts JSON without a content type', body: known, options: type(''), ...delivered },
  {
    title: 'refuses a urlencoded form for a JSON source',
    body: 'email=ada%40example.com',
    options: type('application/x-www-form-urlencoded'),
    ...wrongType,
  },
  {
    title: 'refuses multipart for a JSON source',
    body: '--x\r\n\r\n--x--',
    options: type('multipart/form-data; boundary=x'),
    ...wrongType,
  },
  {
    title: 'refuses a plain text for a form',
    source: 'join',
    body: 'email=ada%40example.com',
    options: type('text/plain'),
    ...wrongType,
    unsigned: [415],
  },
  {
    title: 'refuses malformed JSON for a form',
    source: 'join',
    body: '{"email":',
    ...invalidBody,
    unsigned: [400],
  },
  {
    title: 'refuses JSON without inputs for a form',
    source: 'join',
    body: '[{"email":"ada@example.com"}]',
    ...invalidBody,
    unsigned: [400],
  },
  {
    title: 'refuses JSON of 65 levels for a form',
    source: 'join',
    body: nested(64),
    ...invalidBody,
    unsigned: [400],
  },
  {
    title: 'refuses a urlencoded form of 1,001 inputs',
    source: 'join',
    body: `email=ada%40example.com${'&x='.repeat(1_000)}`,
    options: type('application/x-www-form-urlencoded'),
    ...invalidBody,
    unsigned: [400],
  },
  {
    title: 'refuses multipart without a boundary',
    source: 'join',
    body: '--x\r\n\r\n--x--',
    options: type('multipart/form-data'),
    ...invalidBody,
    unsigned: [400],
  },
  {
    title: 'refuses multipart with a boundary of 1 MB',
    source: 'join',
    body: '--x\r\n\r\n--x--',
    options: type(`multipart/form-data; boundary=${'x'.repeat(1_000_000)}`),
    ...invalidBody,
    unsigned: [400],
  },
  { title: 'refuses a body over 256 KiB', body: `{"x":"${'x'.repeat(256 * 1024)}"}`, ...tooLarge },
  {
    title: 'ignores a content-length that is too small',
    body: known,
    options: { headers: { 'content-length': '2' } },
    ...delivered,
  },
  {
    title: 'ignores a content-length that is too large',
    body: known,
    options: { headers: { 'content-length': '99999999' } },
    ...delivered,
  },
  {
    title: 'refuses a compressed body without inflating it',
    body: known,
    options: { headers: { 'content-encoding': 'gzip' } },
    ...wrongType,
  },
  { title: 'refuses 65 levels of nesting', body: nested(64), ...invalidBody },
  { title: 'accepts 64 levels of nesting', body: nested(63), ...delivered },
  { title: 'refuses 100,001 levels of nesting', body: nested(100_000), ...invalidBody },
  { title: 'refuses 100,000 keys', body: keys(100_000), ...tooLarge },
  { title: 'accepts 20,000 keys', body: keys(20_000), ...delivered },
  { title: 'refuses a text of 1 MB', body: member({ name: 'x'.repeat(1_000_000) }), ...tooLarge },
  {
    title: 'cuts a name of 200 KB',
    body: member({ name: 'x'.repeat(200_000) }),
    ...delivered,
    contacts: [{ email, name: 'x'.repeat(255) }],
    counts: ['text_cut'],
  },
  {
    title: 'reads __proto__ and constructor as plain keys',
    body: json(
      `{"email":"${email}","__proto__":{"id":"evil","polluted":1},"constructor":{"name":"evil"}}`,
    ),
    ...delivered,
    contacts: [{ email, external_id: null, custom_attributes: { odder: 'evil' } }],
  },
  {
    title: 'finds no mapped path on a prototype',
    body: known,
    ...delivered,
    contacts: [{ email, custom_attributes: {} }],
    counts: ['field_unmatched'],
  },
  {
    title: 'uses the last of two equal keys',
    body: json(`{"email":"first@example.com","email":"${email}"}`),
    ...delivered,
  },
  { title: 'accepts a byte order mark', body: `\ufeff${JSON.stringify(known)}`, ...delivered },
  {
    title: 'refuses invalid UTF-8',
    body: new Uint8Array([...bytes('{"email":"'), 0xff, 0xfe, ...bytes('"}')]),
    ...invalidBody,
  },
  {
    title: 'refuses a raw NUL',
    body: json(`{"email":"${email}","name":"a\u0000b"}`),
    ...invalidBody,
  },
  {
    title: 'removes an escaped NUL',
    body: json(`{"email":"${email}","name":"a\\u0000b"}`),
    ...delivered,
    contacts: [{ email, name: 'ab' }],
  },
  {
    title: 'keeps characters that SQS refuses in a message',
    body: json(`{"email":"${email}","name":"a\ufffeb\uffffc"}`),
    ...delivered,
    contacts: [{ email, name: 'a\ufffeb\uffffc' }],
  },
  {
    title: 'replaces half a surrogate pair',
    body: json(`{"email":"${email}","name":"a\\ud800b"}`),
    ...delivered,
    contacts: [{ email, name: 'a\ufffdb' }],
  },
  {
    title: 'removes direction overrides and zero-width characters',
    body: member({ name: 'A\u202ed\u200ba\u2066' }),
    ...delivered,
    contacts: [{ email, name: 'Ada' }],
  },
  { title: 'refuses NaN', body: '{"seats":NaN}', ...invalidBody },
  { title: 'refuses a trailing comma', body: '{"seats":1,}', ...invalidBody },
  { title: 'refuses a comment in JSON', body: '{/* */"seats":1}', ...invalidBody },
  {
    title: 'leaves out a number that overflows to infinity',
    body: json(`{"email":"${email}","seats":1e400}`),
    ...delivered,
    contacts: [{ email, custom_attributes: {} }],
    counts: ['number_inexact'],
  },
  {
    title: 'leaves out an id above 2^53',
    body: json(`{"email":"${email}","id":9007199254740993}`),
    ...delivered,
    contacts: [{ email, external_id: null }],
    counts: ['number_inexact'],
  },
  {
    title: 'parks an id above 2^53 without an e-mail',
    body: json('{"id":9007199254740993}'),
    ...noIdentity,
  },
  {
    title: 'refuses an id above 2^53 without an e-mail from signup()',
    source: 'api',
    body: json('{"external_id":9007199254740993}'),
    status: 422,
    code: 'invalid_signup',
  },
  { title: 'parks an array', body: '[]', ...accepted, parked: 'invalid_signup' },
  { title: 'parks a text', body: '"text"', ...accepted, parked: 'invalid_signup' },
  { title: 'parks null', body: 'null', ...accepted, parked: 'invalid_signup' },
  {
    title: 'refuses an array from signup()',
    source: 'api',
    body: '[]',
    status: 422,
    code: 'invalid_signup',
  },
  {
    title: 'delivers each signup of a batch',
    source: 'log',
    body: [
      { log_id: '1', data: { type: 'ss', user_id: 'a|1', user_name: 'a@example.com' } },
      { log_id: '2', data: { type: 'ss', user_id: 'a|2', user_name: 'b@example.com' } },
    ],
    ...accepted,
    contacts: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
  },
  {
    title: 'refuses a repeated signature header',
    body: known,
    options: { headers: { 'x-signature': `${'0'.repeat(64)},${'0'.repeat(64)}` } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  {
    title: 'refuses a message id with a dot',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { id: 'msg.1' },
    ...forged,
  },
  {
    title: 'refuses a message id of 10 kB',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { id: 'm'.repeat(10_000) },
    ...forged,
  },
  {
    title: 'refuses a signature of another length',
    body: known,
    options: { headers: { 'x-signature': '00' } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  {
    title: 'refuses a signature that is not hex',
    body: known,
    options: { headers: { 'x-signature': 'z'.repeat(64) } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  ...refusedHeaders('hook', 'x-signature', {
    '128 KiB of hex': 'ab'.repeat(huge / 2),
    '128 KiB of blanks and a digit': `${' '.repeat(huge)}0`,
    'control characters': '\u0000\r\n',
  }),
  ...refusedHeaders(
    'standard',
    'webhook-signature',
    {
      '16,000 signatures': 'v1,AAAA '.repeat(16_000),
      '128 KiB of commas': ','.repeat(huge),
      '128 KiB of blanks between two words': `v1,${' '.repeat(huge)}v1,`,
      'no version': 'QUJD',
      'a public-key signature alone': 'v1a,QUJD',
      'signs that are not base64': 'v1,%%%',
      'a repeated header joined by a comma': `v1,${'A'.repeat(43)}=,v1,${'A'.repeat(43)}=`,
    },
    [401],
  ),
  ...refusedHeaders('standard', 'webhook-id', { 'a repeated id': 'msg_1,msg_1' }, [401]),
  ...refusedHeaders('standard', 'webhook-timestamp', { 'two times': `${start},${start}` }, [401]),
  ...refusedHeaders('shop', 'stripe-signature', {
    '32,000 times': 't=1,'.repeat(32_000),
    'times and no signature': `t=${start}`,
    'a signature and no time': `v1=${'0'.repeat(64)}`,
    'no parts': 'x'.repeat(huge),
  }),
  ...refusedHeaders('site', 'x-webhook-signature', {
    '128 KiB of dots': '.'.repeat(huge),
    'a token of 128 KiB': `${'a'.repeat(huge)}.b.${'c'.repeat(43)}`,
    'a token without a signature': 'e30.e30.',
    'two tokens': `e30.e30.${'a'.repeat(43)},e30.e30.${'a'.repeat(43)}`,
  }),
  ...refusedHeaders('log', 'authorization', {
    'a secret of 128 KiB': `Bearer ${'a'.repeat(huge)}`,
    '128 KiB of blanks': `Bearer${' '.repeat(huge)}`,
    'another scheme': 'Basic YTpi',
    'two secrets': 'Bearer a, Bearer b',
    'no secret': 'Bearer',
    'a prefix alone': 'Bearer v1,',
  }),
  ...refusedHeaders('crm', 'x-hubspot-request-timestamp', { 'a word': 'now' }, [401]),
  {
    title: 'refuses an old timestamp',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { signedAt: start - 301 },
    status: 401,
    code: 'signature_expired',
  },
  {
    title: 'refuses a timestamp in the future',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { signedAt: start + 301 },
    status: 401,
    code: 'signature_expired',
  },
  ...['1767225600.5', '0x69558000', `${start}000`].map(
    (timestamp): Row => ({
      title: `refuses the timestamp ${timestamp}`,
      source: 'standard',
      body: { type: 'user.created', data: { email } },
      options: { headers: { 'webhook-timestamp': timestamp } },
      ...forged,
      unsigned: [401],
    }),
  ),
  {
    title: 'normalises an e-mail in Unicode',
    body: { email: 'Zoe\u0308@EXAMPLE.com' },
    ...accepted,
    contacts: [{ email: 'Zoë@example.com'.replace('Z', 'z') }],
  },
  {
    title: 'keeps the plus tag of an e-mail',
    body: { email: 'ada+tag@example.com' },
    ...accepted,
    contacts: [{ email: 'ada+tag@example.com' }],
  },
  {
    title: 'leaves out an e-mail of 255 characters when there is an id',
    body: { id: 'u-1', email: `${'a'.repeat(243)}@example.com` },
    ...accepted,
    contacts: [{ external_id: 'u-1', email: null }],
    counts: ['email_invalid'],
  },
  { title: 'parks an e-mail without an @', body: { email: 'ada' }, ...noIdentity },
  {
    title: 'parks an e-mail with a line break',
    body: { email: `${email}\r\nbcc: x@y.z` },
    ...noIdentity,
  },
  { title: 'parks a payload without e-mail and id', body: { name: 'Ada' }, ...noIdentity },
  {
    title: 'joins a list and leaves out an object for a single value',
    body: member({ name: ['Ada', 'Lovelace'], phone: { full: '1' }, plan: { name: 'pro' } }),
    ...delivered,
    contacts: [{ email, name: 'Ada, Lovelace', phone: null, custom_attributes: {} }],
    counts: ['phone_invalid', 'attribute_invalid'],
  },
  { title: 'parks an object for an id', body: { id: { a: 1 } }, ...noIdentity },
  {
    title: "reads 'null' and 'undefined' as empty and 'true' as a boolean",
    body: member({ name: 'null', phone: 'undefined', plan: '', news: 'true' }),
    ...delivered,
    contacts: [{ email, name: null, phone: null, unsubscribed_from_emails: true }],
  },
  {
    title: 'leaves out a phone number without a country',
    body: member({ phone: '(281) 332-2575' }),
    ...delivered,
    contacts: [{ email, phone: null }],
    counts: ['phone_invalid'],
  },
  {
    title: 'reads a time in milliseconds',
    body: member({ at: 1_734_537_429_123 }),
    ...delivered,
    contacts: [{ email, signed_up_at: 1_734_537_429 }],
  },
  ...['+275761-01-01T00:00:00Z', '2024-13-01', -5, 'soon'].map(
    (at): Row => ({
      title: `leaves out the time ${at}`,
      body: member({ at }),
      ...delivered,
      // When it was received.
      contacts: [{ email, signed_up_at: expect.closeTo(start, -3) }],
      counts: ['time_invalid'],
    }),
  ),
  {
    title: 'keeps HTML in a name',
    body: member({ name: '<script>alert(1)</script>' }),
    ...delivered,
    contacts: [{ email, name: '<script>alert(1)</script>' }],
  },
  {
    title: 'keeps a formula in a name',
    body: member({ name: '=HYPERLINK("x")' }),
    ...delivered,
    contacts: [{ email, name: '=HYPERLINK("x")' }],
  },
  {
    title: 'accepts line breaks in a header',
    body: known,
    options: { headers: { 'user-agent': 'x\r\n{"level":"ERROR"}' } },
    ...delivered,
  },
  {
    title: 'ignores another event type',
    source: 'standard',
    body: { type: 'user.deleted', data: { email } },
    status: 200,
    code: 'ignored',
  },
]

const isUtf8 = (body: Body | undefined) => !(body instanceof Uint8Array)
const vias = ['http_api', 'function_url'] as const

const deliver = async (row: Row, options: PostOptions) => {
  const attributes = ['plan:string', 'seats:float', 'odd:string', 'odder:string']
  const model = await startModel({ bridge, attributes, awsLatencyMs: 0, latencyMs: 0 })
  const response = await model.post(row.source ?? 'hook', row.body ?? '', {
    ...row.options,
    ...options,
    headers: { ...row.options?.headers },
  })
  await model.drained()
  const { status: code } = (response.json ?? {}) as { status?: string }
  const { error } = (response.json ?? {}) as { error?: { code?: string } }
  return { model, response, code: error?.code ?? code }
}

describe.each(rows.map((row) => [row.title, row] as const))('bridge %s', (_title, row) => {
  const variants = vias.flatMap((via) =>
    (isUtf8(row.body) ? (['text', 'base64'] as const) : (['base64'] as const)).map((encoding) => ({
      via,
      encoding,
    })),
  )

  test.each(variants)('in a signed request, over $via as $encoding', async (variant) => {
    const { model, response, code } = await deliver(row, variant)

    expect([response.status, code]).toEqual([row.status, row.code])
    if (row.status === 405) expect(response.headers.allow).toContain('POST')
    expect(model.contacts().length).toBe(row.contacts?.length ?? 0)
    expect(model.contacts()).toMatchObject(row.contacts ?? [])
    expect(model.parked().map(({ reason }) => reason)).toEqual(row.parked ? [row.parked] : [])
    for (const count of row.counts ?? []) expect(model.notes.counted.has(count)).toBe(true)
    expect(model.notes.counted.has('unexpected')).toBe(false)
  })

  test.each(variants)(
    'and stores nothing of an unsigned request, over $via as $encoding',
    async (variant) => {
      const { model, response, code } = await deliver(row, { ...variant, isSigned: false })

      const [status, refusal = status === 401 ? 'signature_missing' : row.code] = row.unsigned ?? [
        401,
      ]
      expect([response.status, code]).toEqual([status, refusal])
      expect(model.contacts()).toEqual([])
      expect(model.queue.size()).toBe(0)
      expect(model.notes.counted.has('unexpected')).toBe(false)
    },
  )
})

test('a request that is sent twice is delivered once', async () => {
  const model = await startModel({ bridge })

  await model.post('standard', { type: 'user.created', data: { email } }, { id: 'msg_1' })
  await model.post('standard', { type: 'user.created', data: { email } }, { id: 'msg_1' })
  await model.drained()

  expect(model.notes.counted.get('delivered')).toBe(1)
})

test.each([
  ['SQS', { sqs: true }],
  ['Secrets Manager', { secrets: true }],
])('webhook responds with 503 and Retry-After while %s is down', async (_title, down) => {
  const model = await startModel({ bridge })
  model.setDown(down)

  const response = await model.post('hook', known)

  expect(response).toMatchObject({
    status: 503,
    json: { error: { code: 'temporarily_unavailable' } },
  })
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
  expect(model.queue.size()).toBe(0)
})
