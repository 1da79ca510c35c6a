import { describe, expect, test } from 'vitest'
import { account, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const refused = 'POST /contacts 400'
const list = 'GET /data_attributes?model=contact 200'

describe('custom attributes that Intercom refuses', () => {
  const custom_attributes = { plan: 'pro', team: 'x', seats: 'many', 'Team size': 3 }

  test('are left out, unknown and mistyped ones alike, and the contact is delivered', async () => {
    const { signUp, contacts, count, notes } = await startScene()

    expect(await signUp({ ...account, custom_attributes })).toEqual([search, refused, list, create])
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
    expect(await signUp(person('2'))).toEqual([refused, create])
    await time.advance(600_000)
    expect(await signUp(person('3'))).toContain(list)
  })

  test('are all left out when Intercom still refuses the rest', async () => {
    const { signUp, contacts, workspace, reasons } = await startScene()
    const message = "Custom attribute 'plan' does not exist"
    const fault = { status: 400, code: 'parameter_invalid', message, count: 2 }
    workspace.addFault({ method: 'POST', path: '/contacts', ...fault })

    expect(await signUp({ ...account, custom_attributes: { plan: 'pro', team: 'x' } })).toEqual([
      search,
      refused,
      list,
      refused,
      create,
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

  test('do not hide another refusal, which is parked once with Intercom’s code', async () => {
    const { signUp, contacts, parked, workspace } = await startScene()
    workspace.addFault({ admins: [1] })

    await signUp({ ...account, owner_id: 7, custom_attributes: { plan: 'pro' } })

    expect(contacts()).toEqual([])
    expect(parked()).toMatchObject([{ reason: 'intercom_rejected', code: 'parameter_invalid' }])
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
