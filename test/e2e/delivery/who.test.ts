import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'

describe('the lookup of a contact', () => {
  test('creates one when it finds none', async () => {
    const { signUp, contacts } = await startScene()

    expect(await signUp(account)).toEqual([search, create])
    expect(contacts()).toMatchObject([{ role: 'user', ...account }])
  })

  test('finds the user with the same external_id', async () => {
    const { signUp, addContact, contacts } = await startScene()
    const id = await addContact(account)

    expect(await signUp(account)).toEqual([search])
    expect(contacts()).toMatchObject([{ id }])
  })

  test('finds a user without an external_id, who gets the signup’s', async () => {
    const { signUp, addContact, contacts } = await startScene()
    const id = await addContact(ada)

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ id, external_id: '1' }])
  })

  test('finds a lead, who becomes a user with the account’s values', async () => {
    const { signUp, addContact, contacts } = await startScene()
    const id = await addContact({ role: 'lead', email: ada.email, name: 'a typo' })

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ id, role: 'user', external_id: '1', name: 'Ada' }])
  })

  test('searches by phone for a lead without an e-mail', async () => {
    const { joinWaitlist, contacts } = await startScene({}, { leads: {} })
    await joinWaitlist({ phone: '+12813322575' })

    expect(await joinWaitlist({ phone: '+12813322575', name: 'Ada' })).toEqual([
      search,
      get,
      update,
    ])
    expect(contacts()).toMatchObject([{ role: 'lead', phone: '+12813322575', name: 'Ada' }])
  })

  test('finds any user for a signup without an external_id', async () => {
    const { signUp, addContact, contacts } = await startScene()
    const id = await addContact({ ...ada, external_id: '7' })

    expect(await signUp(ada)).toEqual([search])
    expect(contacts()).toMatchObject([{ id, external_id: '7' }])
  })

  test('creates one and counts email_shared when all users with the e-mail have other ids', async () => {
    const { signUp, addContact, contacts, count } = await startScene()
    await addContact({ email: ada.email, external_id: '7' })

    expect(await signUp(account)).toEqual([search, create])
    expect(contacts()).toHaveLength(2)
    expect(count('email_shared')).toBe(1)
  })

  test('prefers the user with the same id to a user without one and to a lead', async () => {
    const { signUp, addContact, contacts } = await startScene()
    await addContact({ role: 'lead', email: ada.email })
    await addContact({ email: ada.email })
    const id = await addContact({ email: ada.email, external_id: '1' })

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts().find((contact) => contact.id === id)).toMatchObject({ name: 'Ada' })
    expect(contacts()).toHaveLength(3)
  })

  test('prefers the user seen last, and among leads the newest', async () => {
    const { signUp, addContact, contacts, time } = await startScene()
    const fields = { email: ada.email }
    await addContact({ ...fields, external_id: '7', last_seen_at: 1 })
    const seenLast = await addContact({ ...fields, external_id: '8', last_seen_at: 2 })
    await signUp(ada)
    expect(contacts().find(({ name }) => name === 'Ada')?.id).toBe(seenLast)

    await addContact({ role: 'lead', email: 'lin@example.com' })
    await time.advance(1_000)
    const newest = await addContact({ role: 'lead', email: 'lin@example.com' })
    await signUp({ email: 'lin@example.com', name: 'Lin' })
    expect(contacts().find(({ name }) => name === 'Lin')?.id).toBe(newest)
  })

  describe('of more contacts than a page', () => {
    const many = async (
      scene: Awaited<ReturnType<typeof startScene>>,
      count: number,
      role: string,
    ) => {
      for (let index = 0; index < count; index += 1) {
        const fields = role === 'user' ? { external_id: `other ${index}` } : { role }
        await scene.addContact({ email: ada.email, ...fields })
      }
    }

    test.each(['user', 'lead'])('finds the account behind fifty of role %s', async (role) => {
      const scene = await startScene()
      const id = await scene.addContact({ email: ada.email, external_id: '1' })
      await many(scene, 60, role)

      expect(await scene.signUp(account)).toEqual([search, search, get, update])
      expect(scene.contacts()[0]).toMatchObject({ id, name: 'Ada' })
      expect(scene.contacts()).toHaveLength(61)
    })

    test('finds a lead behind fifty other accounts', async () => {
      const scene = await startScene()
      const id = await scene.addContact({ role: 'lead', email: ada.email })
      await many(scene, 60, 'user')

      expect(await scene.signUp(account)).toEqual([search, search, search, get, update])
      expect(scene.contacts()[0]).toMatchObject({ id, role: 'user', external_id: '1' })
    })

    test('finds a user for a lead behind fifty leads', async () => {
      const scene = await startScene()
      const id = await scene.addContact({ email: ada.email })
      await many(scene, 60, 'lead')

      await scene.joinWaitlist(ada)

      expect(scene.contacts()[0]).toMatchObject({ id, role: 'user', name: 'Ada' })
      expect(scene.contacts()).toHaveLength(61)
    })

    test('creates one beside other accounts if no one matches', async () => {
      const scene = await startScene()
      await many(scene, 60, 'user')

      expect(await scene.signUp(account)).toEqual([search, search, search, create])
      expect(scene.contacts()).toHaveLength(61)
      expect(scene.count('email_shared')).toBe(1)
    })
  })

  describe('by e-mail and phone', () => {
    const phone = '+12813322575'

    test('finds a lead known by phone alone, who gets the e-mail', async () => {
      const { joinWaitlist, signUp, contacts } = await startScene()
      await joinWaitlist({ phone })

      expect(await joinWaitlist({ ...ada, phone })).toEqual([search, get, update])
      expect(contacts()).toMatchObject([{ role: 'lead', phone, ...ada }])

      await signUp({ ...account, phone })
      expect(contacts()).toMatchObject([{ role: 'user', phone, ...account }])
    })

    test('finds an account known by phone alone, who gets the e-mail', async () => {
      const { signUp, addContact, contacts } = await startScene()
      const id = await addContact({ external_id: '1', phone })

      expect(await signUp({ ...account, phone })).toEqual([search, get, update])
      expect(contacts()).toMatchObject([{ id, phone, ...account }])
    })

    test('does not find a contact with the phone number and another e-mail', async () => {
      const { joinWaitlist, contacts } = await startScene()
      await joinWaitlist({ email: 'grace@example.com', phone })

      expect(await joinWaitlist({ email: ada.email, phone })).toEqual([search, create])
      expect(contacts()).toHaveLength(2)
    })

    test('prefers who has the e-mail', async () => {
      const { signUp, addContact, contacts } = await startScene()
      const id = await addContact({ role: 'lead', email: ada.email })
      await addContact({ role: 'lead', phone })

      await signUp({ ...account, phone })

      expect(contacts()).toMatchObject([{ id, role: 'user', phone }, { email: null }])
    })

    test('finds one that this process created before search shows it', async () => {
      const { joinWaitlist, contacts } = await startScene({}, { indexLagMs: 60_000 })
      await joinWaitlist({ phone })

      await joinWaitlist({ email: ada.email, phone })

      expect(contacts()).toMatchObject([{ phone, email: ada.email }])
    })
  })

  test('is skipped with `lookup: false`', async () => {
    const { signUp } = await startScene({ lookup: false })

    expect(await signUp(account)).toEqual([create])
  })
})

describe('while search lags behind a change', () => {
  test('a contact that another account has claimed stays with it', async () => {
    const { signUp, addContact, intercom, contacts, time, count } = await startScene(
      {},
      { indexLagMs: 60_000 },
    )
    const id = await addContact({ email: ada.email })
    await time.advance(60_000)
    await intercom('PUT', `/contacts/${id}`, { external_id: 'theirs', name: 'Theirs' })

    expect(await signUp(account)).toEqual([search, get, create])
    expect(contacts()).toMatchObject([{ id, external_id: 'theirs', name: 'Theirs' }, account])
    expect(count('email_shared')).toBe(1)
  })

  test('a field that has been filled is not overwritten', async () => {
    const { signUp, addContact, intercom, contacts, time } = await startScene(
      {},
      { indexLagMs: 60_000 },
    )
    const id = await addContact({ email: ada.email, external_id: '1' })
    await time.advance(60_000)
    await intercom('PUT', `/contacts/${id}`, { name: 'Countess' })

    expect(await signUp(account)).toEqual([search, get])
    expect(contacts()).toMatchObject([{ name: 'Countess' }])
  })

  test('a value from a newer event stays, whichever worker delivers the older one', async () => {
    const lag = { indexLagMs: 60_000, workers: 4, latencyMs: 150 }
    const { enqueue, passes, drained, contacts } = await startScene(
      { onExisting: 'overwrite' },
      lag,
    )
    const t = 1_767_220_000
    const event = (index: number, occurred_at: number, name: string) => ({
      email: `p${index}@example.com`,
      external_id: `${index}`,
      event_id: `${index} ${name}`,
      occurred_at,
      name,
    })
    const all = (at: number, name: string) =>
      Array.from({ length: 50 }, (_, index) => event(index, at, name))
    await enqueue('backend', all(t, 'oldest'))
    await drained()
    await passes(60_000)
    await enqueue('backend', all(t + 20, 'newest'))
    await drained()
    await enqueue('backend', all(t + 10, 'late'))
    await drained()

    expect(new Set(contacts().map(({ name }) => name))).toEqual(new Set(['newest']))
  })
})

describe('one person, one contact', () => {
  test('a lead who becomes a user without an id, twice, is one contact', async () => {
    const { signUp, joinWaitlist, contacts } = await startScene()
    await joinWaitlist({ email: ada.email })
    const [lead] = contacts()

    await signUp(ada)
    await signUp(ada)

    expect(contacts()).toMatchObject([{ id: lead?.id, role: 'user', name: 'Ada' }])
  })

  test('a lead who became a user without an id keeps Intercom’s id, so an account is another contact', async () => {
    const { signUp, joinWaitlist, contacts, count } = await startScene()
    await joinWaitlist({ email: ada.email })
    await signUp(ada)

    await signUp(account)

    expect(contacts()).toHaveLength(2)
    expect(count('email_shared')).toBe(1)
  })

  test('a contact that this process created is found before search shows it', async () => {
    const { signUp, contacts } = await startScene({}, { indexLagMs: 60_000 })
    await signUp(ada)

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ external_id: '1' }])
  })

  test('a contact that this process created and someone deleted is created again', async () => {
    const { signUp, contacts, intercom } = await startScene({}, { indexLagMs: 60_000 })
    await signUp({ email: ada.email })
    await intercom('DELETE', `/contacts/${contacts()[0]?.id}`)

    expect(await signUp(account)).toEqual([search, 'GET /contacts/* 404', search, create])
    expect(contacts()).toMatchObject([account])
  })

  test.each([
    ['lost', { lost: true }, 0],
    ['reset', { reset: true }, 0],
    ['timeout', { hang: true }, 0],
    ['408', { status: 408 }, 408],
    ['500', { status: 500 }, 500],
    ['503', { status: 503 }, 503],
  ] as const)(
    'a lead whose create may have succeeded (%s) waits for the index and is searched for before it is created',
    async (name, fault, status) => {
      const scene = await startScene({}, { indexLagMs: 120_000 })
      const { joinWaitlist, contacts, workspace, time } = scene
      workspace.addFault({ method: 'POST', path: '/contacts', count: 1, ...fault })
      const startedMs = time.now()

      const requests = await joinWaitlist({ email: ada.email })

      expect(requests).toEqual([
        search,
        `POST /contacts ${status || 'no response'}`,
        search,
        ...(name === 'lost' ? [] : [create]),
      ])
      expect(contacts()).toMatchObject([{ role: 'lead', email: ada.email }])
      expect(time.now() - startedMs).toBeGreaterThanOrEqual(180_000)
    },
  )

  test('a lead whose create got a 429 is created after the window without another search', async () => {
    const { joinWaitlist, contacts, workspace, count } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', count: 1, status: 429 })

    expect(await joinWaitlist({ email: ada.email })).toEqual([search, 'POST /contacts 429', create])
    expect(contacts()).toHaveLength(1)
    expect(count('handed_back')).toBe(0)
  })

  test('a lead whose create may have succeeded is searched for even with `lookup: false`', async () => {
    const scene = await startScene({}, { leads: { lookup: false } })
    scene.workspace.addFault({ method: 'POST', path: '/contacts', count: 1, lost: true })

    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([
      'POST /contacts no response',
      search,
    ])
    expect(scene.contacts()).toHaveLength(1)
  })

  test('a user whose create may have succeeded is created again, and a 409 names the first', async () => {
    const { signUp, contacts, workspace } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', count: 1, lost: true })

    expect(await signUp(account)).toEqual([
      search,
      'POST /contacts no response',
      'POST /contacts 409',
      'GET /contacts/* 200',
    ])
    expect(contacts()).toHaveLength(1)
  })
})
