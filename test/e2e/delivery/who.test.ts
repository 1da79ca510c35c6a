import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'

describe('who is it?', () => {
  test('not found → POST', async () => {
    const { signUp, contacts } = await startScene()

    expect(await signUp(account)).toEqual([search, create])
    expect(contacts()).toMatchObject([{ role: 'user', ...account }])
  })

  test('the same external_id → existing', async () => {
    const { signUp, existing, contacts } = await startScene()
    const id = await existing(account)

    expect(await signUp(account)).toEqual([search])
    expect(contacts()).toMatchObject([{ id }])
  })

  test('a user without external_id → existing, and gets the id', async () => {
    const { signUp, existing, contacts } = await startScene()
    const id = await existing(ada)

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ id, external_id: '1' }])
  })

  test('a lead → existing, and becomes a user; the account’s own values win', async () => {
    const { signUp, existing, contacts } = await startScene()
    const id = await existing({ role: 'lead', email: ada.email, name: 'a typo' })

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ id, role: 'user', external_id: '1', name: 'Ada' }])
  })

  test('a lead without an e-mail is looked up by phone', async () => {
    const { joinWaitlist, contacts } = await startScene({}, { leads: {} })
    await joinWaitlist({ phone: '+12813322575' })

    expect(await joinWaitlist({ phone: '+12813322575', name: 'Ada' })).toEqual([
      search,
      get,
      update,
    ])
    expect(contacts()).toMatchObject([{ role: 'lead', phone: '+12813322575', name: 'Ada' }])
  })

  test('for a signup without an id, any user', async () => {
    const { signUp, existing, contacts } = await startScene()
    const id = await existing({ ...ada, external_id: '7' })

    expect(await signUp(ada)).toEqual([search])
    expect(contacts()).toMatchObject([{ id, external_id: '7' }])
  })

  test('only users with other ids → another account that shares the address: POST, and counted', async () => {
    const { signUp, existing, contacts, count } = await startScene()
    await existing({ email: ada.email, external_id: '7' })

    expect(await signUp(account)).toEqual([search, create])
    expect(contacts()).toHaveLength(2)
    expect(count('email_shared')).toBe(1)
  })

  test('several: the user with the same id before the user without one, and before a lead', async () => {
    const { signUp, existing, contacts } = await startScene()
    await existing({ role: 'lead', email: ada.email })
    await existing({ email: ada.email })
    const id = await existing({ email: ada.email, external_id: '1' })

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts().find((contact) => contact.id === id)).toMatchObject({ name: 'Ada' })
    expect(contacts()).toHaveLength(3)
  })

  test('several: the user seen last, then the newest lead', async () => {
    const { signUp, existing, contacts, time } = await startScene()
    const fields = { email: ada.email }
    await existing({ ...fields, external_id: '7', last_seen_at: 1 })
    const seenLast = await existing({ ...fields, external_id: '8', last_seen_at: 2 })
    await signUp(ada)
    expect(contacts().find(({ name }) => name === 'Ada')?.id).toBe(seenLast)

    await existing({ role: 'lead', email: 'lin@example.com' })
    await time.advance(1_000)
    const newest = await existing({ role: 'lead', email: 'lin@example.com' })
    await signUp({ email: 'lin@example.com', name: 'Lin' })
    expect(contacts().find(({ name }) => name === 'Lin')?.id).toBe(newest)
  })

  test('`lookup: false` → one call less', async () => {
    const { signUp } = await startScene({ lookup: false })

    expect(await signUp(account)).toEqual([create])
  })
})

describe('search lags behind changes, too', () => {
  test('a contact that another account claimed meanwhile is not taken from it', async () => {
    const { signUp, existing, intercom, contacts, time, count } = await startScene(
      {},
      { indexLagMs: 60_000 },
    )
    const id = await existing({ email: ada.email })
    await time.advance(60_000)
    await intercom('PUT', `/contacts/${id}`, { external_id: 'theirs', name: 'Theirs' })

    expect(await signUp(account)).toEqual([search, get, create])
    expect(contacts()).toMatchObject([{ id, external_id: 'theirs', name: 'Theirs' }, account])
    expect(count('email_shared')).toBe(1)
  })

  test('a field that was filled meanwhile is not written over', async () => {
    const { signUp, existing, intercom, contacts, time } = await startScene(
      {},
      { indexLagMs: 60_000 },
    )
    const id = await existing({ email: ada.email, external_id: '1' })
    await time.advance(60_000)
    await intercom('PUT', `/contacts/${id}`, { name: 'Countess' })

    expect(await signUp(account)).toEqual([search, get])
    expect(contacts()).toMatchObject([{ name: 'Countess' }])
  })

  test('what was overwritten meanwhile by something newer stays, through whichever worker', async () => {
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

  test('but a lead who became a user without an id keeps Intercom’s: an account is another contact', async () => {
    const { signUp, joinWaitlist, contacts, count } = await startScene()
    await joinWaitlist({ email: ada.email })
    await signUp(ada)

    await signUp(account)

    expect(contacts()).toHaveLength(2)
    expect(count('email_shared')).toBe(1)
  })

  test('what this process created lately counts, though search does not show it yet', async () => {
    const { signUp, contacts } = await startScene({}, { indexLagMs: 60_000 })
    await signUp(ada)

    expect(await signUp(account)).toEqual([search, get, update])
    expect(contacts()).toMatchObject([{ external_id: '1' }])
  })

  test('what this process created and somebody deleted since is created anew', async () => {
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
    'a lead whose create was unclear (%s) waits for the index, and is looked for before it is created',
    async (name, fault, status) => {
      const scene = await startScene({}, { indexLagMs: 120_000 })
      const { joinWaitlist, contacts, workspace, time } = scene
      workspace.addFault({ method: 'POST', path: '/contacts', count: 1, ...fault })
      const began = time.now()

      const calls = await joinWaitlist({ email: ada.email })

      expect(calls).toEqual([
        search,
        `POST /contacts ${status || 'no answer'}`,
        search,
        ...(name === 'lost' ? [] : [create]),
      ])
      expect(contacts()).toMatchObject([{ role: 'lead', email: ada.email }])
      expect(time.now() - began).toBeGreaterThanOrEqual(180_000)
    },
  )

  test('429 is clear: the lead is created after the window, without a second look', async () => {
    const { joinWaitlist, contacts, workspace, count } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', count: 1, status: 429 })

    expect(await joinWaitlist({ email: ada.email })).toEqual([search, 'POST /contacts 429', create])
    expect(contacts()).toHaveLength(1)
    expect(count('handed_back')).toBe(0)
  })

  test('… so with `lookup: false`, too', async () => {
    const scene = await startScene({}, { leads: { lookup: false } })
    scene.workspace.addFault({ method: 'POST', path: '/contacts', count: 1, lost: true })

    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([
      'POST /contacts no answer',
      search,
    ])
    expect(scene.contacts()).toHaveLength(1)
  })

  test('a user whose create was unclear is created again: Intercom tells of the first', async () => {
    const { signUp, contacts, workspace } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', count: 1, lost: true })

    expect(await signUp(account)).toEqual([
      search,
      'POST /contacts no answer',
      'POST /contacts 409',
      'GET /contacts/* 200',
    ])
    expect(contacts()).toHaveLength(1)
  })
})
