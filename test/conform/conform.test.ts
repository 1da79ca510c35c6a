import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defineBridge } from '../../src/lib/config/config.ts'
import { clerk, form, signup, typeform } from '../../src/lib/index.ts'
import { toBytes } from '../support/fixture.ts'
import { everyPreset, fileName, fixtures } from '../support/fixtures.ts'
import { formResponse, userCreated } from '../support/payloads.ts'
import { conform } from './conform.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conform-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (file: string, content: string | object | Uint8Array) =>
  writeFileSync(join(folder, file), toBytes(content))
const bridge = defineBridge({
  sources: { beta: typeform({ fields: { user_id: 'external_id' } }), api: signup() },
})

test('conform finds no problem in the fixtures, each with a headers file', async () => {
  for (const [preset, { delivery }] of Object.entries(fixtures)) {
    put(`${fileName(preset)}.bin`, delivery.body)
    put(`${fileName(preset)}.headers.json`, delivery.headers)
  }

  const results = await conform(folder, everyPreset)

  expect(results.flatMap(({ problems }) => problems)).toEqual([])
  expect(results.map(({ contacts }) => contacts.length)).toEqual(results.map(() => 1))
  expect(results).toHaveLength(Object.keys(fixtures).length)
})

test('conform reads a file with the source of its name in the config, else the preset of its name', async () => {
  put('beta.first.json', formResponse)
  put('typeform.first.json', formResponse)
  put('clerk.user.created.json', userCreated)

  const results = await conform(folder, bridge)

  expect(results).toMatchObject([
    { source: 'beta', problems: [], contacts: [{ external_id: 'u-1' }] },
    { source: 'clerk', problems: [], contacts: [{ external_id: 'user_1' }] },
    { source: 'typeform', problems: [], contacts: [{ external_id: null }] },
  ])
})

test('conform needs no contact of who was deleted', async () => {
  put('members.gone.json', { event: 'deleted', external_id: 'u-1' })
  put('members.nobody.json', { event: 'deleted', name: 'Ada' })
  const sources = { members: signup({ on: ['created', 'deleted'] }) }

  const [gone, nobody] = await conform(folder, defineBridge({ sources }))

  expect(gone).toMatchObject({ problems: [], contacts: [], kind: 'deletion' })
  expect(nobody?.problems).toEqual([expect.stringContaining('response 422'), 'no contact'])
})

test('conform skips files that are for no source or not a delivery', async () => {
  put('nobody.json', {})
  put('webhook.json', {})
  put('clerk.vector.json', {})
  put('clerk.md', 'text')

  expect(await conform(folder, bridge)).toMatchObject(
    Array.from({ length: 4 }, () => ({ contacts: [], problems: [] })),
  )
})

test.each([
  ['has no identity', { name: 'Ada' }, ['response 422', 'no contact']],
  ['is broken JSON', '{"email":"ada"', ['response 400', 'no contact']],
  [
    'has an e-mail that its contact lacks',
    { external_id: '1', note: 'write to ada@example.com' },
    ['the delivery has an e-mail, the contact has none'],
  ],
])('conform reports a delivery that %s', async (_title, body, problems) => {
  put('api.json', body)

  const [result] = await conform(folder, bridge)

  expect(result?.problems).toHaveLength(problems.length)
  for (const [index, problem] of problems.entries()) {
    expect(result?.problems[index]).toContain(problem)
  }
})

test('conform says why a delivery is parked, and what to change at the sender', async () => {
  put('stripe.thin.json', { id: 'evt_1', type: 'v1.customer.created' })

  const [result] = await conform(folder, bridge)

  expect(result?.problems).toEqual([
    expect.stringMatching(/^parked: invalid_signup: .+: set the payload style/),
    'no contact',
  ])
})

test('conform ignores a delivery that is not a signup', async () => {
  put('clerk.user.deleted.json', { ...userCreated, type: 'user.deleted' })

  expect(await conform(folder, bridge)).toMatchObject([{ isIgnored: true, problems: [] }])
})

test('conform posts to a form without a Turnstile token or an origin of the delivery’s own', async () => {
  const guarded = form({
    turnstile: true,
    origins: ['https://example.com'],
    redirect: 'https://example.com',
  })
  put('join.txt', 'email=ada%40example.com')
  put('join.headers.json', { 'content-type': 'application/x-www-form-urlencoded' })

  expect(await conform(folder, defineBridge({ sources: { join: guarded } }))).toMatchObject([
    { problems: [], contacts: [{ email: 'ada@example.com' }] },
  ])
})

test('conform accepts any JSON spelling of a value', async () => {
  put('api.json', `{"email":"o'brien@example.com","name":"Jos\\u00e9"}`)

  expect(await conform(folder, bridge)).toMatchObject([
    { problems: [], contacts: [{ name: 'José' }] },
  ])
})

test('conform compares a contact with the .contact.json beside its delivery', async () => {
  put('api.good.json', { email: 'ada@example.com', name: 'Ada' })
  put('api.good.contact.json', { email: 'ada@example.com', name: 'Ada' })
  put('api.bad.json', { email: 'bob@example.com' })
  put('api.bad.contact.json', { email: 'ada@example.com', phone: null })

  expect((await conform(folder, bridge)).map(({ problems }) => problems)).toEqual([
    ['email is not what its .contact.json says'],
    [],
  ])
})

test('conform reports a contact with values that are not in its delivery', async () => {
  const inventive = signup({
    map: (input) => ({ ...input, contact: { email: 'made-up@example.com', name: 'Nobody' } }),
  })
  put('api.json', { email: 'ada@example.com' })

  const [result] = await conform(folder, defineBridge({ sources: { api: inventive } }))

  expect(result?.problems).toEqual([
    'the e-mail made-up@example.com is not in the delivery',
    'the name’s Nobody is not in the delivery'.replace('’', "'"),
  ])
})

test('conform needs no contact of a company event', async () => {
  const organization = { id: 'org_1', name: 'Example Ltd', created_at: 1_767_225_600_000 }
  put('clerk.acme.json', { type: 'organization.created', object: 'event', data: organization })

  expect(await conform(folder, bridge)).toMatchObject([
    { problems: [], contacts: [], isIgnored: true },
  ])

  const sources = { clerk: clerk({ on: ['created', 'updated'] }) }
  expect(await conform(folder, defineBridge({ sources }))).toMatchObject([
    { problems: [], contacts: [], kind: 'company' },
  ])
})
