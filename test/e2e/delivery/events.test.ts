import { describe, expect, test } from 'vitest'
import { defineBridge, signup, stripe } from '../../../src/lib/index.ts'
import { account, ada, startScene } from './scene.ts'

const at = 1_700_000_000
const events = {
  created: { name: 'signed-up' },
  paid: { name: 'paid', metadata: { plan: 'plan' } },
}
const post = 'POST /events 202'

/** Starts a bridge whose back end sends data events. */
const startEvents = async (
  options: Parameters<typeof startScene>[0] = {},
  more: Parameters<typeof startScene>[1] = {},
) => {
  const scene = await startScene({ events, ...options }, more)
  const { workspace } = scene
  const eventsOf = (id: string) =>
    workspace
      .events(id)
      .map(({ event_name, created_at, metadata }) => ({ event_name, created_at, metadata }))
  const posted = () => workspace.calls().filter(({ path }) => path === '/events')
  return { ...scene, eventsOf, posted, only: () => eventsOf(scene.contacts()[0]?.id ?? '') }
}

describe('a data event', () => {
  test('is posted after the contact, its tags, company and note, by the contact’s id', async () => {
    const { signUp, posted, contacts, only } = await startEvents()

    const requests = await signUp({
      ...{ ...account, occurred_at: at, tags: ['beta'], note: 'Hello' },
      company: { company_id: 'c-1' },
    })

    expect(requests.at(-1)).toBe(post)
    expect(requests).toHaveLength(8)
    expect(posted().map(({ body }) => body)).toEqual([
      { id: contacts()[0]?.id, event_name: 'signed-up', created_at: at },
    ])
    expect(only()).toMatchObject([{ event_name: 'signed-up', created_at: at }])
  })

  test('of a type that is no signup finds the person, and writes no contact', async () => {
    const { signUp, addContact, eventsOf } = await startEvents()
    const id = await addContact(account)

    const requests = await signUp({ event: 'paid', ...account, occurred_at: at, plan: 'pro' })

    expect(requests).toEqual(['GET /contacts/find_by_external_id/1 200', post])
    expect(eventsOf(id)).toEqual([
      { event_name: 'paid', created_at: at, metadata: { plan: 'pro' } },
    ])
  })

  test('of such a type creates a person whom it names and Intercom does not know', async () => {
    const { signUp, contacts, only } = await startEvents()

    expect(await signUp({ event: 'paid', ...account, occurred_at: at })).toEqual([
      'GET /contacts/find_by_external_id/1 404',
      'POST /contacts/search 200',
      'POST /contacts 200',
      post,
    ])
    // It says nothing of when they signed up.
    expect(contacts()).toMatchObject([{ ...account, signed_up_at: null }])
    await signUp({ ...account, occurred_at: at - 100 })
    expect(only()).toMatchObject([{ event_name: 'paid' }, { event_name: 'signed-up' }])
  })

  test('of such a type never makes a change that comes late count as old', async () => {
    const { signUp, contacts, only } = await startEvents({ on: ['created', 'updated'] })
    await signUp({ ...account, occurred_at: at })
    await signUp({ event: 'paid', ...account, occurred_at: at + 20 })

    await signUp({ event: 'updated', ...account, name: 'Ada King', occurred_at: at + 10 })

    expect(contacts()).toMatchObject([
      { name: 'Ada King', custom_attributes: { signup_bridge_at: at + 10 } },
    ])
    expect(only().map(({ event_name }) => event_name)).toEqual(['signed-up', 'paid'])
  })

  test('that is older than the newest change is posted still: it happened', async () => {
    const { signUp, contacts, only } = await startEvents({
      on: ['created', 'updated'],
      events: { ...events, updated: { name: 'changed' } },
    })
    await signUp({ event: 'updated', ...account, name: 'New', occurred_at: at + 10 })

    await signUp({ event: 'updated', ...account, name: 'Old', occurred_at: at })

    expect(contacts()).toMatchObject([{ name: 'New' }])
    expect(only().map(({ created_at }) => created_at)).toEqual([at + 10, at])
  })

  test('is posted even where an existing contact is skipped', async () => {
    const { signUp, addContact, eventsOf, time } = await startEvents({ onExisting: 'skip' })
    const id = await addContact({ ...account, name: null })
    await time.advance(60_000)

    const requests = await signUp({ ...account, occurred_at: at, tags: ['beta'] })

    expect(requests.filter((each) => !each.includes('/contacts'))).toEqual([post])
    expect(eventsOf(id)).toHaveLength(1)
  })

  test('of an archived person restores no one, and is not posted', async () => {
    const { signUp, addContact, intercom, posted, contacts, count } = await startEvents()
    const id = await addContact(account)
    await intercom('POST', `/contacts/${id}/archive`)

    await signUp({ event: 'paid', ...account, occurred_at: at })

    expect([posted(), contacts(), count('left_archived')]).toEqual([[], [], 1])
  })

  test('sent twice, and again by a replay, is one event', async () => {
    const { signUp, only, replay, drained, workspace, time, posted } = await startEvents()
    const body = { event: 'paid', ...account, occurred_at: at, event_id: 'e' }
    await signUp(body)
    await time.advance(400_000)
    workspace.addFault({ path: '/tags', status: 403, count: 1 })
    await signUp({ ...body, tags: ['x'] })
    await replay()
    await drained()

    expect(posted()).toHaveLength(3)
    expect(only()).toHaveLength(1)
  })

  test.each([
    ['a 503', { status: 503, count: 3 }],
    ['a lost response', { lost: true as const, count: 1 }],
    ['a page of a gateway', { status: 200, body: 'html' as const, count: 1 }],
  ])('is retried after %s, and is one event', async (_name, fault) => {
    const { signUp, only, workspace, reasons } = await startEvents()
    workspace.addFault({ path: '/events', ...fault })

    await signUp({ ...account, occurred_at: at })

    expect(only()).toHaveLength(1)
    expect(reasons()).toEqual([])
  })

  test('that Intercom refuses is named by a copy, whose replay posts it', async () => {
    const { signUp, parked, only, workspace, replay, drained } = await startEvents()
    workspace.addFault({ path: '/events', status: 403, count: 1 })
    await signUp({ ...account, occurred_at: at })
    expect(parked()).toMatchObject([{ reason: 'extras_failed', left_out: 'event' }])

    await replay()
    await drained()

    expect(only()).toHaveLength(1)
  })

  test('of a lead is posted by its Intercom id', async () => {
    const { joinWaitlist, only } = await startEvents(
      {},
      { leads: { events: { '*': { name: 'joined-waitlist' } } } },
    )

    await joinWaitlist(ada)

    expect(only()).toMatchObject([{ event_name: 'joined-waitlist' }])
  })

  test('of Stripe is posted for the person, never for the invoice', async () => {
    const shop = stripe({
      fields: { 'data.object.customer_email': 'email' },
      events: {
        'invoice.paid': {
          name: 'paid',
          metadata: { total: { amount: 'data.object.total', currency: 'data.object.currency' } },
        },
      },
    })
    const bridge = defineBridge({ sources: { backend: signup(), shop } })
    const { post, drained, only, contacts } = await startEvents({}, { bridge })
    const object = {
      ...{ id: 'in_1', object: 'invoice', customer: 'cus_1', customer_email: ada.email },
      ...{ total: 4_999, currency: 'eur' },
    }

    await post('shop', { id: 'evt_1', type: 'invoice.paid', created: at, data: { object } })
    await drained()

    expect(contacts()).toMatchObject([{ email: ada.email, external_id: null, name: null }])
    expect(only()).toEqual([
      {
        event_name: 'paid',
        created_at: at,
        metadata: { total: { amount: 4_999, currency: 'eur' } },
      },
    ])
  })
})
