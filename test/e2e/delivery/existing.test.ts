import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'

describe('an existing contact', () => {
  test('`fill` writes only what is empty there, custom attributes each on its own', async () => {
    const { signUp, existing, contacts } = await startScene()
    await existing({ ...account, name: 'Countess', custom_attributes: { plan: 'free' } })

    await signUp({
      ...account,
      phone: '+12813322575',
      custom_attributes: { plan: 'pro', seats: 3 },
    })

    expect(contacts()).toMatchObject([
      { name: 'Countess', phone: '+12813322575', custom_attributes: { plan: 'free', seats: 3 } },
    ])
  })

  test('`fill` makes no PUT when nothing is missing', async () => {
    const { signUp, existing } = await startScene()
    await existing(account)

    expect(await signUp(account)).toEqual([search])
  })

  test('`skip` is done: neither converted, nor claimed, nor tagged', async () => {
    const { signUp, existing, contacts, time } = await startScene({ onExisting: 'skip' })
    await existing({ role: 'lead', email: ada.email })
    await time.advance(1_000)

    expect(await signUp({ ...account, tags: ['beta'] })).toEqual([search])
    expect(contacts()).toMatchObject([{ role: 'lead', name: null, tags: { total_count: 0 } }])
  })

  test('`skip` gives a contact that it made itself its extras, whatever comes between', async () => {
    const { signUp, contacts, workspace } = await startScene({ onExisting: 'skip' })
    workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })
    workspace.addFault({ path: '/tags', status: 503, count: 3 })

    await signUp({ ...account, tags: ['beta'] })

    expect(contacts()).toMatchObject([{ ...account, tags: { total_count: 1 } }])
  })

  test('an explicit opt-out always lands, with every `onExisting`', async () => {
    for (const onExisting of ['fill', 'skip', 'overwrite', { overwrite: ['name'] }] as const) {
      const { signUp, existing, contacts } = await startScene({ onExisting })
      await existing(account)

      await signUp({ ...account, unsubscribed_from_emails: true })

      expect(contacts()).toMatchObject([{ unsubscribed_from_emails: true }])
    }
  })

  test('an opt-in never overrides', async () => {
    const { signUp, existing, contacts } = await startScene({ onExisting: 'overwrite' })
    await existing({ ...account, unsubscribed_from_emails: true })

    await signUp({ ...account, occurred_at: 1_767_225_000, unsubscribed_from_emails: false })

    expect(contacts()).toMatchObject([{ unsubscribed_from_emails: true }])
  })

  test('the consent box left empty unsubscribes who is created, and says nothing of who exists', async () => {
    const { joinWaitlist, existing, contacts } = await startScene(
      {},
      { leads: { consent: 'news' } },
    )
    await existing(ada)

    await joinWaitlist({ email: ada.email })
    await joinWaitlist({ email: 'lin@example.com' })
    await joinWaitlist({ email: 'mo@example.com', news: 'on' })

    const all = Object.fromEntries(
      contacts().map((contact) => [contact.email, contact.unsubscribed_from_emails]),
    )
    expect(all).toEqual({
      'ada@example.com': false,
      'lin@example.com': true,
      'mo@example.com': false,
    })
  })

  test('a user is never lowered to a lead', async () => {
    const { joinWaitlist, existing, contacts } = await startScene(
      {},
      { leads: { onExisting: 'overwrite' } },
    )
    await existing(account)

    expect(await joinWaitlist(ada)).toEqual([search])
    expect(contacts()).toMatchObject([{ role: 'user' }])
  })
})

describe('overwriting', () => {
  const at = (occurred_at: number, name: string) => ({ ...account, occurred_at, name })
  const t = 1_767_220_000

  test('writes what differs, and the mark', async () => {
    const { signUp, existing, contacts } = await startScene({ onExisting: 'overwrite' })
    await existing({ ...account, name: 'Old' })

    expect(await signUp(at(t, 'New'))).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ name: 'New', custom_attributes: { signup_bridge_at: t } }])
  })

  test('what happened earlier, or in the same second, only fills, in whatever order it comes', async () => {
    const { signUp, contacts } = await startScene({ onExisting: 'overwrite' })
    await signUp(at(t, 'First'))
    await signUp(at(t + 2, 'Newest'))

    await signUp({ ...at(t + 1, 'Late'), phone: '+12813322575' })
    await signUp(at(t + 2, 'Same second'))
    await signUp(at(t, 'First'))

    expect(contacts()).toMatchObject([{ name: 'Newest', phone: '+12813322575' }])
  })

  test('a replay only fills, whatever its source says', async () => {
    const { signUp, contacts, workspace, replay, drained } = await startScene({
      onExisting: 'overwrite',
    })
    workspace.addFault({ method: 'POST', path: '/contacts', status: 422, count: 1 })
    await signUp({ ...at(t, 'Parked'), phone: '+12813322575' })
    await signUp({ ...account, name: 'By hand' })

    await replay()
    await drained()

    expect(contacts()).toMatchObject([{ name: 'By hand', phone: '+12813322575' }])
  })

  test('of some fields only leaves the others', async () => {
    const { signUp, existing, contacts } = await startScene({ onExisting: { overwrite: ['plan'] } })
    await existing({ ...account, name: 'Old', custom_attributes: { plan: 'free' } })

    await signUp({ ...at(t, 'New'), custom_attributes: { plan: 'pro' } })

    expect(contacts()).toMatchObject([{ name: 'Old', custom_attributes: { plan: 'pro' } }])
  })

  test('an event of the future counts as received now: a wrong clock locks nobody out', async () => {
    const { signUp, contacts, time } = await startScene({ onExisting: 'overwrite' })
    await signUp(at(t, 'First'))
    await signUp(at(4_000_000_000, 'Ahead'))
    await time.advance(60_000)
    const now = Math.floor(time.now() / 1000)

    await signUp(at(now, 'Now'))

    expect(contacts()).toMatchObject([
      { name: 'Now', custom_attributes: { signup_bridge_at: now } },
    ])
  })

  test('a signup’s own `signup_bridge_at` is no mark: it would lock the contact for ever', async () => {
    const { signUp, contacts } = await startScene({ onExisting: 'overwrite' })
    const custom_attributes = { signup_bridge_at: 99_999_999_999 }
    await signUp({ ...account, name: 'First', custom_attributes })
    await signUp(at(t, 'New'))

    expect(contacts()).toMatchObject([{ name: 'New', custom_attributes: { signup_bridge_at: t } }])
  })

  test('without the mark’s attribute in the workspace it fills, and that is counted', async () => {
    const scene = await startScene({ onExisting: 'overwrite' }, { attributes: ['plan'] })
    await scene.existing({ ...account, name: 'Old' })

    expect(await scene.signUp({ ...at(t, 'New'), phone: '+12813322575' })).toEqual([
      search,
      get,
      'PUT /contacts/* 400',
      'GET /data_attributes?model=contact 200',
      update,
    ])
    expect(scene.contacts()).toMatchObject([{ name: 'Old', phone: '+12813322575' }])
    expect(scene.count('overwrite_degraded')).toBe(1)
    expect(scene.reasons()).toEqual([])
  })

  test('without occurred_at it fills, writes no mark, and that is counted', async () => {
    const { signUp, existing, contacts, count } = await startScene({ onExisting: 'overwrite' })
    await existing({ ...account, name: 'Old' })

    await signUp(account)

    expect(contacts()).toMatchObject([{ name: 'Old', custom_attributes: {} }])
    expect(count('overwrite_degraded')).toBe(1)
  })
})
