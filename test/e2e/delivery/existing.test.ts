import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'
const list = 'GET /data_attributes?model=contact 200'

describe('an existing contact', () => {
  test('gets only its empty fields filled with `fill`, each custom attribute on its own', async () => {
    const { signUp, addContact, contacts } = await startScene()
    await addContact({ ...account, name: 'Countess', custom_attributes: { plan: 'free' } })

    await signUp({
      ...account,
      phone: '+12813322575',
      custom_attributes: { plan: 'pro', seats: 3 },
    })

    expect(contacts()).toMatchObject([
      { name: 'Countess', phone: '+12813322575', custom_attributes: { plan: 'free', seats: 3 } },
    ])
  })

  test('keeps its first touch and gets the last, in whatever order they come', async () => {
    const { signUp, contacts } = await startScene({
      keep: ['plan'],
      onExisting: { overwrite: ['seats'] },
    })
    const touch = (occurred_at: number, plan: string, seats: number) =>
      signUp({ ...account, occurred_at, custom_attributes: { plan, seats } })

    await touch(1_767_225_000, 'free', 1)
    await touch(1_767_225_200, 'pro', 3)
    await touch(1_767_225_100, 'team', 2)

    expect(contacts()).toMatchObject([{ custom_attributes: { plan: 'free', seats: 3 } }])
  })

  test('gets no PUT with `fill` when nothing is missing', async () => {
    const { signUp, addContact } = await startScene()
    await addContact(account)

    expect(await signUp(account)).toEqual([search])
  })

  test('is neither converted, claimed nor tagged with `skip`', async () => {
    const { signUp, addContact, contacts, time } = await startScene({ onExisting: 'skip' })
    await addContact({ role: 'lead', email: ada.email })
    await time.advance(1_000)

    expect(await signUp({ ...account, tags: ['beta'] })).toEqual([search])
    expect(contacts()).toMatchObject([{ role: 'lead', name: null, tags: { total_count: 0 } }])
  })

  test('gets its extras with `skip` when an earlier attempt of the same signup created it', async () => {
    const { signUp, contacts, workspace } = await startScene({ onExisting: 'skip' })
    workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })
    workspace.addFault({ path: '/tags', status: 503, count: 3 })

    await signUp({ ...account, tags: ['beta'] })

    expect(contacts()).toMatchObject([{ ...account, tags: { total_count: 1 } }])
  })

  test('is unsubscribed by an explicit opt-out with every `onExisting`', async () => {
    for (const onExisting of ['fill', 'skip', 'overwrite', { overwrite: ['name'] }] as const) {
      const { signUp, addContact, contacts } = await startScene({ onExisting })
      await addContact(account)

      await signUp({ ...account, unsubscribed_from_emails: true })

      expect(contacts()).toMatchObject([{ unsubscribed_from_emails: true }])
    }
  })

  test('stays unsubscribed after an opt-in', async () => {
    const { signUp, addContact, contacts } = await startScene({ onExisting: 'overwrite' })
    await addContact({ ...account, unsubscribed_from_emails: true })

    await signUp({ ...account, occurred_at: 1_767_225_000, unsubscribed_from_emails: false })

    expect(contacts()).toMatchObject([{ unsubscribed_from_emails: true }])
  })

  test('keeps its subscription when the consent box is empty, while a new contact is unsubscribed', async () => {
    const { joinWaitlist, addContact, contacts } = await startScene(
      {},
      { leads: { consent: 'news' } },
    )
    await addContact(ada)

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

  test('stays a user after a signup as a lead', async () => {
    const { joinWaitlist, addContact, contacts } = await startScene(
      {},
      { leads: { onExisting: 'overwrite' } },
    )
    await addContact(account)

    expect(await joinWaitlist(ada)).toEqual([search])
    expect(contacts()).toMatchObject([{ role: 'user' }])
  })
})

describe('overwriting', () => {
  const at = (occurred_at: number, name: string) => ({ ...account, occurred_at, name })
  const t = 1_767_220_000

  test('writes the fields that differ, and the mark', async () => {
    const { signUp, addContact, contacts } = await startScene({ onExisting: 'overwrite' })
    await addContact({ ...account, name: 'Old' })

    expect(await signUp(at(t, 'New'))).toEqual([list, search, get, update])
    expect(contacts()).toMatchObject([{ name: 'New', custom_attributes: { signup_bridge_at: t } }])
  })

  test('only fills from an event that is older or of the same second, in any order of arrival', async () => {
    const { signUp, contacts } = await startScene({ onExisting: 'overwrite' })
    await signUp(at(t, 'First'))
    await signUp(at(t + 2, 'Newest'))

    await signUp({ ...at(t + 1, 'Late'), phone: '+12813322575' })
    await signUp(at(t + 2, 'Same second'))
    await signUp(at(t, 'First'))

    expect(contacts()).toMatchObject([{ name: 'Newest', phone: '+12813322575' }])
  })

  test('does not apply to a replay, which only fills', async () => {
    const { signUp, contacts, workspace, replay, drained } = await startScene({
      onExisting: 'overwrite',
    })
    workspace.addFault({ method: 'POST', path: '/contacts', status: 410, count: 1 })
    await signUp({ ...at(t, 'Parked'), phone: '+12813322575' })
    await signUp({ ...account, name: 'By hand' })

    await replay()
    await drained()

    expect(contacts()).toMatchObject([{ name: 'By hand', phone: '+12813322575' }])
  })

  test('some fields leaves the other fields unchanged', async () => {
    const { signUp, addContact, contacts } = await startScene({
      onExisting: { overwrite: ['plan'] },
    })
    await addContact({ ...account, name: 'Old', custom_attributes: { plan: 'free' } })

    await signUp({ ...at(t, 'New'), custom_attributes: { plan: 'pro' } })

    expect(contacts()).toMatchObject([{ name: 'Old', custom_attributes: { plan: 'pro' } }])
  })

  test('takes an event of the future as received now, so that a wrong clock does not block later ones', async () => {
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

  test('ignores a signup’s own `signup_bridge_at`, which would block all later events', async () => {
    const { signUp, contacts } = await startScene({ onExisting: 'overwrite' })
    const custom_attributes = { signup_bridge_at: 99_999_999_999 }
    await signUp({ ...account, name: 'First', custom_attributes })
    await signUp(at(t, 'New'))

    expect(contacts()).toMatchObject([{ name: 'New', custom_attributes: { signup_bridge_at: t } }])
  })

  test('only fills when the workspace lacks the mark’s attribute, and counts overwrite_degraded', async () => {
    const scene = await startScene({ onExisting: 'overwrite' }, { attributes: ['plan'] })
    await scene.addContact({ ...account, name: 'Old' })

    expect(await scene.signUp({ ...at(t, 'New'), phone: '+12813322575' })).toEqual([
      ...[list, search, get, update],
    ])
    expect(scene.contacts()).toMatchObject([{ name: 'Old', phone: '+12813322575' }])
    expect(scene.count('overwrite_degraded')).toBe(1)
    expect(scene.reasons()).toEqual([])
  })

  test('only fills without occurred_at, writes no mark, and counts overwrite_degraded', async () => {
    const { signUp, addContact, contacts, count } = await startScene({ onExisting: 'overwrite' })
    await addContact({ ...account, name: 'Old' })

    await signUp(account)

    expect(contacts()).toMatchObject([{ name: 'Old', custom_attributes: {} }])
    expect(count('overwrite_degraded')).toBe(1)
  })
})

describe('when a person signed up', () => {
  const now = 1_767_225_600
  const signedUp = async (fields: object, source: 'backend' | 'waitlist' = 'backend') => {
    const scene = await startScene()
    if (source === 'backend') await scene.signUp(fields)
    else await scene.joinWaitlist({ email: ada.email })
    return { at: scene.contacts()[0]?.signed_up_at, ...scene }
  }

  test('is what the signup says, else when it occurred, else when it was received', async () => {
    const at = async (fields: object) => (await signedUp({ ...account, ...fields })).at

    expect(await at({ signed_up_at: now - 100, occurred_at: now - 50 })).toBe(now - 100)
    expect(await at({ occurred_at: now - 50 })).toBe(now - 50)
    expect(await at({})).toBeGreaterThanOrEqual(now)
  })

  test('stays empty for a lead until it becomes a user, and for a user that exists', async () => {
    const { at, signUp, contacts } = await signedUp({}, 'waitlist')
    expect(at).toBeNull()

    await signUp({ ...account, occurred_at: now - 50 })
    expect(contacts()).toMatchObject([{ role: 'user', signed_up_at: now - 50 }])

    const known = await startScene()
    await known.addContact(account)
    expect(await known.signUp({ ...account, occurred_at: now - 50 })).toEqual([search])
  })
})

describe('when a person was last seen', () => {
  test.each(['fill', 'overwrite', 'skip'] as const)(
    'only gets later with %s',
    async (onExisting) => {
      const { signUp, addContact, contacts } = await startScene({ onExisting })
      await addContact({ ...account, last_seen_at: 1_700_000_000 })
      const seen = (last_seen_at: number) =>
        signUp({ ...account, occurred_at: 1_767_225_000, last_seen_at })

      await seen(1_600_000_000)
      expect(contacts()).toMatchObject([{ last_seen_at: 1_700_000_000 }])
      await seen(1_750_000_000)
      expect(contacts()).toMatchObject([
        { last_seen_at: onExisting === 'skip' ? 1_700_000_000 : 1_750_000_000 },
      ])
    },
  )
})
