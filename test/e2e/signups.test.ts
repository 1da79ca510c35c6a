import { readFileSync } from 'node:fs'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formResponse, userCreated } from '../support/payloads.ts'
import { type RunningBridge, startBridge } from './bridge.ts'

let bridge: RunningBridge
beforeAll(async () => {
  bridge = await startBridge()
}, 30_000)
afterAll(() => bridge.close())
beforeEach(() => bridge.intercom.reset())

test('a signup in the bridge’s own JSON becomes a contact', async () => {
  const { status } = await bridge.post('backend', {
    email: 'ada@example.com',
    name: 'Ada Lovelace',
  })

  expect(status).toBe(200)
  expect(await bridge.contacts()).toMatchObject([
    { type: 'contact', role: 'user', email: 'ada@example.com', name: 'Ada Lovelace' },
  ])
})

test('a user.created event of Clerk becomes a contact', async () => {
  expect((await bridge.post('clerk', userCreated)).status).toBe(200)

  expect(await bridge.contacts()).toMatchObject([
    {
      role: 'user',
      external_id: 'user_1',
      email: 'grace@example.com',
      phone: '+14155550100',
      name: 'Grace Hopper',
      signed_up_at: 1_700_000_000,
      avatar: { type: 'avatar', image_url: 'https://img.example.com/grace' },
    },
  ])
})

test('a form_response event of Typeform becomes a contact', async () => {
  expect((await bridge.post('beta', formResponse)).status).toBe(200)

  expect(await bridge.contacts()).toMatchObject([
    { role: 'user', external_id: 'u-1', email: 'lise@example.com', name: 'Lise Meitner' },
  ])
})

test('a delivery sent twice makes one contact and one message', async () => {
  const first = await bridge.post('clerk', userCreated, { id: 'msg_same' })
  const second = await bridge.post('clerk', userCreated, { id: 'msg_same' })

  expect(second).toEqual(first)
  expect(await bridge.contacts()).toHaveLength(1)
})

test('a lead of the form who signs up at Clerk becomes a user of the same contact', async () => {
  await bridge.post('waitlist', new URLSearchParams({ email: 'grace@example.com', name: 'grace' }))
  const [lead] = await bridge.contacts()
  await bridge.post('clerk', userCreated)

  const all = await bridge.contacts()

  expect(lead).toMatchObject({ role: 'lead', name: 'grace' })
  expect(all).toMatchObject([
    { id: lead?.id, role: 'user', external_id: 'user_1', name: 'Grace Hopper' },
  ])
})

describe('a browser’s form post', () => {
  const headers = { accept: 'text/html', origin: 'https://example.com' }
  const inputs = { email: 'lin@example.com', name: 'Lin' }

  test('as urlencoded is redirected to the page and makes a contact', async () => {
    const response = await bridge.post('waitlist', new URLSearchParams(inputs), { headers })

    expect(response).toEqual({ status: 303, location: 'https://example.com/thanks', text: '' })
    expect(await bridge.contacts()).toMatchObject([{ role: 'lead', ...inputs }])
  })

  test('as multipart is redirected to the page and makes a contact', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries(inputs)) form.set(name, value)
    form.set('cv', new Blob(['%PDF']), 'cv.pdf')

    const response = await bridge.post('waitlist', form, { headers })

    expect(response).toMatchObject({ status: 303, location: 'https://example.com/thanks' })
    expect(await bridge.contacts()).toMatchObject([{ role: 'lead', ...inputs }])
  })
})

test('one unreadable delivery of ten is parked with its reason, and nine are delivered', async () => {
  const poison = { ...userCreated, data: { id: 7 } }
  await Promise.all([
    bridge.post('clerk', poison),
    ...Array.from({ length: 9 }, (_, index) =>
      bridge.post('backend', { email: `p${index}@example.com` }),
    ),
  ])

  expect(await bridge.contacts()).toHaveLength(9)
  expect(await bridge.parked()).toEqual(['invalid_signup'])
})

test('tags, company and note reach the contact; an unknown attribute is left out and a copy is parked', async () => {
  await bridge.post('backend', {
    email: 'ada@example.com',
    custom_attributes: { nobody_knows_it: 1 },
    tags: ['beta'],
    company: { company_id: 'c-1', name: 'Analytical Engines' },
    note: 'met at the fair',
  })

  expect(await bridge.contacts()).toMatchObject([
    {
      email: 'ada@example.com',
      custom_attributes: {},
      tags: { total_count: 1 },
      companies: { total_count: 1 },
      notes: { total_count: 1 },
    },
  ])
  expect(await bridge.parked()).toContain('attributes_refused')
})

test('the inbox accepts plain JSON, SNS and EventBridge envelopes, and parks in its own dead letters', async () => {
  const { queueUrl = '', deadLetterQueueUrl = '' } = bridge.inbox ?? {}
  const send = (body: unknown, source?: string) =>
    bridge.sqs.client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        ...(source && {
          MessageAttributes: { source: { DataType: 'String', StringValue: source } },
        }),
      }),
    )
  const parkedBefore = await bridge.parked()

  await send({ email: 'plain@example.com' })
  await send({ Type: 'Notification', Message: '{"email":"sns@example.com"}' })
  await send({ 'detail-type': 'member.joined', detail: { email: 'event@example.com' } })
  await send(userCreated, 'clerk')
  await send('no JSON')

  await expect
    .poll(async () => (await bridge.contacts()).map(({ email }) => email).toSorted())
    .toEqual(['event@example.com', 'grace@example.com', 'plain@example.com', 'sns@example.com'])
  await expect.poll(() => bridge.parked(deadLetterQueueUrl)).toEqual(['invalid_body'])
  expect(await bridge.parked()).toEqual(parkedBefore)
})

test('the HTML page of the README signs up for the waitlist', async () => {
  const readme = readFileSync(`${import.meta.dirname}/../../README.md`, 'utf8')
  const [, page = ''] = /```html\n([\s\S]+?)```/.exec(readme) ?? []
  const [, action = ''] = /action="http:\/\/127\.0\.0\.1:4100([^"]+)"/.exec(page) ?? []
  const names = [...page.matchAll(/<input name="(\w+)"/g)].map(([, name = '']) => name)
  const typed: Record<string, string> = { email: 'ada@example.com', name: 'Ada Lovelace' }
  const inputs = Object.fromEntries(names.map((name) => [name, typed[name] ?? '']))

  const response = await fetch(`${bridge.url}${action}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html,*/*;q=0.8', origin: 'null' },
    body: new URLSearchParams(inputs),
  })

  expect(names).toEqual(['email', 'name', '_gotcha'])
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('https://example.com/thanks')
  expect(await bridge.contacts()).toMatchObject([
    { role: 'lead', email: 'ada@example.com', name: 'Ada Lovelace' },
  ])
})

test('a sender that signs the URL is accepted at the URL it was given', async () => {
  const contact = { properties: { email: { value: 'ada@example.com' } } }

  expect((await bridge.post('crm', contact)).status).toBe(200)
  expect(await bridge.contacts()).toMatchObject([{ email: 'ada@example.com' }])
})

test('a form with Turnstile accepts only a token that Cloudflare confirms', async () => {
  const post = (token: object) =>
    bridge.post('guarded', new URLSearchParams({ email: 'ada@example.com', ...token }), {
      headers: { accept: 'application/json' },
    })

  expect((await post({})).status).toBe(403)
  expect(await bridge.contacts()).toEqual([])
  expect((await post({ 'cf-turnstile-response': 'XXXX.DUMMY.TOKEN.XXXX' })).status).toBe(200)
  expect(await bridge.contacts()).toMatchObject([{ email: 'ada@example.com' }])
})

// This test is the last: a worker reads its secret again at most once in 30 s.
test('after a token rotation the next delivery succeeds and nothing is parked', async () => {
  const parkedBefore = await bridge.parked()
  await bridge.post('backend', { email: 'before@example.com' })
  await bridge.contacts()
  bridge.secrets.put(bridge.names.intercom, 'the-next-token')
  bridge.intercom.addFault({ access_token: 'the-next-token' })
  await bridge.post('backend', { email: 'after@example.com' })

  expect((await bridge.contacts()).map(({ email }) => email)).toEqual([
    'before@example.com',
    'after@example.com',
  ])
  expect(bridge.intercom.calls().filter(({ status }) => status === 401).length).toBeLessThanOrEqual(
    1,
  )
  expect(await bridge.parked()).toEqual(parkedBefore)
})
