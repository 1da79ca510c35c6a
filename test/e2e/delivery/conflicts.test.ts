import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const conflict = 'POST /contacts 409'
const get = 'GET /contacts/* 200'
const update = 'PUT /contacts/* 200'
const unarchive = 'POST /contacts/*/unarchive 200'
const hour = 3_600_000
const named = (id: string) => ({
  status: 409,
  code: 'conflict',
  message: `A contact matching those details already exists with id=${id}`,
  count: 1,
})

describe('a create that gets a 409', () => {
  test('updates the contact that the message names with `id=`', async () => {
    const { signUp, addContact, contacts } = await startScene({}, { indexLagMs: hour })
    const id = await addContact({ email: ada.email, external_id: '1' })

    expect(await signUp(account)).toEqual([search, conflict, get, update])
    expect(contacts()).toMatchObject([{ id, name: 'Ada' }])
  })

  test('fills a named contact with another external_id and counts external_id_differs', async () => {
    const { signUp, addContact, contacts, count, workspace } = await startScene()
    const id = await addContact({ email: 'other@example.com', external_id: '7' })
    workspace.addFault({ method: 'POST', path: '/contacts', ...named(id) })

    expect(await signUp(account)).toEqual([search, conflict, get, update])
    expect(contacts()).toMatchObject([{ id, external_id: '7', name: 'Ada' }])
    expect(count('external_id_differs')).toBe(1)
  })

  test('finds the contact by external_id when the message has no id', async () => {
    const { signUp, addContact, contacts, workspace } = await startScene({}, { indexLagMs: hour })
    await addContact({ external_id: '1' })
    workspace.addFault({ method: 'POST', path: '/contacts', status: 409, count: 1 })

    expect(await signUp(account)).toEqual([
      search,
      conflict,
      'GET /contacts/find_by_external_id/1 200',
      update,
    ])
    expect(contacts()).toMatchObject([account])
  })

  test('searches when no contact has the external_id, and retries later when none is found', async () => {
    const { signUp, contacts, workspace, count } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', status: 409, count: 1 })

    expect(await signUp(account)).toEqual([
      search,
      conflict,
      'GET /contacts/find_by_external_id/1 404',
      search,
      // Returned to the queue and received again.
      search,
      create,
    ])
    expect(count('conflict_unresolved')).toBe(1)
    expect(contacts()).toHaveLength(1)
  })
})

describe('an archived or deleted contact', () => {
  const startArchived = async (...args: Parameters<typeof startScene>) => {
    const scene = await startScene(...args)
    const id = await scene.addContact({ email: ada.email, external_id: '1' })
    await scene.intercom('POST', `/contacts/${id}/archive`)
    return { ...scene, id }
  }

  test('is restored and updated by a live signup', async () => {
    const { signUp, contacts, count, id } = await startArchived()

    expect(await signUp(account)).toEqual([search, conflict, unarchive, get, update])
    expect(contacts()).toMatchObject([{ id, name: 'Ada' }])
    expect(count('restored')).toBe(1)
  })

  test('parks the signup as contact_archived with `onArchived: park`', async () => {
    const { signUp, contacts, reasons } = await startArchived({ onArchived: 'park' })

    expect(await signUp(account)).toEqual([search, conflict])
    expect(contacts()).toEqual([])
    expect(reasons()).toEqual(['contact_archived'])
  })

  test('parks a replayed signup again, and is restored by a replay with `restore`', async () => {
    const { signUp, contacts, reasons, replay, drained } = await startArchived({
      onArchived: 'park',
    })
    await signUp(account)

    await replay()
    await drained()
    expect(reasons()).toEqual(['contact_archived'])

    await replay({ restore: true })
    await drained()
    expect(reasons()).toEqual([])
    expect(contacts()).toMatchObject([account])
  })

  test('is not restored by a replay without `restore`, even when its source restores', async () => {
    const scene = await startScene()
    scene.workspace.addFault({ method: 'POST', path: '/contacts', status: 410, count: 1 })
    await scene.signUp(account)
    const id = await scene.addContact(account)
    await scene.intercom('POST', `/contacts/${id}/archive`)

    scene.redrive()
    await scene.drained()

    expect(scene.reasons()).toEqual(['contact_archived'])
  })

  test('parks the signup as contact_deleted on the first receive when unarchive gets a 400', async () => {
    const { signUp, addContact, intercom, parked } = await startScene()
    const id = await addContact(account)
    await intercom('DELETE', `/contacts/${id}`)

    expect(await signUp(account)).toEqual([search, conflict, 'POST /contacts/*/unarchive 400'])
    expect(parked()).toMatchObject([
      { reason: 'contact_deleted', code: 'bad_request', receives: 1 },
    ])
  })

  test('parks the signup as contact_deleted on the fifth receive when unarchive gets a 500', async () => {
    const { signUp, addContact, intercom, parked, workspace } = await startScene()
    const id = await addContact(account)
    await intercom('DELETE', `/contacts/${id}`)
    workspace.addFault({ method: 'POST', path: '/contacts/*/unarchive', status: 500 })

    await signUp(account)

    expect(parked()).toMatchObject([
      { reason: 'contact_deleted', code: 'server_error', receives: 5 },
    ])
  })

  test('parks the signup as contact_deleted when it was merged into another contact', async () => {
    const { signUp, addContact, intercom, contacts, parked } = await startScene()
    const lead = await addContact({ role: 'lead', email: ada.email })
    const uuid = contacts()[0]?.external_id
    const user = await addContact({ email: ada.email })
    await intercom('POST', '/contacts/merge', { from: lead, into: user })

    await signUp({ email: 'new@example.com', external_id: uuid })

    expect(parked()).toMatchObject([{ reason: 'contact_deleted', code: 'bad_request' }])
  })
})

describe('a contact that disappears during a delivery', () => {
  const gone = { status: 404, code: 'not_found', message: 'User Not Found', count: 1 }

  test('makes the delivery start again after a 404 of a GET', async () => {
    const { signUp, addContact, contacts, workspace } = await startScene()
    await addContact({ email: ada.email, external_id: '1' })
    workspace.addFault({ method: 'GET', path: '/contacts/*', ...gone })

    expect(await signUp(account)).toEqual([
      search,
      'GET /contacts/* 404',
      search,
      conflict,
      get,
      update,
    ])
    expect(contacts()).toMatchObject([account])
  })

  test('makes the delivery start again after a 404 of a PUT', async () => {
    const { signUp, addContact, contacts, workspace } = await startScene()
    await addContact({ email: ada.email })
    workspace.addFault({ method: 'PUT', path: '/contacts/*', ...gone })

    expect(await signUp(account)).toEqual([search, get, 'PUT /contacts/* 404', search, create])
    expect(contacts().at(-1)).toMatchObject(account)
  })

  test('parks the signup as identity_conflict when it disappears twice', async () => {
    const { signUp, addContact, reasons, workspace } = await startScene()
    await addContact({ email: ada.email, external_id: '1' })
    workspace.addFault({ method: 'GET', path: '/contacts/*', ...gone, count: 2 })

    await signUp(account)

    expect(reasons()).toEqual(['identity_conflict'])
  })

  test('parks the signup as identity_conflict when it is merged twice', async () => {
    const scene = await startScene({}, { version: '2.16' })
    await scene.addContact({ email: ada.email, external_id: '1' })
    const merged = { status: 410, code: 'contact_merged', message: 'This contact has been merged.' }
    scene.workspace.addFault({ method: 'GET', path: '/contacts/*', ...merged })

    await scene.signUp(account)

    expect(scene.reasons()).toEqual(['identity_conflict'])
  })

  test('makes the delivery start again when it was merged, in API versions before 2.16 (404)', async () => {
    const { signUp, addContact, intercom, contacts, workspace } = await startScene(
      {},
      { indexLagMs: 0 },
    )
    const lead = await addContact({ role: 'lead', email: ada.email })
    const user = await addContact({ email: ada.email, external_id: '1' })
    await intercom('POST', '/contacts/merge', { from: lead, into: user })
    workspace.addFault({ method: 'POST', path: '/contacts', ...named(lead) })

    expect(await signUp({ email: 'a@example.com', external_id: '9' })).toEqual([
      search,
      conflict,
      'GET /contacts/* 404',
      search,
      create,
    ])
    expect(contacts()).toHaveLength(2)
  })

  test('is replaced by the canonical contact when it was merged, in API versions from 2.16 on (410)', async () => {
    const scene = await startScene({}, { version: '2.16' })
    const lead = await scene.addContact({ role: 'lead', email: ada.email })
    const user = await scene.addContact({ email: ada.email, external_id: '1' })
    await scene.intercom('POST', '/contacts/merge', { from: lead, into: user })
    scene.workspace.addFault({ method: 'POST', path: '/contacts', ...named(lead) })

    expect(await scene.signUp({ external_id: '1', name: 'Ada' })).toEqual([
      conflict,
      'GET /contacts/* 410',
      get,
      update,
    ])
    expect(scene.contacts()).toMatchObject([{ id: user, name: 'Ada' }])
  })

  test('parks the signup as identity_conflict when a PUT gets a 409 with another person’s contact', async () => {
    const { signUp, addContact, contacts, reasons, workspace } = await startScene()
    await addContact({ email: ada.email })
    const other = await addContact({ email: 'other@example.com', external_id: '7' })
    workspace.addFault({ method: 'PUT', path: '/contacts/*', ...named(other) })

    expect(await signUp(account)).toEqual([search, get, 'PUT /contacts/* 409', get])
    expect(reasons()).toEqual(['identity_conflict'])
    expect(contacts()).toHaveLength(2)
  })

  test.each([
    ['a lead', { role: 'lead', email: ada.email }],
    ['a user without an id', { email: ada.email }],
  ])(
    'is %s beside the account itself, which is filled, and counts contact_left',
    async (_what, beside) => {
      const { signUp, addContact, contacts, reasons, count } = await startScene()
      const id = await addContact({ email: 'old@example.com', external_id: '1' })
      await addContact(beside)

      expect(await signUp(account)).toEqual([search, get, 'PUT /contacts/* 409', get, update])
      expect(contacts()).toMatchObject([
        { id, email: 'old@example.com', name: 'Ada' },
        { email: ada.email, name: null },
      ])
      expect(reasons()).toEqual([])
      expect(count('contact_left')).toBe(1)
    },
  )

  test('is a lead with the e-mail that an account lacks: the account gets it', async () => {
    const { signUp, addContact, contacts, reasons } = await startScene()
    const id = await addContact({ external_id: '1' })
    await addContact({ role: 'lead', email: ada.email })

    await signUp(account)

    expect(contacts()[0]).toMatchObject({ id, ...account })
    expect(reasons()).toEqual([])
  })

  test('is replaced by the account when a PUT gets a 409 that names it before search shows it', async () => {
    const scene = await startScene({}, { indexLagMs: 60_000 })
    const first = await scene.addContact({ email: ada.email })
    await scene.time.advance(60_000)
    const second = await scene.addContact({ email: ada.email, external_id: '1' })

    expect(await scene.signUp(account)).toEqual([search, get, 'PUT /contacts/* 409', get, update])
    expect(scene.reasons()).toEqual([])
    expect(scene.contacts()).toMatchObject([
      { id: first, name: null },
      { id: second, name: 'Ada' },
    ])
  })
})

describe('an update that gets a 409 without an id', () => {
  test('continues with the contact that has the external_id', async () => {
    const scene = await startScene({}, { indexLagMs: 60_000 })
    await scene.addContact({ email: ada.email })
    await scene.time.advance(60_000)
    await scene.addContact({ email: ada.email, external_id: '1' })
    scene.workspace.addFault({ method: 'PUT', path: '/contacts/*', status: 409, count: 1 })

    expect(await scene.signUp(account)).toEqual([
      search,
      get,
      'PUT /contacts/* 409',
      'GET /contacts/find_by_external_id/1 200',
      update,
    ])
    expect(scene.reasons()).toEqual([])
  })

  test('is retried later when no contact has the external_id', async () => {
    const { signUp, addContact, contacts, workspace, count } = await startScene()
    await addContact({ email: ada.email })
    workspace.addFault({ method: 'PUT', path: '/contacts/*', status: 409, count: 1 })

    await signUp(account)

    expect(count('conflict_unresolved')).toBe(1)
    expect(contacts()).toMatchObject([account])
  })
})

test('a conflict that search never explains is parked on the fifth receive, past the lag of the index', async () => {
  const { signUp, parked, workspace, time, count } = await startScene()
  workspace.addFault({ method: 'POST', path: '/contacts', status: 409 })
  const startedMs = time.now()

  await signUp(account)

  expect(parked()).toMatchObject([{ reason: 'conflict_unresolved', receives: 5 }])
  expect(count('handed_back')).toBe(4)
  expect(time.now() - startedMs).toBeGreaterThanOrEqual(225_000)
})

describe('the live API’s recorded behaviour', () => {
  test('a lead who becomes a user keeps the id and gets the account’s external_id', async () => {
    const { joinWaitlist, signUp, contacts } = await startScene()
    await joinWaitlist({ email: ada.email })
    const [lead] = contacts()
    expect(lead).toMatchObject({
      role: 'lead',
      external_id: expect.stringMatching(/^[\da-f-]{36}$/),
    })

    await signUp(account)

    expect(contacts()).toMatchObject([{ id: lead?.id, role: 'user', external_id: '1' }])
  })

  test('a lead with the e-mail of an archived user is a new lead', async () => {
    const { joinWaitlist, addContact, intercom, contacts } = await startScene()
    const id = await addContact(account)
    await intercom('POST', `/contacts/${id}/archive`)

    expect(await joinWaitlist({ email: ada.email })).toEqual([search, create])
    expect(contacts()).toMatchObject([{ role: 'lead' }])
  })
})
