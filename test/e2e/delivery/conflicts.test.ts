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

describe('409', () => {
  test('with `id=` in its message → as existing', async () => {
    const { signUp, existing, contacts } = await startScene({}, { indexLagMs: hour })
    const id = await existing({ email: ada.email, external_id: '1' })

    expect(await signUp(account)).toEqual([search, conflict, get, update])
    expect(contacts()).toMatchObject([{ id, name: 'Ada' }])
  })

  test('naming a contact with a different external_id → fill, and counted', async () => {
    const { signUp, existing, contacts, count, workspace } = await startScene()
    const id = await existing({ email: 'other@example.com', external_id: '7' })
    workspace.addFault({ method: 'POST', path: '/contacts', ...named(id) })

    expect(await signUp(account)).toEqual([search, conflict, get, update])
    expect(contacts()).toMatchObject([{ id, external_id: '7', name: 'Ada' }])
    expect(count('external_id_differs')).toBe(1)
  })

  test('without an id → find_by_external_id', async () => {
    const { signUp, existing, contacts, workspace } = await startScene({}, { indexLagMs: hour })
    await existing({ external_id: '1' })
    workspace.addFault({ method: 'POST', path: '/contacts', status: 409, count: 1 })

    expect(await signUp(account)).toEqual([
      search,
      conflict,
      'GET /contacts/find_by_external_id/1 200',
      update,
    ])
    expect(contacts()).toMatchObject([account])
  })

  test('without an id, found by none → search; still nothing → retry later', async () => {
    const { signUp, contacts, workspace, count } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', status: 409, count: 1 })

    expect(await signUp(account)).toEqual([
      search,
      conflict,
      'GET /contacts/find_by_external_id/1 404',
      search,
      // Handed back, and received again.
      search,
      create,
    ])
    expect(count('conflict_unresolved')).toBe(1)
    expect(contacts()).toHaveLength(1)
  })
})

describe('409, archived contact', () => {
  const startArchived = async (...given: Parameters<typeof startScene>) => {
    const scene = await startScene(...given)
    const id = await scene.existing({ email: ada.email, external_id: '1' })
    await scene.intercom('POST', `/contacts/${id}/archive`)
    return { ...scene, id }
  }

  test('a live signup restores it: unarchive, then as existing', async () => {
    const { signUp, contacts, count, id } = await startArchived()

    expect(await signUp(account)).toEqual([search, conflict, unarchive, get, update])
    expect(contacts()).toMatchObject([{ id, name: 'Ada' }])
    expect(count('restored')).toBe(1)
  })

  test('`onArchived: park` → parked contact_archived', async () => {
    const { signUp, contacts, reasons } = await startArchived({ onArchived: 'park' })

    expect(await signUp(account)).toEqual([search, conflict])
    expect(contacts()).toEqual([])
    expect(reasons()).toEqual(['contact_archived'])
  })

  test('a replay parks it again, and restores it where it is told to', async () => {
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

  test('a replay of a source that restores does not, either: a dead letter may be old', async () => {
    const scene = await startScene()
    scene.workspace.addFault({ method: 'POST', path: '/contacts', status: 422, count: 1 })
    await scene.signUp(account)
    const id = await scene.existing(account)
    await scene.intercom('POST', `/contacts/${id}/archive`)

    scene.redrive()
    await scene.drained()

    expect(scene.reasons()).toEqual(['contact_archived'])
  })

  test('deleted for good, refused with 400 → parked contact_deleted at once', async () => {
    const { signUp, existing, intercom, parked } = await startScene()
    const id = await existing(account)
    await intercom('DELETE', `/contacts/${id}`)

    expect(await signUp(account)).toEqual([search, conflict, 'POST /contacts/*/unarchive 400'])
    expect(parked()).toMatchObject([
      { reason: 'contact_deleted', code: 'bad_request', receives: 1 },
    ])
  })

  test('deleted for good, answered with 500 → parked contact_deleted on the fifth receive', async () => {
    const { signUp, existing, intercom, parked, workspace } = await startScene()
    const id = await existing(account)
    await intercom('DELETE', `/contacts/${id}`)
    workspace.addFault({ method: 'POST', path: '/contacts/*/unarchive', status: 500 })

    await signUp(account)

    expect(parked()).toMatchObject([
      { reason: 'contact_deleted', code: 'server_error', receives: 5 },
    ])
  })

  test('merged into another → parked contact_deleted: Intercom does not restore it', async () => {
    const { signUp, existing, intercom, contacts, parked } = await startScene()
    const lead = await existing({ role: 'lead', email: ada.email })
    const uuid = contacts()[0]?.external_id
    const user = await existing({ email: ada.email })
    await intercom('POST', '/contacts/merge', { from: lead, into: user })

    await signUp({ email: 'new@example.com', external_id: uuid })

    expect(parked()).toMatchObject([{ reason: 'contact_deleted', code: 'bad_request' }])
  })
})

describe('a contact that goes away', () => {
  const gone = { status: 404, code: 'not_found', message: 'User Not Found', count: 1 }

  test('GET 404 → start again once', async () => {
    const { signUp, existing, contacts, workspace } = await startScene()
    await existing({ email: ada.email, external_id: '1' })
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

  test('PUT 404 → start again once', async () => {
    const { signUp, existing, contacts, workspace } = await startScene()
    await existing({ email: ada.email })
    workspace.addFault({ method: 'PUT', path: '/contacts/*', ...gone })

    expect(await signUp(account)).toEqual([search, get, 'PUT /contacts/* 404', search, create])
    expect(contacts().at(-1)).toMatchObject(account)
  })

  test('gone a second time → parked identity_conflict', async () => {
    const { signUp, existing, reasons, workspace } = await startScene()
    await existing({ email: ada.email, external_id: '1' })
    workspace.addFault({ method: 'GET', path: '/contacts/*', ...gone, count: 2 })

    await signUp(account)

    expect(reasons()).toEqual(['identity_conflict'])
  })

  test('merged a second time → parked identity_conflict', async () => {
    const scene = await startScene({}, { version: '2.16' })
    await scene.existing({ email: ada.email, external_id: '1' })
    const merged = { status: 410, code: 'contact_merged', message: 'This contact has been merged.' }
    scene.workspace.addFault({ method: 'GET', path: '/contacts/*', ...merged })

    await scene.signUp(account)

    expect(scene.reasons()).toEqual(['identity_conflict'])
  })

  test('merged, on API versions below 2.16: 404 → start again once', async () => {
    const { signUp, existing, intercom, contacts, workspace } = await startScene(
      {},
      { indexLagMs: 0 },
    )
    const lead = await existing({ role: 'lead', email: ada.email })
    const user = await existing({ email: ada.email, external_id: '1' })
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

  test('merged, from 2.16 on: 410 → the canonical contact is followed', async () => {
    const scene = await startScene({}, { version: '2.16' })
    const lead = await scene.existing({ role: 'lead', email: ada.email })
    const user = await scene.existing({ email: ada.email, external_id: '1' })
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

  test('PUT 409 naming another person’s contact → parked identity_conflict', async () => {
    const { signUp, existing, contacts, reasons } = await startScene()
    await existing({ email: ada.email })
    await existing({ email: 'other@example.com', external_id: '1' })

    expect(await signUp(account)).toEqual([search, get, 'PUT /contacts/* 409', get])
    expect(reasons()).toEqual(['identity_conflict'])
    expect(contacts()).toHaveLength(2)
  })

  test('PUT 409 naming the very account, which search does not show yet → goes on there', async () => {
    const scene = await startScene({}, { indexLagMs: 60_000 })
    const first = await scene.existing({ email: ada.email })
    await scene.time.advance(60_000)
    const second = await scene.existing({ email: ada.email, external_id: '1' })

    expect(await scene.signUp(account)).toEqual([search, get, 'PUT /contacts/* 409', get, update])
    expect(scene.reasons()).toEqual([])
    expect(scene.contacts()).toMatchObject([
      { id: first, name: null },
      { id: second, name: 'Ada' },
    ])
  })
})

describe('409 of a PUT without an id', () => {
  test('→ find_by_external_id: the very account → goes on there', async () => {
    const scene = await startScene({}, { indexLagMs: 60_000 })
    await scene.existing({ email: ada.email })
    await scene.time.advance(60_000)
    await scene.existing({ email: ada.email, external_id: '1' })
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

  test('found by none → retry later', async () => {
    const { signUp, existing, contacts, workspace, count } = await startScene()
    await existing({ email: ada.email })
    workspace.addFault({ method: 'PUT', path: '/contacts/*', status: 409, count: 1 })

    await signUp(account)

    expect(count('conflict_unresolved')).toBe(1)
    expect(contacts()).toMatchObject([account])
  })
})

describe('recorded against the live API', () => {
  test('lead → user keeps the id, and takes the account’s external_id', async () => {
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

  test('a lead for the e-mail of an archived user is a new lead', async () => {
    const { joinWaitlist, existing, intercom, contacts } = await startScene()
    const id = await existing(account)
    await intercom('POST', `/contacts/${id}/archive`)

    expect(await joinWaitlist({ email: ada.email })).toEqual([search, create])
    expect(contacts()).toMatchObject([{ role: 'lead' }])
  })
})
