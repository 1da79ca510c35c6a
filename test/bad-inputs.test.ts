import { describe, expect, test } from 'vitest'
import { defineBridge } from '../src/lib/config/config.ts'
import { auth0, form, signup, standardWebhooks, webhook } from '../src/lib/index.ts'
import { startModel } from './model/model.ts'
import type { Body, PostOptions } from './model/requests.ts'
import { start } from './support/clock.ts'
import { bytes } from './support/deliveries.ts'

/** What the catalogue's inputs are sent to: a sender that nobody waits behind, and those who wait. */
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
    api: signup(),
    join: form(),
  },
})

const email = 'ada@example.com'
const known = { email, id: 'u-1' }

type Row = {
  /** The number of the input in the catalogue. */
  readonly row: string
  readonly source?: string
  readonly body?: Body
  readonly options?: PostOptions
  readonly status: number
  readonly code?: string
  /** What an unsigned one is answered; absent: 401 `signature_missing`. */
  readonly unsigned?: readonly [number, string?]
  /** What stands in Intercom in the end: parts of each contact. */
  readonly contacts?: readonly object[]
  /** Fields that no contact may have. */
  readonly without?: readonly string[]
  /** Why it was parked. */
  readonly parked?: string
  /** Counts that tell what was left out. */
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
const nobody = { ...accepted, parked: 'no_identity' } as const
const forged = { status: 401, code: 'signature_invalid' } as const
const member = (fields: object) => ({ ...known, ...fields })
const nested = (levels: number) =>
  `{"email":"${email}","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
const keys = (count: number) =>
  `{"email":"${email}",${Array.from({ length: count }, (_, at) => `"k${at}":1`).join()}}`

const rows: readonly Row[] = [
  { row: '1 GET', body: '', options: { method: 'GET' }, ...notAllowed },
  { row: '1 PUT', body: known, options: { method: 'PUT' }, ...notAllowed },
  { row: '1 DELETE', body: '', options: { method: 'DELETE' }, ...notAllowed },
  {
    row: '2 an unknown path',
    body: known,
    options: { path: '/webhooks/nobody' },
    status: 404,
    code: 'unknown_source',
    unsigned: [404],
  },
  { row: '3 an empty body', body: '', ...invalidBody },
  { row: '4, 5 malformed JSON', body: '{"email":', ...invalidBody },
  { row: '6 JSON of another type', body: known, options: type('text/plain'), ...delivered },
  { row: '6 JSON of no type', body: known, options: type(''), ...delivered },
  {
    row: '7 a form where JSON is due',
    body: 'email=ada%40example.com',
    options: type('application/x-www-form-urlencoded'),
    ...wrongType,
  },
  {
    row: '7 multipart where JSON is due',
    body: '--x\r\n\r\n--x--',
    options: type('multipart/form-data; boundary=x'),
    ...wrongType,
  },
  {
    row: '7 JSON where a form is due',
    source: 'join',
    body: known,
    ...wrongType,
    unsigned: [415],
  },
  {
    row: '8 multipart without a boundary',
    source: 'join',
    body: '--x\r\n\r\n--x--',
    options: type('multipart/form-data'),
    ...invalidBody,
    unsigned: [400],
  },
  {
    row: '8 multipart with a huge boundary',
    source: 'join',
    body: '--x\r\n\r\n--x--',
    options: type(`multipart/form-data; boundary=${'x'.repeat(1_000_000)}`),
    ...invalidBody,
    unsigned: [400],
  },
  { row: '9 a body over 256 KiB', body: `{"x":"${'x'.repeat(256 * 1024)}"}`, ...tooLarge },
  {
    row: '10 a length that is too small',
    body: known,
    options: { headers: { 'content-length': '2' } },
    ...delivered,
  },
  {
    row: '10 a length that is too large',
    body: known,
    options: { headers: { 'content-length': '99999999' } },
    ...delivered,
  },
  {
    row: '11, 12 a compressed body is never inflated',
    body: known,
    options: { headers: { 'content-encoding': 'gzip' } },
    ...wrongType,
  },
  { row: '13 65 levels', body: nested(64), ...invalidBody },
  { row: '13 64 levels', body: nested(63), ...delivered },
  { row: '13 a depth bomb', body: nested(100_000), ...invalidBody },
  { row: '14 100,000 keys', body: keys(100_000), ...tooLarge },
  { row: '14 20,000 keys', body: keys(20_000), ...delivered },
  { row: '15 a text of 1 MB', body: member({ name: 'x'.repeat(1_000_000) }), ...tooLarge },
  {
    row: '15 a name of 200 KB is cut',
    body: member({ name: 'x'.repeat(200_000) }),
    ...delivered,
    contacts: [{ email, name: 'x'.repeat(255) }],
    counts: ['text_cut'],
  },
  {
    row: '16 __proto__ and constructor as keys',
    body: json(
      `{"email":"${email}","__proto__":{"id":"evil","polluted":1},"constructor":{"name":"evil"}}`,
    ),
    ...delivered,
    contacts: [{ email, external_id: null, custom_attributes: { odder: 'evil' } }],
  },
  {
    row: '17 a mapped path that only prototypes have',
    body: known,
    ...delivered,
    contacts: [{ email, custom_attributes: {} }],
    counts: ['field_unmatched'],
  },
  {
    row: '18 a key that comes twice: the last one counts',
    body: json(`{"email":"first@example.com","email":"${email}"}`),
    ...delivered,
  },
  { row: '19 a byte order mark', body: `\ufeff${JSON.stringify(known)}`, ...delivered },
  {
    row: '20 no UTF-8',
    body: new Uint8Array([...bytes('{"email":"'), 0xff, 0xfe, ...bytes('"}')]),
    ...invalidBody,
  },
  { row: '21 a raw NUL', body: json(`{"email":"${email}","name":"a\u0000b"}`), ...invalidBody },
  {
    row: '22 an escaped NUL',
    body: json(`{"email":"${email}","name":"a\\u0000b"}`),
    ...delivered,
    contacts: [{ email, name: 'ab' }],
  },
  {
    row: '23 what SQS takes in no message',
    body: json(`{"email":"${email}","name":"a\ufffeb\uffffc"}`),
    ...delivered,
    contacts: [{ email, name: 'a\ufffeb\uffffc' }],
  },
  {
    row: '24 half a surrogate pair',
    body: json(`{"email":"${email}","name":"a\\ud800b"}`),
    ...delivered,
    contacts: [{ email, name: 'a\ufffdb' }],
  },
  {
    row: '25 letters that turn a text around or take no room',
    body: member({ name: 'A\u202ed\u200ba\u2066' }),
    ...delivered,
    contacts: [{ email, name: 'Ada' }],
  },
  { row: '26 NaN', body: '{"seats":NaN}', ...invalidBody },
  { row: '26 a trailing comma', body: '{"seats":1,}', ...invalidBody },
  { row: '26 a comment', body: '{/* */"seats":1}', ...invalidBody },
  {
    row: '27 a number beyond all numbers',
    body: json(`{"email":"${email}","seats":1e400}`),
    ...delivered,
    contacts: [{ email, custom_attributes: {} }],
    counts: ['number_inexact'],
  },
  {
    row: '28 an id above 2^53',
    body: json(`{"email":"${email}","id":9007199254740993}`),
    ...delivered,
    contacts: [{ email, external_id: null }],
    counts: ['number_inexact'],
  },
  { row: '28 the same, and nothing else', body: json('{"id":9007199254740993}'), ...nobody },
  {
    row: '28 the same, where somebody waits',
    source: 'api',
    body: json('{"external_id":9007199254740993}'),
    status: 422,
    code: 'invalid_signup',
  },
  { row: '29 an array', body: '[]', ...accepted, parked: 'invalid_signup' },
  { row: '29 a text', body: '"text"', ...accepted, parked: 'invalid_signup' },
  { row: '29 null', body: 'null', ...accepted, parked: 'invalid_signup' },
  {
    row: '29 an array, where somebody waits',
    source: 'api',
    body: '[]',
    status: 422,
    code: 'invalid_signup',
  },
  {
    row: '30 a batch',
    source: 'log',
    body: [
      { log_id: '1', data: { type: 'ss', user_id: 'a|1', user_name: 'a@example.com' } },
      { log_id: '2', data: { type: 'ss', user_id: 'a|2', user_name: 'b@example.com' } },
    ],
    ...accepted,
    contacts: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
  },
  {
    row: '32 a signature that came twice',
    body: known,
    options: { headers: { 'x-signature': `${'0'.repeat(64)},${'0'.repeat(64)}` } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  {
    row: '41 an id with a dot',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { id: 'msg.1' },
    ...forged,
  },
  {
    row: '41 an id of 10 kB',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { id: 'm'.repeat(10_000) },
    ...forged,
  },
  {
    row: '34 a signature of another length',
    body: known,
    options: { headers: { 'x-signature': '00' } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  {
    row: '35 a signature of no hex',
    body: known,
    options: { headers: { 'x-signature': 'z'.repeat(64) } },
    ...forged,
    unsigned: [401, 'signature_invalid'],
  },
  {
    row: '38 an old timestamp',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { signedAt: start - 301 },
    status: 401,
    code: 'signature_expired',
  },
  {
    row: '38 a timestamp of the future',
    source: 'standard',
    body: { type: 'user.created', data: { email } },
    options: { signedAt: start + 301 },
    status: 401,
    code: 'signature_expired',
  },
  ...['1767225600.5', '0x69558000', `${start}000`].map(
    (timestamp): Row => ({
      row: `39 the timestamp ${timestamp}`,
      source: 'standard',
      body: { type: 'user.created', data: { email } },
      options: { headers: { 'webhook-timestamp': timestamp } },
      ...forged,
      unsigned: [401],
    }),
  ),
  {
    row: '43 an e-mail in Unicode',
    body: { email: 'Zoe\u0308@EXAMPLE.com' },
    ...accepted,
    contacts: [{ email: 'Zoë@example.com'.replace('Z', 'z') }],
  },
  {
    row: '44 an e-mail with a plus tag',
    body: { email: 'ada+tag@example.com' },
    ...accepted,
    contacts: [{ email: 'ada+tag@example.com' }],
  },
  {
    row: '44 an e-mail of 255 characters, beside an id',
    body: { id: 'u-1', email: `${'a'.repeat(243)}@example.com` },
    ...accepted,
    contacts: [{ external_id: 'u-1', email: null }],
    counts: ['email_invalid'],
  },
  { row: '44 an e-mail without an @, and nothing else', body: { email: 'ada' }, ...nobody },
  { row: '45 an e-mail with a line break', body: { email: `${email}\r\nbcc: x@y.z` }, ...nobody },
  { row: '46 neither e-mail nor id', body: { name: 'Ada' }, ...nobody },
  {
    row: '47 lists and objects where one value is due',
    body: member({ name: ['Ada', 'Lovelace'], phone: { full: '1' }, plan: { name: 'pro' } }),
    ...delivered,
    contacts: [{ email, name: 'Ada, Lovelace', phone: null, custom_attributes: {} }],
    counts: ['phone_invalid', 'attribute_invalid'],
  },
  { row: '47 a list for an id, and nothing else', body: { id: { a: 1 } }, ...nobody },
  {
    row: '48 words for nothing and for yes and no',
    body: member({ name: 'null', phone: 'undefined', plan: '', news: 'true' }),
    ...delivered,
    contacts: [{ email, name: null, phone: null, unsubscribed_from_emails: true }],
  },
  {
    row: '49 a phone number without its country',
    body: member({ phone: '(281) 332-2575' }),
    ...delivered,
    contacts: [{ email, phone: null }],
    counts: ['phone_invalid'],
  },
  {
    row: '50 milliseconds',
    body: member({ at: 1_734_537_429_123 }),
    ...delivered,
    contacts: [{ email, signed_up_at: 1_734_537_429 }],
  },
  ...['+275761-01-01T00:00:00Z', '2024-13-01', -5, 'soon'].map(
    (at): Row => ({
      row: `51 the time ${at}`,
      body: member({ at }),
      ...delivered,
      contacts: [{ email, signed_up_at: null }],
      counts: ['time_invalid'],
    }),
  ),
  {
    row: '52 HTML in a name',
    body: member({ name: '<script>alert(1)</script>' }),
    ...delivered,
    contacts: [{ email, name: '<script>alert(1)</script>' }],
  },
  {
    row: '53 a formula in a name',
    body: member({ name: '=HYPERLINK("x")' }),
    ...delivered,
    contacts: [{ email, name: '=HYPERLINK("x")' }],
  },
  {
    row: '54 line breaks in a header',
    body: known,
    options: { headers: { 'user-agent': 'x\r\n{"level":"ERROR"}' } },
    ...delivered,
  },
  {
    row: 'another event',
    source: 'standard',
    body: { type: 'user.deleted', data: { email } },
    status: 200,
    code: 'ignored',
  },
]

const isUtf8 = (body: Body | undefined) => !(body instanceof Uint8Array)
const vias = ['http_api', 'function_url'] as const

const respond = async (row: Row, options: PostOptions) => {
  const model = await startModel({ bridge, awsLatencyMs: 0, latencyMs: 0 })
  const answer = await model.post(row.source ?? 'hook', row.body ?? '', {
    ...row.options,
    ...options,
    headers: { ...row.options?.headers },
  })
  await model.drained()
  const { status: code } = (answer.json ?? {}) as { status?: string }
  const { error } = (answer.json ?? {}) as { error?: { code?: string } }
  return { model, answer, code: error?.code ?? code }
}

describe.each(rows)('$row', (row) => {
  const variants = vias.flatMap((via) =>
    (isUtf8(row.body) ? (['text', 'base64'] as const) : (['base64'] as const)).map((encoding) => ({
      via,
      encoding,
    })),
  )

  test.each(variants)('signed, by $via as $encoding', async (variant) => {
    const { model, answer, code } = await respond(row, variant)

    expect([answer.status, code]).toEqual([row.status, row.code])
    if (row.status === 405) expect(answer.headers.allow).toContain('POST')
    expect(model.contacts().length).toBe(row.contacts?.length ?? 0)
    expect(model.contacts()).toMatchObject(row.contacts ?? [])
    expect(model.parked().map(({ reason }) => reason)).toEqual(row.parked ? [row.parked] : [])
    for (const count of row.counts ?? []) expect(model.notes.counted.has(count)).toBe(true)
    expect(model.notes.counted.has('unexpected')).toBe(false)
  })

  test.each(variants)('unsigned, by $via as $encoding', async (variant) => {
    const { model, answer, code } = await respond(row, { ...variant, isSigned: false })

    const [status, refusal = status === 401 ? 'signature_missing' : row.code] = row.unsigned ?? [
      401,
    ]
    expect([answer.status, code]).toEqual([status, refusal])
    expect(model.contacts()).toEqual([])
    expect(model.queue.size()).toBe(0)
    expect(model.notes.counted.has('unexpected')).toBe(false)
  })
})

test('40 a request replayed as it is is delivered once', async () => {
  const model = await startModel({ bridge })

  await model.post('standard', { type: 'user.created', data: { email } }, { id: 'msg_1' })
  await model.post('standard', { type: 'user.created', data: { email } }, { id: 'msg_1' })
  await model.drained()

  expect(model.notes.counted.get('delivered')).toBe(1)
})

test.each([
  ['sqs', { sqs: true }],
  ['secrets', { secrets: true }],
])('while %s is down a delivery is 503 with Retry-After, and never 2xx', async (_title, down) => {
  const model = await startModel({ bridge })
  model.setDown(down)

  const answer = await model.post('hook', known)

  expect(answer).toMatchObject({
    status: 503,
    json: { error: { code: 'temporarily_unavailable' } },
  })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(model.queue.size()).toBe(0)
})
