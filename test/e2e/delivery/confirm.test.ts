import { describe, expect, test } from 'vitest'
import { calendly, clerk, defineBridge, form, signup } from '../../../src/lib/index.ts'
import { startModel } from '../../model/model.ts'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'

const lag = { indexLagMs: 120_000, confirm: true } as const

const startConfirming = (...[options, more]: Parameters<typeof startScene>) =>
  startScene(options, { ...lag, ...more })

/** Time that passes while `work` runs, in seconds. */
const secondsOf = async (
  { time }: Awaited<ReturnType<typeof startScene>>,
  work: () => Promise<unknown>,
): Promise<number> => {
  const startedMs = time.now()
  await work()
  return Math.floor((time.now() - startedMs) / 1_000)
}

describe('a new contact', () => {
  test('is confirmed with one search, 180 s after it was created', async () => {
    const scene = await startConfirming()
    let requests: string[] = []

    const seconds = await secondsOf(scene, async () => {
      requests = await scene.joinWaitlist({ email: ada.email })
    })

    expect(requests).toEqual([search, create, search])
    expect(seconds).toBe(180)
    expect(scene.notes.logged.filter(({ event }) => event === 'delivered')).toMatchObject([
      { outcome: 'created', receives: 1, confirm_in_seconds: 180 },
      { outcome: 'confirmed', receives: 2 },
    ])
    expect(scene.count('created')).toBe(1)
    expect(scene.count('confirmed')).toBe(1)
    expect(scene.count('held')).toBe(1)
    expect(scene.count('delivered')).toBe(1)
    expect(scene.count('handed_back')).toBe(0)
  })

  test('is not confirmed with CONFIRM=false', async () => {
    const scene = await startConfirming({}, { confirm: false })

    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([search, create])
  })

  test('waits as long as SEARCH_LAG_SECONDS says', async () => {
    const scene = await startConfirming({}, { environment: { SEARCH_LAG_SECONDS: '120' } })

    expect(await secondsOf(scene, () => scene.joinWaitlist({ email: ada.email }))).toBe(120)
  })

  test('is not confirmed without a lag', async () => {
    const scene = await startConfirming({}, { environment: { SEARCH_LAG_SECONDS: '0' } })

    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([search, create])
  })

  test('of Clerk alone is not confirmed: Intercom refuses a second one', async () => {
    const model = await startModel({
      bridge: defineBridge({ sources: { clerk: clerk() } }),
      indexLagMs: 120_000,
    })
    await model.post('clerk', {
      type: 'user.created',
      object: 'event',
      timestamp: model.time.now(),
      data: {
        id: 'user_1',
        email_addresses: [{ id: 'e', email_address: ada.email }],
        primary_email_address_id: 'e',
        created_at: model.time.now(),
      },
    })
    await model.drained()

    expect(model.workspace.calls()).toHaveLength(2)
  })

  test.each([
    ['waits', undefined, 180],
    ['does not wait', 'user', 0],
  ] as const)('of an account beside calendly({ role: %s }) %s', async (_text, role, seconds) => {
    const model = await startModel({
      bridge: defineBridge({
        sources: { backend: signup({ role: 'user' }), demo: calendly(role ? { role } : {}) },
      }),
      indexLagMs: 120_000,
    })
    const startedMs = model.time.now()
    await model.post('backend', { ...account, event_id: '1' })
    await model.drained()

    expect(Math.round((model.time.now() - startedMs) / 1_000)).toBe(seconds)
  })

  test('that exists when it is received is not held', async () => {
    const scene = await startConfirming()
    await scene.addContact({ email: ada.email })
    await scene.time.advance(200_000)

    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([search])
  })

  test.each([0, -600_000, 600_000])(
    'created by a request whose response was lost is held, too, with Intercom’s clock %i ms ahead',
    async (skewMs) => {
      const scene = await startConfirming({}, { skewMs })
      scene.workspace.addFault({ method: 'POST', path: '/contacts', count: 1, lost: true })

      expect(await scene.signUp(account)).toEqual([
        search,
        'POST /contacts no response',
        'POST /contacts 409',
        get,
        search,
      ])
    },
  )

  test.each([
    ['1', 1],
    ['2', 2],
    ['5', 5],
  ])('that search never shows is held once by each of %s workers', async (_text, workers) => {
    for (const indexLagMs of [400_000, 1e12]) {
      const scene = await startConfirming({}, { workers, indexLagMs })

      expect(await secondsOf(scene, () => scene.signUp(account))).toBe(180)
      await scene.joinWaitlist({ email: 'grace@example.com' })

      expect(scene.count('held')).toBeLessThanOrEqual(1 + workers)
      expect(scene.reasons()).toEqual([])
    }
  })

  test('is not held if a source with `lookup: false` updates one that was there', async () => {
    const scene = await startConfirming({ lookup: false })
    await scene.addContact({ email: ada.email, external_id: '1' })
    await scene.time.advance(200_000)

    expect(await scene.signUp(account)).toEqual(['POST /contacts 409', get, update])
  })

  test('is held if a source with `lookup: false` gives it this e-mail', async () => {
    const scene = await startConfirming({ lookup: false })
    await scene.addContact({ external_id: '1' })
    await scene.time.advance(200_000)

    expect(await scene.signUp(account)).toEqual(['POST /contacts 409', get, update, search])
    await scene.joinWaitlist({ email: ada.email })
    expect(scene.contacts()).toHaveLength(1)
  })

  test('restored from the archive is held: search does not show it yet', async () => {
    const scene = await startConfirming()
    const id = await scene.addContact(account)
    await scene.intercom('POST', `/contacts/${id}/archive`)
    await scene.time.advance(200_000)

    expect(await secondsOf(scene, () => scene.signUp(account))).toBe(180)
    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([search])
  })

  test('found by its phone, which gets the e-mail, is held: search by e-mail does not show it yet', async () => {
    const scene = await startConfirming()
    const phone = '+14155550100'
    await scene.joinWaitlist({ phone })

    expect(await scene.joinWaitlist({ email: ada.email, phone })).toEqual([
      search,
      get,
      update,
      search,
    ])
    await scene.joinWaitlist({ email: ada.email })
    expect(scene.contacts()).toMatchObject([{ phone, email: ada.email }])
  })
})

describe('the person’s next signup', () => {
  const bothAtOnce = async (workers: number, first: object, second: object) => {
    const model = await startModel({
      bridge: defineBridge({
        sources: {
          backend: signup(),
          waitlist: form({ role: 'lead' }),
          demo: form({ role: 'lead' }),
        },
      }),
      indexLagMs: 120_000,
      workers,
    })
    await model.enqueue('backend', [first, second])
    await model.drained()
    return model
  }
  const asLead = { role: 'lead', email: ada.email }

  test.each([
    ['two forms', asLead, { ...asLead, name: 'Ada' }, 'lead'],
    ['a form, then an account', asLead, account, 'user'],
    ['an account, then a form', account, asLead, 'user'],
    ['a user without an id, then an account', ada, account, 'user'],
    ['a user without an id, then a form', ada, asLead, 'user'],
    ['a form, then a user without an id', asLead, ada, 'user'],
  ])('waits, and finds the contact: %s', async (_name, first, second, role) => {
    for (const workers of [1, 2]) {
      const model = await bothAtOnce(workers, first, second)

      expect(model.contacts()).toMatchObject([{ role, email: ada.email, name: 'Ada' }])
      expect(model.parked()).toEqual([])
    }
  })

  test('is delivered right after the confirmation, and its contact is not confirmed again', async () => {
    const model = await bothAtOnce(2, asLead, account)

    expect(model.workspace.calls().map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 200',
      'POST 200',
      'POST 200',
      'POST 200',
      'GET 200',
      'PUT 200',
    ])
  })

  /** Signups of Ada in one batch: the second one waits with the first, so it is received twice. */
  const inOneBatch = async (options: Parameters<typeof startScene>[0], ...bodies: object[]) => {
    const scene = await startConfirming(options)
    const posts = bodies.map((body, at) =>
      scene.request('backend', { email: ada.email, event_id: `${at}`, ...body }),
    )
    await scene.time.run(Promise.all(posts))
    await scene.drained()
    return scene
  }

  test('adds its own company, tag and note to the contact', async () => {
    const extrasOf = (id: string) => ({ company: { company_id: id, name: id }, tags: [id] })
    for (const onExisting of ['fill', 'skip', 'overwrite'] as const) {
      const [first, second] = [extrasOf('c-1'), { ...extrasOf('c-2'), note: 'met at the fair' }]
      const scene = await inOneBatch({ onExisting, role: 'lead' }, first, second)

      expect(scene.contacts()).toMatchObject([
        { companies: { total_count: 2 }, tags: { total_count: 2 }, notes: { total_count: 1 } },
      ])
    }
  })

  test('is not logged as a confirmation, nor filled in with `skip`, though it was received twice', async () => {
    const scene = await inOneBatch({ onExisting: 'skip', role: 'lead' }, {}, { name: 'Ada' })

    expect(scene.notes.logged.filter(({ event }) => event === 'delivered')).toMatchObject([
      { outcome: 'created', receives: 1 },
      { outcome: 'confirmed', receives: 2 },
      { outcome: 'unchanged', receives: 2 },
    ])
    expect([scene.count('held'), scene.count('confirmed')]).toEqual([1, 1])
    expect(scene.contacts()).toMatchObject([{ name: null }])
  })

  test('of another account with this address waits once: search shows the first one', async () => {
    const scene = await startConfirming()
    const seconds = await secondsOf(scene, async () => {
      for (const external_id of ['1', '2', '3']) {
        await scene.post('backend', { ...ada, external_id, event_id: external_id })
      }
      await scene.drained()
    })

    expect(seconds).toBeLessThan(200)
    expect(await scene.joinWaitlist({ email: ada.email })).toEqual([search])
    expect(scene.contacts()).toHaveLength(3)
  })

  test('of another person does not wait', async () => {
    const model = await startModel({ indexLagMs: 120_000 })
    const startedMs = model.time.now()
    await model.enqueue('backend', [
      { event_id: '1', email: 'ada@example.com' },
      { event_id: '2', email: 'grace@example.com' },
    ])
    await model.passes(5_000)

    expect(model.contacts()).toHaveLength(2)
    expect(model.time.now() - startedMs).toBe(5_000)
  })
})

describe('what is confirmed', () => {
  const extras = {
    tags: ['beta'],
    company: { company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' },
  }

  test('has its tags and its company at once, and they are not added again', async () => {
    const scene = await startConfirming()

    expect(await scene.signUp({ ...account, ...extras })).toEqual([
      search,
      create,
      'POST /tags 200',
      'POST /contacts/*/tags 200',
      'POST /companies 200',
      'POST /contacts/*/companies 200',
      search,
      // The id alone, which says whether it is attached.
      'POST /companies 200',
    ])
  })

  test('does not undo what a colleague changed on the company meanwhile', async () => {
    const scene = await startConfirming()
    const first = scene.signUp({ ...account, ...extras })
    await scene.passes(60_000)
    const grace = { email: 'grace@example.com', external_id: '2', event_id: 'g' }
    await scene.post('backend', { ...grace, company: { company_id: 'c-1', plan: 'free' } })
    await first

    const { json } = await scene.intercom('POST', '/companies', { company_id: 'c-1' })
    expect(json).toMatchObject({ plan: { name: 'free' } })
  })

  test.each(['fill', 'skip', 'overwrite'] as const)(
    'parks what it left out once, with `%s`',
    async (onExisting) => {
      const scene = await startConfirming({ onExisting })

      await scene.signUp({ ...account, custom_attributes: { unknown_here: 'x' } })

      expect(scene.reasons()).toEqual(['attributes_refused'])
      expect(scene.notes.logged.filter(({ event }) => event === 'incomplete')).toHaveLength(1)
      expect(scene.count('confirmed')).toBe(1)
    },
  )

  test.each([
    ['an account', account],
    ['a lead', { email: ada.email, role: 'lead' }],
  ])('has its company as the signup says, if it failed before: %s', async (_who, person) => {
    const scene = await startConfirming()
    await scene.intercom('POST', '/companies', { company_id: 'c-1', plan: 'free' })
    scene.workspace.addFault({ path: '/companies', status: 503, count: 3 })

    await scene.signUp({ ...person, ...extras })

    const { json } = await scene.intercom('POST', '/companies', { company_id: 'c-1' })
    expect(json).toMatchObject({ plan: { name: 'pro' } })
    expect(scene.contacts()).toMatchObject([{ companies: { total_count: 1 } }])
  })

  test('has its note once, also if the token may not list notes', async () => {
    for (const status of [undefined, 403]) {
      const scene = await startConfirming()
      if (status) scene.workspace.addFault({ method: 'GET', path: '/contacts/*/notes', status })

      await scene.signUp({ ...account, note: 'met at the fair' })

      expect(scene.contacts()).toMatchObject([{ notes: { total_count: 1 } }])
    }
  })

  test('is looked up with `lookup: false`, too', async () => {
    const scene = await startConfirming({ lookup: false })

    expect(await scene.signUp(account)).toEqual([create, search])
  })

  test('counts no degraded overwrite', async () => {
    const scene = await startConfirming({ onExisting: 'overwrite' })

    await scene.signUp(account)

    expect(scene.count('overwrite_degraded')).toBe(0)
    expect(scene.count('confirmed')).toBe(1)
  })
})
