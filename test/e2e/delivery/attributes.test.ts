import { describe, expect, test } from 'vitest'
import { account, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const refused = 'POST /contacts 400'
const list = 'GET /data_attributes?model=contact 200'

describe('custom attributes of another type than the workspace’s', () => {
  const attributes = [
    ...['team_size:integer', 'budget:float', 'demo:boolean', 'trial_ends:date'],
    ...['code:string', 'Plan:options(Free|Pro)'],
  ]
  const custom_attributes = {
    team_size: '25',
    budget: '99.5',
    demo: 'yes',
    trial_ends: '2026-12-24T00:00:00Z',
    code: 7,
    plan: ' pro ',
  }
  const typed = {
    team_size: 25,
    budget: 99.5,
    demo: true,
    trial_ends: 1_798_070_400,
    code: '7',
    Plan: 'Pro',
  }
  const get = 'GET /contacts/* 200'
  const update = 'PUT /contacts/* 200'

  test('are converted for a new person: search and create, and one list for the process', async () => {
    const { signUp, contacts, reasons } = await startScene({}, { attributes })

    expect(await signUp({ ...account, custom_attributes })).toEqual([list, search, create])
    expect(await signUp({ email: 'lin@example.com', custom_attributes })).toEqual([search, create])
    expect(contacts()).toMatchObject([{ custom_attributes: typed }, { custom_attributes: typed }])
    expect(reasons()).toEqual([])
  })

  test('cost a known person who lacks nothing the search only', async () => {
    for (const onExisting of ['fill', 'overwrite'] as const) {
      const { signUp } = await startScene({ onExisting }, { attributes })
      await signUp({ ...account, custom_attributes })

      expect(await signUp({ ...account, custom_attributes })).toEqual([search])
    }
  })

  test('are written once on a known person who lacks them', async () => {
    const { signUp, contacts } = await startScene({}, { attributes })
    await signUp(account)

    expect(await signUp({ ...account, custom_attributes })).toEqual([list, search, get, update])
    expect(await signUp({ ...account, custom_attributes })).toEqual([search])
    expect(contacts()).toMatchObject([{ custom_attributes: typed }])
  })

  test('are overwritten by a list that names them in any case', async () => {
    const { signUp, addContact, contacts } = await startScene(
      { onExisting: { overwrite: ['PLAN', 'Team_Size'] } },
      { attributes: [...attributes, 'signup_bridge_at:integer'] },
    )
    const old = { ...typed, Plan: 'Free', team_size: 1, code: 'old' }
    await addContact({ ...account, custom_attributes: old })

    await signUp({ ...account, occurred_at: 1_767_225_000, custom_attributes })

    expect(contacts()).toMatchObject([
      { custom_attributes: { ...typed, code: 'old', signup_bridge_at: 1_767_225_000 } },
    ])
  })

  test('are left out one by one if they do not convert, without a request that fails', async () => {
    const { signUp, contacts, parked, notes } = await startScene({}, { attributes })
    const wrong = { ...custom_attributes, team_size: 'many', plan: 'gold', unknown: 'x' }

    expect(await signUp({ ...account, custom_attributes: wrong })).toEqual([list, search, create])
    const { team_size: _size, Plan: _plan, ...rest } = typed
    expect(contacts()[0]?.custom_attributes).toEqual(rest)
    expect(parked()).toMatchObject([{ reason: 'attributes_refused' }])
    expect(notes.logged.find(({ event }) => event === 'incomplete')?.attributes).toEqual([
      'team_size: not of its type, integer',
      'plan: not one of its options',
      'unknown: not in the workspace',
    ])
  })

  test('are sent as they are by a token that may not list attributes, which asks once', async () => {
    const { signUp, contacts, workspace } = await startScene({}, { attributes })
    workspace.addFault({ path: '/data_attributes', status: 401, code: 'token_unauthorized' })
    const noList = 'GET /data_attributes?model=contact 401'

    expect(await signUp({ ...account, custom_attributes: { code: 'x' } })).toEqual([
      ...[noList, search, create],
    ])
    expect(await signUp({ external_id: '2', custom_attributes: { team_size: '25' } })).toEqual([
      ...[refused, create],
    ])
    expect(contacts()).toMatchObject([
      { custom_attributes: { code: 'x' } },
      { external_id: '2', custom_attributes: {} },
    ])
  })

  test('are converted again by a newer list when Intercom refuses them', async () => {
    const { signUp, contacts, workspace, time, reasons } = await startScene({}, { attributes })
    await signUp({ external_id: '1', custom_attributes: { code: 'x' } })
    await time.advance(30_000)
    const message = "Custom attribute 'later' does not exist"
    workspace.addFault({ method: 'POST', path: '/contacts', status: 400, message, count: 1 })

    expect(await signUp({ external_id: '2', custom_attributes: { team_size: '25' } })).toEqual([
      ...[refused, list, create],
    ])
    // The newer list does not explain the refusal: all are left out.
    expect(contacts()[1]).toMatchObject({ custom_attributes: {} })
    expect(reasons()).toEqual(['attributes_refused'])
  })
})

describe('custom attributes that Intercom refuses', () => {
  const custom_attributes = { plan: 'pro', team: 'x', seats: 'many', 'Team size': 3 }

  test('are left out, unknown and mistyped ones alike, and the contact is delivered', async () => {
    const { signUp, contacts, count, notes } = await startScene()

    expect(await signUp({ ...account, custom_attributes })).toEqual([list, search, create])
    expect(contacts()).toMatchObject([{ ...account, custom_attributes: { plan: 'pro' } }])
    expect(count('attributes_refused')).toBe(1)
    expect(notes.logged).toContainEqual(
      expect.objectContaining({
        event: 'incomplete',
        code: 'attributes_refused',
        attributes: [
          'team: not in the workspace',
          'seats: not of its type, integer',
          'Team size: not in the workspace',
        ],
      }),
    )
  })

  test('are left out when they are read-only', async () => {
    const { signUp, contacts } = await startScene(
      {},
      { attributes: ['plan', 'score:integer:readonly'] },
    )

    await signUp({ ...account, custom_attributes: { plan: 'pro', score: 1 } })

    expect(contacts()).toMatchObject([{ custom_attributes: { plan: 'pro' } }])
  })

  test('are parked in a copy, and its replay fills them in once they exist', async () => {
    const { signUp, contacts, parked, intercom, replay, drained } = await startScene()
    await signUp({ ...account, custom_attributes: { team: 'x' } })
    expect(parked()).toMatchObject([
      { reason: 'attributes_refused', code: undefined, source: 'backend', receives: 1 },
    ])
    await intercom('POST', '/data_attributes', {
      name: 'team',
      model: 'contact',
      data_type: 'string',
    })

    await replay()
    await drained()

    expect(contacts()).toMatchObject([{ ...account, custom_attributes: { team: 'x' } }])
    expect(parked()).toEqual([])
  })

  test('are checked again in a replay: one exists by now and is filled in, another is parked again', async () => {
    const { signUp, contacts, intercom, replay, drained, reasons, notes } = await startScene()
    await signUp({ ...account, custom_attributes: { team: 'x', later: 'y' } })
    await intercom('POST', '/data_attributes', {
      name: 'team',
      model: 'contact',
      data_type: 'string',
    })

    await replay()
    await drained()

    expect(contacts()).toMatchObject([{ custom_attributes: { team: 'x' } }])
    expect(reasons()).toEqual(['attributes_refused'])
    expect(notes.logged.findLast(({ event }) => event === 'incomplete')?.attributes).toEqual([
      'later: not in the workspace',
    ])
  })

  test('are left out when the value is not an option of theirs, after a 400 and after a 422', async () => {
    const { signUp, contacts, workspace } = await startScene(
      {},
      { attributes: ['size:options(s|m)'] },
    )
    await signUp({ external_id: '1', custom_attributes: { size: 'huge' } })
    const message = "Custom attribute 'size' must be one of its options"
    const refusal = { status: 422, code: 'data_invalid', message, count: 1 }
    workspace.addFault({ method: 'POST', path: '/contacts', ...refusal })
    await signUp({ external_id: '2', custom_attributes: { size: 'huge' } })

    expect(contacts()).toMatchObject([
      { external_id: '1', custom_attributes: {} },
      { external_id: '2', custom_attributes: {} },
    ])
  })

  test('are checked against a list that is cached for 10 minutes', async () => {
    const { signUp, time } = await startScene()
    const person = (id: string) => ({ external_id: id, custom_attributes: { team: 'x' } })

    expect(await signUp(person('1'))).toContain(list)
    expect(await signUp(person('2'))).toEqual([create])
    await time.advance(600_000)
    expect(await signUp(person('3'))).toContain(list)
  })

  test('are all left out when Intercom still refuses the rest', async () => {
    const { signUp, contacts, workspace, reasons } = await startScene()
    const message = "Custom attribute 'plan' does not exist"
    const fault = { status: 400, code: 'parameter_invalid', message, count: 1 }
    workspace.addFault({ method: 'POST', path: '/contacts', ...fault })

    expect(await signUp({ ...account, custom_attributes: { plan: 'pro', team: 'x' } })).toEqual([
      ...[list, search, refused, create],
    ])
    expect(contacts()).toMatchObject([{ ...account, custom_attributes: {} }])
    expect(reasons()).toEqual(['attributes_refused'])
  })

  test('are all left out when the list cannot be read', async () => {
    const { signUp, contacts, workspace, reasons } = await startScene()
    workspace.addFault({ method: 'GET', path: '/data_attributes', status: 403 })

    await signUp({ ...account, custom_attributes: { plan: 'pro', team: 'x' } })

    expect(contacts()).toMatchObject([{ ...account, custom_attributes: {} }])
    expect(reasons()).toEqual(['attributes_refused'])
  })

  test('are left out of an update, and the rest of it is written', async () => {
    const { signUp, addContact, contacts } = await startScene()
    await addContact({ external_id: '1', email: account.email })

    await signUp({ ...account, custom_attributes: { team: 'x' } })

    expect(contacts()).toMatchObject([{ name: 'Ada', custom_attributes: {} }])
  })

  test('are parked in one copy with another field that is refused', async () => {
    const { signUp, contacts, reasons, workspace } = await startScene()
    workspace.addFault({ admins: [1] })

    await signUp({ ...account, owner_id: 7, custom_attributes: { plan: 'pro', team: 'x' } })

    expect(contacts()).toMatchObject([{ owner_id: null, custom_attributes: { plan: 'pro' } }])
    expect(reasons()).toEqual(['fields_refused'])
  })

  test('keep the record in the queue while their copy cannot be parked', async () => {
    const scene = await startScene()
    scene.setDown({ sqs: true })
    await scene.enqueue('backend', [{ ...account, custom_attributes: { team: 'x' } }])
    await scene.passes(1_000)
    expect(scene.contacts()).toHaveLength(1)
    scene.setDown({})

    await scene.drained()

    expect(scene.contacts()).toHaveLength(1)
    expect(scene.reasons()).toEqual(['attributes_refused'])
  })
})
