import { describe, expect, test } from 'vitest'
import { defineBridge, signup, standardWebhooks, stripe } from '../../../src/lib/index.ts'
import type { LifecycleOptions, SourceOptions } from '../../../src/lib/sources/source.ts'
import { start as now } from '../../support/clock.ts'
import { startScene } from './scene.ts'

const attributes = ['signup_bridge_at:integer', 'signup_bridge_source:string', 'plan:string']
const on = ['created', 'updated', 'deleted'] as const

/** The sender's times, in unix seconds. */
const at = { created: now - 300, updated: now - 200, deleted: now - 100 }
const created = {
  ...{ event: 'created', occurred_at: at.created, external_id: '1' },
  ...{ email: 'ada@example.com', name: 'Ada', phone: '+12813322575' },
}
const updated = {
  ...{ event: 'updated', occurred_at: at.updated, external_id: '1' },
  ...{ email: 'ada@new.example', name: 'Ada Lovelace', custom_attributes: { plan: 'pro' } },
}
const deleted = { event: 'deleted', occurred_at: at.deleted, external_id: '1' }

const start = (options: SourceOptions & LifecycleOptions = {}) =>
  startScene(
    {},
    { attributes, bridge: defineBridge({ sources: { backend: signup({ on, ...options }) } }) },
  )

const find = 'GET /contacts/find_by_external_id/1'

describe('an event of what changed', () => {
  test('overwrites what the sender says, and follows the account id', async () => {
    const { signUp, contacts } = await start()
    await signUp(created)

    expect(await signUp(updated)).toEqual([`${find} 200`, 'PUT /contacts/* 200'])

    expect(contacts()).toMatchObject([
      {
        external_id: '1',
        email: 'ada@new.example',
        name: 'Ada Lovelace',
        phone: '+12813322575',
        custom_attributes: {
          plan: 'pro',
          signup_bridge_at: at.updated,
          signup_bridge_source: 'backend',
        },
      },
    ])
  })

  test('that is delivered twice reads the contact, and writes nothing', async () => {
    const { signUp } = await start()
    await signUp(created)
    await signUp(updated)

    expect(await signUp(updated)).toEqual([`${find} 200`])
  })

  test('a null empties a field that the sender owns, and nothing else is changed', async () => {
    const { signUp, intercom, contacts } = await start()
    await signUp({ ...created, custom_attributes: { plan: 'pro' } })
    const id = contacts()[0]?.id
    await intercom('PUT', `/contacts/${id}`, { avatar: 'https://example.com/by-hand.png' })
    await signUp({ ...updated, phone: null, custom_attributes: { plan: null } })

    expect(contacts()).toMatchObject([{ phone: null, name: 'Ada Lovelace' }])
    expect(contacts()[0]?.custom_attributes).not.toHaveProperty('plan')
    expect(JSON.stringify(contacts())).toContain('by-hand.png')
  })

  test('before its signup creates the contact, and the signup adds when the user signed up', async () => {
    const { signUp, contacts } = await start()
    await signUp(updated)
    await signUp(created)

    expect(contacts()).toMatchObject([
      {
        email: 'ada@new.example',
        name: 'Ada Lovelace',
        phone: '+12813322575',
        signed_up_at: at.created,
      },
    ])
  })

  test('older than the newest replaces nothing', async () => {
    const { signUp, contacts } = await start()
    await signUp(created)
    await signUp({ ...updated, occurred_at: at.updated + 1 })
    await signUp({ ...updated, name: 'Countess' })

    expect(contacts()).toMatchObject([{ name: 'Ada Lovelace' }])
  })

  test('without a time only fills', async () => {
    const { signUp, contacts, count } = await start()
    await signUp(created)
    await signUp({ ...updated, occurred_at: undefined })

    expect(contacts()).toMatchObject([{ name: 'Ada', custom_attributes: { plan: 'pro' } }])
    expect(count('overwrite_degraded')).toBe(1)
  })

  test('fills if the source says so', async () => {
    const { signUp, contacts } = await start({ onExisting: 'fill' })
    await signUp(created)
    await signUp(updated)

    expect(contacts()).toMatchObject([{ name: 'Ada', email: 'ada@example.com' }])
  })

  test('a person without an account id is found by e-mail', async () => {
    const { signUp, contacts } = await start()
    await signUp({ ...created, external_id: undefined, role: 'user' })
    await signUp({ ...updated, external_id: undefined, email: 'ada@example.com' })

    expect(contacts()).toMatchObject([{ name: 'Ada Lovelace', external_id: null }])
  })
})

describe('an event of who was deleted', () => {
  test('marks and archives the contact', async () => {
    const { signUp, contacts } = await start()
    await signUp(created)

    expect(await signUp(deleted)).toEqual([
      `${find} 200`,
      'PUT /contacts/* 200',
      'POST /contacts/*/archive 200',
    ])
    expect(contacts()).toEqual([])
  })

  test('delivered twice does nothing more', async () => {
    const { signUp, contacts, reasons } = await start()
    await signUp(created)
    await signUp(deleted)
    await signUp(deleted)

    expect([contacts(), reasons()]).toEqual([[], []])
  })

  test('a late change leaves the contact archived', async () => {
    const { signUp, contacts, reasons, count } = await start()
    await signUp(created)
    await signUp(deleted)

    expect(await signUp(updated)).not.toContain('POST /contacts/*/unarchive 200')
    expect([contacts(), reasons(), count('left_archived')]).toEqual([[], [], 1])
  })

  test('a late signup leaves the contact archived', async () => {
    const { signUp, contacts, reasons, count } = await start()
    await signUp(created)
    await signUp(deleted)

    expect((await signUp({ ...created, event_id: 'again' })).at(-1)).toBe(
      'POST /contacts/*/archive 200',
    )
    expect([contacts(), reasons(), count('left_archived')]).toEqual([[], [], 1])
  })

  test('who signs up again later is restored', async () => {
    const { signUp, contacts } = await start()
    await signUp(created)
    await signUp(deleted)
    await signUp({ ...created, occurred_at: at.deleted + 50 })

    expect(contacts()).toMatchObject([
      { external_id: '1', custom_attributes: { signup_bridge_at: at.deleted + 50 } },
    ])
  })

  test('who signs up again later waits for you with onArchived: park', async () => {
    const { signUp, contacts, reasons } = await start({ onArchived: 'park' })
    await signUp(created)
    await signUp(deleted)
    await signUp({ ...created, occurred_at: at.deleted + 50 })

    expect([contacts(), reasons()]).toEqual([[], ['contact_archived']])
  })

  test('of an unknown person is done, and keeps its late signup away', async () => {
    const { signUp, contacts, reasons, count } = await start()
    await signUp(deleted)
    expect([contacts(), reasons(), count('not_found')]).toEqual([[], [], 1])

    await signUp(created)
    await signUp(updated)
    expect([contacts(), reasons(), count('left_archived')]).toEqual([[], [], 2])
  })

  test('of an unknown e-mail creates nothing', async () => {
    const { signUp, reasons } = await start()

    expect(
      await signUp({ ...deleted, external_id: undefined, email: 'eve@example.com', role: 'user' }),
    ).toEqual(['GET /data_attributes?model=contact 200', 'POST /contacts/search 200'])
    expect(reasons()).toEqual([])
  })

  test('by the e-mail alone removes only a contact that the source owns', async () => {
    const { signUp, addContact, contacts } = await start()
    await signUp({ ...created, external_id: undefined, role: 'user' })
    await addContact({ email: 'grace@example.com' })
    const byEmail = { ...deleted, external_id: undefined, role: 'user' }
    await signUp({ ...byEmail, email: 'ADA@example.com' })
    await signUp({ ...byEmail, email: 'grace@example.com' })

    expect(contacts()).toMatchObject([{ email: 'grace@example.com' }])
  })

  test('that names no one is refused', async () => {
    const { post, workspace } = await start()
    const { status, json } = await post('backend', { ...deleted, external_id: undefined })

    expect([status, json]).toMatchObject([422, { error: { code: 'invalid_signup' } }])
    expect(workspace.calls()).toEqual([])
  })

  test('does nothing with onDeleted: ignore', async () => {
    const { signUp, contacts, post } = await start({ onDeleted: 'ignore' })
    await signUp(created)

    expect((await post('backend', deleted)).json).toMatchObject({ status: 'ignored' })
    expect(contacts()).toHaveLength(1)
  })

  test('deletes permanently with onDeleted: delete; the order of the account is kept', async () => {
    const { post, drained, contacts, calls, reasons } = await start({ onDeleted: 'delete' })
    for (const event of [created, updated, deleted]) await post('backend', event)
    await drained()

    expect(calls().at(-1)).toBe('DELETE /contacts/* 200')
    expect([contacts(), reasons()]).toEqual([[], []])
  })
})

describe('an event after a permanent deletion', () => {
  test('creates no one while Intercom holds the id', async () => {
    const { signUp, contacts, reasons, count } = await start({ onDeleted: 'delete' })
    await signUp(created)
    await signUp(deleted)
    await signUp(updated)
    await signUp({ ...created, event_id: 'again' })

    expect([contacts(), reasons(), count('left_archived')]).toEqual([[], ['contact_deleted'], 1])
  })
})

describe('an event of an unknown kind', () => {
  test('is refused, so that the sender can fix it', async () => {
    const { post } = await start()
    const { status, json } = await post('backend', { ...created, event: 'renamed' })

    expect([status, json]).toMatchObject([422, { error: { code: 'invalid_signup' } }])
  })

  test('is ignored if the source does not take it', async () => {
    const { post } = await start({ on: ['created'] })

    expect((await post('backend', updated)).json).toMatchObject({ status: 'ignored' })
    expect((await post('backend', deleted)).json).toMatchObject({ status: 'ignored' })
  })

  test('that only the source’s own code says is ignored, too', async () => {
    const { post } = await start({
      on: ['created'],
      map: (input) => ({ ...input, event: 'deleted' }),
    })

    expect((await post('backend', created)).json).toMatchObject({ status: 'ignored' })
  })
})

describe('an event about a part of the person', () => {
  const billing = stripe({
    on,
    fields: { 'data.object.metadata.user': 'external_id' },
    attributes: { 'data.object.status': 'plan' },
  })
  const startBilling = (more: readonly string[] = ['signup_bridge_at_subscription:integer']) =>
    startScene(
      {},
      { attributes: [...attributes, ...more], bridge: defineBridge({ sources: { billing } }) },
    )
  let events = 0
  const eventOf = (type: string, created: number, object: object) => {
    events += 1
    const metadata = { user: '1' }
    return { id: `evt_${events}`, type, created, data: { object: { metadata, ...object } } }
  }
  const customer = (type: string, at: number, name: string) =>
    eventOf(`customer.${type}`, at, { object: 'customer', email: 'ada@example.com', name })
  const plan = (at: number, status: string) =>
    eventOf('customer.subscription.updated', at, { object: 'subscription', status })

  test('says nothing of what is newest of the person, nor the other way round', async () => {
    const { post, drained, contacts, reasons, count } = await startBilling()
    const all = [
      plan(now - 50, 'active'),
      customer('created', now - 90, 'Ada'),
      customer('updated', now - 80, 'Ada Lovelace'),
      plan(now - 60, 'trialing'),
    ]
    for (const event of all) {
      await post('billing', event)
      await drained()
    }

    expect([reasons(), count('overwrite_degraded')]).toEqual([[], 0])
    expect(contacts()).toMatchObject([
      {
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        custom_attributes: {
          plan: 'active',
          signup_bridge_at: now - 80,
          signup_bridge_at_subscription: now - 50,
        },
      },
    ])
  })

  test('only fills where the workspace has no mark for it', async () => {
    const { post, drained, contacts, count } = await startBilling([])
    for (const event of [plan(now - 60, 'trialing'), plan(now - 50, 'active')]) {
      await post('billing', event)
      await drained()
    }

    expect(contacts()).toMatchObject([{ custom_attributes: { plan: 'trialing' } }])
    expect(count('overwrite_degraded')).toBe(1)
  })

  test('does not bring back a person who was deleted', async () => {
    const { post, drained, contacts, reasons } = await startBilling()
    const deletion = eventOf('customer.deleted', now - 40, { object: 'customer' })
    for (const event of [customer('created', now - 90, 'Ada'), deletion, plan(now - 30, 'ended')]) {
      await post('billing', event)
      await drained()
    }

    expect([contacts(), reasons()]).toEqual([[], []])
  })
})

describe('a contact of another source', () => {
  const billing = standardWebhooks({
    types: { updated: ['changed'], deleted: ['gone'] },
    fields: { id: 'external_id', name: 'name' },
  })
  const startTwo = (options: LifecycleOptions = {}) =>
    startScene(
      {},
      {
        attributes,
        bridge: defineBridge({
          sources: {
            backend: signup({ on }),
            billing: { ...billing, options: { ...billing.options, ...options } },
          },
        }),
      },
    )
  const changed = {
    type: 'changed',
    id: '1',
    name: 'Mallory',
    timestamp: new Date(now * 1_000).toISOString(),
  }
  const gone = { ...changed, type: 'gone' }

  test('is neither changed nor deleted', async () => {
    const { signUp, post, drained, contacts, reasons } = await startTwo()
    await signUp(created)
    await post('billing', changed)
    await post('billing', gone)
    await drained()

    expect(contacts()).toMatchObject([{ name: 'Ada', phone: '+12813322575' }])
    expect(reasons()).toEqual(['contact_not_owned', 'contact_not_owned'])
  })

  test.each([{ accountsOf: ['backend'] }, { accountsOf: 'all' as const }])(
    'is changed and deleted with $accountsOf',
    async (options) => {
      const { signUp, post, drained, contacts, reasons } = await startTwo(options)
      await signUp(created)
      await post('billing', changed)
      await drained()
      expect(contacts()).toMatchObject([
        { name: 'Mallory', custom_attributes: { signup_bridge_source: 'backend' } },
      ])

      await post('billing', gone)
      await drained()
      expect([contacts(), reasons()]).toEqual([[], []])
    },
  )

  test('that no source owns is the only such source’s; of two of them no one’s', async () => {
    const one = await start()
    await one.addContact({ external_id: '1', name: 'Before' })
    await one.signUp(updated)
    expect(one.contacts()).toMatchObject([
      { name: 'Ada Lovelace', custom_attributes: { signup_bridge_source: 'backend' } },
    ])

    const two = await startTwo()
    await two.addContact({ external_id: '1', name: 'Before' })
    await two.signUp(updated)
    expect([two.contacts()[0]?.name, two.reasons()]).toEqual(['Before', ['contact_not_owned']])
  })

  test('is only filled by a source of new signups that overwrites', async () => {
    const on = ['created', 'updated'] as const
    const { signUp, post, drained, contacts } = await startScene(
      {},
      {
        attributes,
        bridge: defineBridge({
          sources: { backend: signup({ on }), crm: signup({ onExisting: 'overwrite' }) },
        }),
      },
    )
    await signUp({ ...created, phone: undefined })
    await post('crm', { ...created, event_id: 'c', occurred_at: now - 10, name: 'Mallory' })
    await drained()

    expect(contacts()).toMatchObject([{ name: 'Ada', phone: '+12813322575' }])
  })

  test('is not replaced by a signup that overwrites, either', async () => {
    const { addContact, signUp, contacts } = await start({ onExisting: 'overwrite' })
    await addContact({
      ...{ external_id: '1', name: 'Before' },
      custom_attributes: { signup_bridge_source: 'other' },
    })
    await signUp(created)

    expect(contacts()).toMatchObject([{ name: 'Before', phone: '+12813322575' }])
  })
})
