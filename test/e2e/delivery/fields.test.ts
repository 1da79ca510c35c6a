import { describe, expect, test } from 'vitest'
import type { LifecycleOptions, SourceOptions } from '../../../src/lib/sources/source.ts'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const refused = 'POST /contacts 400'
const refusal = (message: string, code = 'parameter_invalid') => ({
  method: 'POST',
  path: '/contacts',
  status: 400,
  code,
  message,
  count: 1,
})
const whole = {
  ...account,
  phone: '+12813322575',
  avatar: 'https://example.com/a.png',
  signed_up_at: 1_700_000_000,
  last_seen_at: 1_700_000_001,
  owner_id: 1,
}
const admins = { admins: [1] }

describe('a contact field that Intercom refuses', () => {
  test.each([
    ['email', 'Email is invalid', { email: null }],
    ['phone', 'Phone number is not valid', { phone: null }],
    ['name', 'Name is too long', { name: null }],
    ['avatar', 'The avatar could not be read', { avatar: null }],
    ['signed_up_at', 'signed_up_at is too late', { signed_up_at: null }],
    ['last_seen_at', 'Last seen at must be in the past', { last_seen_at: null }],
    ['owner_id', 'The owner specified is not a member of the workspace', { owner_id: null }],
  ])('loses no customer: %s is left out, and a copy names it', async (name, message, without) => {
    const { signUp, contacts, parked, workspace, count } = await startScene()
    workspace.addFault(admins)
    workspace.addFault(refusal(message))

    expect(await signUp(whole)).toEqual([search, refused, create])
    expect(contacts()).toMatchObject([{ ...whole, avatar: expect.anything(), ...without }])
    expect(parked()).toMatchObject([{ reason: 'fields_refused', receives: 1 }])
    expect(count('fields_refused')).toBe(1)
    expect(name in whole).toBe(true)
  })

  test('is the owner who left the workspace, on a new contact and on a known one', async () => {
    const { signUp, addContact, contacts, reasons, workspace } = await startScene()
    workspace.addFault(admins)
    await addContact({ email: 'lin@example.com' })

    await signUp({ ...account, owner_id: 999 })
    await signUp({ email: 'lin@example.com', name: 'Lin', owner_id: 999 })

    expect(contacts()).toMatchObject([
      { email: 'lin@example.com', name: 'Lin', owner_id: null },
      { ...account, owner_id: null },
    ])
    expect(reasons()).toEqual(['fields_refused', 'fields_refused'])
  })

  test('is filled in by the replay of the copy, once Intercom accepts it', async () => {
    const { signUp, contacts, reasons, workspace, replay, drained } = await startScene()
    workspace.addFault(admins)
    await signUp({ ...account, owner_id: 2 })
    workspace.addFault({ admins: [1, 2] })

    await replay()
    await drained()

    expect(contacts()).toMatchObject([{ ...account, owner_id: 2 }])
    expect(reasons()).toEqual([])
  })

  test('that it does not name leaves the identity, and all else for the copy', async () => {
    const { signUp, contacts, reasons, workspace } = await startScene()
    workspace.addFault(refusal('Something is wrong', 'client_error'))

    expect(await signUp({ ...whole, unsubscribed_from_emails: true })).toEqual([
      ...[search, refused, create],
    ])
    expect(contacts()).toMatchObject([
      {
        external_id: '1',
        email: ada.email,
        name: null,
        phone: null,
        unsubscribed_from_emails: true,
      },
    ])
    expect(reasons()).toEqual(['fields_refused'])
  })

  test('is the e-mail that it does not name: the account is created without', async () => {
    const { signUp, contacts, reasons, workspace } = await startScene()
    workspace.addFault({ ...refusal('Something is wrong'), count: 2 })

    expect(await signUp(account)).toEqual([search, refused, refused, create])
    expect(contacts()).toMatchObject([{ external_id: '1', email: null }])
    expect(reasons()).toEqual(['fields_refused'])
  })

  test('does not hide custom attributes that Intercom refuses by their number', async () => {
    const { signUp, contacts, reasons, workspace } = await startScene()
    workspace.addFault(
      refusal('You have reached the limit of 250 custom data', 'custom_data_limit_reached'),
    )

    await signUp({ ...account, custom_attributes: { plan: 'pro' } })

    expect(contacts()).toMatchObject([{ ...account, custom_attributes: {} }])
    expect(reasons()).toEqual(['attributes_refused'])
  })

  test('is left out in direct mode, which responds as usual', async () => {
    const scene = await startScene({}, { delivery: 'direct' })
    scene.workspace.addFault(admins)

    const { status, json } = await scene.post('backend', { ...account, owner_id: 9 })

    expect([status, json]).toMatchObject([200, { status: 'created' }])
    expect(scene.contacts()).toMatchObject([{ ...account, owner_id: null }])
    expect(scene.count('fields_refused')).toBe(1)
  })
})

describe('API version 2.16, where the owner is text', () => {
  test('an owner is written, and one who left is left out', async () => {
    const { signUp, contacts, workspace, reasons } = await startScene({}, { version: '2.16' })
    workspace.addFault(admins)

    await signUp({ ...account, owner_id: 1 })
    await signUp({ email: 'lin@example.com', owner_id: 9 })

    expect(contacts().map(({ owner_id }) => owner_id)).toEqual([1, null])
    expect(reasons()).toEqual(['fields_refused'])
  })

  const overwriting: SourceOptions & LifecycleOptions = { on: ['created', 'updated'] }
  const bodies = ({ workspace }: Awaited<ReturnType<typeof startScene>>) =>
    workspace
      .calls()
      .filter(({ method, path }) => method === 'PUT' || path === '/contacts')
      .map(({ body }) => body)
  const at = (minute: number) => `2020-01-01T00:0${minute}:00Z`
  const changes = [
    { ...account, email_verified: false, occurred_at: at(1) },
    { ...account, event: 'updated', email_verified: true, occurred_at: at(2) },
    {
      ...account,
      event: 'updated',
      email: 'new@example.com',
      email_verified: 'false',
      occurred_at: at(3),
    },
  ]

  test('that an e-mail is verified is written beside it, at first and when it changes', async () => {
    const scene = await startScene(overwriting, { version: '2.16' })

    for (const change of changes) await scene.signUp(change)

    expect(bodies(scene)).toMatchObject([
      { email: 'ada@example.com', email_verified: false },
      { email: 'ada@example.com', email_verified: true },
      { email: 'new@example.com', email_verified: false },
    ])
    expect(scene.reasons()).toEqual([])
  })

  test('that an e-mail is verified is never written before', async () => {
    const scene = await startScene(overwriting, { version: '2.15' })

    for (const change of changes) await scene.signUp(change)

    expect(bodies(scene)).toHaveLength(3)
    expect(JSON.stringify(bodies(scene))).not.toContain('email_verified')
    // Not even the e-mail, which is there.
    expect(bodies(scene)[1]).not.toHaveProperty('email')
  })

  test('the same again is not written again', async () => {
    const scene = await startScene(overwriting, { version: '2.16' })
    const [, change = {}] = changes

    await scene.signUp(change)
    await scene.signUp(change)

    expect(bodies(scene)).toHaveLength(1)
  })

  test('that an e-mail is verified is left out if Intercom refuses it', async () => {
    const scene = await startScene({}, { version: '2.16' })
    scene.workspace.addFault(refusal('email_verified must be a boolean'))

    await scene.signUp({ ...account, email_verified: true })

    expect(bodies(scene)).toMatchObject([{ email_verified: true }, { email: account.email }])
    expect(bodies(scene)[1]).not.toHaveProperty('email_verified')
    expect(scene.parked()).toMatchObject([
      { reason: 'fields_refused', code: 'parameter_invalid', left_out: 'email_verified' },
    ])
  })
})
