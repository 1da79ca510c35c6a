import { describe, expect, test } from 'vitest'
import type { LifecycleOptions, SourceOptions } from '../../../src/lib/sources/source.ts'
import { account, ada, startScene } from './scene.ts'

type Options = SourceOptions & LifecycleOptions

/** `Newsletter` reaches everyone who does not leave it, `Product updates` only who joins it. */
const subscriptions = { Newsletter: 'news', 'product UPDATES': 'updates' }
const listTypes = 'GET /subscription_types 200'
const attach = 'POST /contacts/*/subscriptions 200'
const time = 1_767_225_000
const attributes = ['signup_bridge_at:integer', 'signup_bridge_source', 'agreed_at:date']

const startSubscriptions = async (options: Options = { subscriptions }) => {
  const scene = await startScene(options, { leads: { subscriptions }, attributes })
  /** Whether Ada gets the e-mails of each type. */
  const gets = () => {
    const [contact] = scene.contacts()
    return {
      newsletter: contact?.opted_out_subscription_types.total_count === 0,
      updates: contact?.opted_in_subscription_types.total_count === 1,
    }
  }
  const existing = async (choices: { left?: boolean; joined?: boolean } = {}) => {
    const id = await scene.addContact(account)
    const path = `/contacts/${id}/subscriptions`
    if (choices.left) await scene.intercom('POST', path, { id: '1', consent_type: 'opt_out' })
    if (choices.joined) await scene.intercom('POST', path, { id: '2', consent_type: 'opt_in' })
    await scene.time.advance(2_000)
    return id
  }
  return { ...scene, gets, existing }
}

describe('a new contact', () => {
  test.each([
    ['a yes', { news: 'yes', updates: true }, { newsletter: true, updates: true }],
    ['a no', { news: 'no', updates: false }, { newsletter: false, updates: false }],
    ['an empty box', { news: '', updates: null }, { newsletter: false, updates: false }],
    ['no box', {}, { newsletter: false, updates: false }],
    [
      'the hidden input of a box',
      { news: '0', updates: ['0', '1'] },
      { newsletter: false, updates: true },
    ],
    [
      'an answer that is neither',
      { news: 'maybe', updates: 'perhaps' },
      { newsletter: false, updates: false },
    ],
  ])('gets what %s says', async (_title, answers, expected) => {
    const { signUp, gets } = await startSubscriptions()

    await signUp({ ...account, ...answers })

    expect(gets()).toEqual(expected)
  })

  test('costs one request for each choice that differs from the default, and one list in 10 min', async () => {
    const { signUp } = await startSubscriptions()

    expect(await signUp({ ...account, news: 'no', updates: 'yes' })).toEqual([
      'POST /contacts/search 200',
      'POST /contacts 200',
      listTypes,
      attach,
      attach,
    ])
    expect(
      await signUp({ email: 'lin@example.com', external_id: '2', news: 'yes', updates: 'no' }),
    ).toEqual(['POST /contacts/search 200', 'POST /contacts 200'])
  })
})

describe('an existing contact', () => {
  test('joins with a yes that was just given, also what it had left', async () => {
    const { signUp, gets, existing } = await startSubscriptions()
    await existing({ left: true })

    await signUp({ ...account, news: true, updates: 'Ja, gerne' })

    expect(gets()).toEqual({ newsletter: true, updates: true })
  })

  test.each([
    ['false', false],
    ['no', 'No'],
    ['a word of an opt-out', 'unsubscribe'],
    ['another', 'opted_out'],
  ])('leaves with an explicit no: %s', async (_title, no) => {
    const { signUp, gets, existing } = await startSubscriptions()
    await existing({ joined: true })

    await signUp({ ...account, news: no, updates: no })

    expect(gets()).toEqual({ newsletter: false, updates: false })
  })

  test.each([
    ['an empty box', { news: '', updates: null }],
    ['no box', {}],
    ['the hidden input of an unticked box', { news: '0', updates: 'off' }],
    ['an answer that is neither', { news: 'maybe', updates: 'perhaps' }],
  ])('keeps its choices with %s', async (_title, answers) => {
    for (const choices of [{ joined: true }, { left: true }]) {
      const { signUp, gets, existing } = await startSubscriptions()
      await existing(choices)
      const before = gets()

      expect(await signUp({ ...account, ...answers })).not.toContain(listTypes)
      expect(gets()).toEqual(before)
    }
  })

  test('leaves with `skip`, too, and joins nothing', async () => {
    const { signUp, gets, existing } = await startSubscriptions({
      subscriptions,
      onExisting: 'skip',
    })
    await existing({})

    await signUp({ ...account, news: 'no', updates: 'yes', tags: ['beta'] })

    expect(gets()).toEqual({ newsletter: false, updates: false })
  })

  test('joins by a form that the visitor posts', async () => {
    const { joinWaitlist, gets, existing } = await startSubscriptions({})
    await existing({ left: true })

    await joinWaitlist({ email: ada.email, news: 'on', updates: 'on' })

    expect(gets()).toEqual({ newsletter: true, updates: true })
  })

  test('joins nothing by an older event, and leaves by one', async () => {
    const { signUp, gets, count } = await startSubscriptions({
      subscriptions,
      on: ['created', 'updated'],
    })
    await signUp({
      ...account,
      event: 'updated',
      occurred_at: time + 9,
      news: true,
      updates: false,
    })

    await signUp({ ...account, event: 'updated', occurred_at: time, news: false, updates: true })

    expect(gets()).toEqual({ newsletter: false, updates: false })
    expect(count('opt_in_withheld')).toBe(2)
  })
})

describe('a subscription that does not exist', () => {
  test.each(['Nowhere', 'Old news', '3', '99'])(
    'leaves a copy that names it, and the others are made: %s',
    async (name) => {
      const scene = await startSubscriptions({
        subscriptions: { [name]: 'news', 'Product updates': 'updates' },
      })

      await scene.signUp({ ...account, news: 'no', updates: 'yes', tags: ['beta'] })

      expect(scene.gets().updates).toBe(true)
      expect(scene.contacts()).toMatchObject([{ tags: { total_count: 1 } }])
      expect(scene.parked()).toMatchObject([
        { reason: 'extras_failed', left_out: `subscriptions.${name}` },
      ])
    },
  )

  test('is found by a replay once it does, and a no lands then', async () => {
    const { signUp, replay, workspace, gets, contacts } = await startSubscriptions({
      subscriptions: { Weekly: 'news', 'Product updates': 'updates' },
    })
    await signUp({ ...account, news: 'no' })
    workspace.addFault({ subscription_types: ['Weekly:opt_out'] })

    await replay()

    expect(gets().newsletter).toBe(false)
    expect(contacts()[0]?.opted_out_subscription_types.data).toMatchObject([{ id: '4' }])
  })
})

test('a type is found by its id, and by its name in any case if only one has it', async () => {
  const { signUp, workspace, contacts, parked } = await startSubscriptions({
    subscriptions: { 77: 'a', ' WEEKLY ': 'b', twice: 'c' },
  })
  workspace.addFault({ subscription_types: ['77=Daily', 'Weekly', 'Twice', 'TWICE'] })

  await signUp({ ...account, a: true, b: true, c: true })

  expect(contacts()[0]?.opted_in_subscription_types.total_count).toBe(2)
  expect(parked()).toMatchObject([{ left_out: 'subscriptions.twice' }])
})

describe('Intercom’s trouble', () => {
  test('a temporary error is retried until the choice is made', async () => {
    const { signUp, gets, workspace } = await startSubscriptions()
    workspace.addFault({ path: '/subscription_types', status: 503, count: 3 })
    workspace.addFault({ path: '/contacts/*/subscriptions', lost: true, count: 1 })

    await signUp({ ...account, news: 'no', updates: '' })

    expect(gets()).toEqual({ newsletter: false, updates: false })
  })

  test('a yes is not made again by a retry: the person may have left meanwhile', async () => {
    const { signUp, gets, workspace, count } = await startSubscriptions()
    workspace.addFault({ path: '/subscription_types', status: 503, count: 3 })

    await signUp({ ...account, news: 'yes', updates: 'yes' })

    expect(gets()).toEqual({ newsletter: true, updates: false })
    expect(count('opt_in_withheld')).toBe(1)
  })

  test('an empty box of a contact that an earlier receive created still opts out', async () => {
    const { signUp, gets, workspace } = await startSubscriptions()
    workspace.addFault({ path: '/subscription_types', status: 503, count: 3 })

    await signUp(account)

    expect(gets()).toEqual({ newsletter: false, updates: false })
  })

  test('a token that may not list the types leaves a copy, whose replay makes the choice', async () => {
    const { signUp, gets, workspace, parked, replay, time } = await startSubscriptions()
    workspace.addFault({ path: '/subscription_types', status: 403, count: 1 })

    await signUp(account)
    expect(parked()).toMatchObject([{ reason: 'extras_failed' }])
    await time.advance(600_000)
    await replay()

    expect(gets().newsletter).toBe(false)
  })
})

describe('the record of a consent', () => {
  const record = (how: 'note' | { attribute: string }): Options => ({
    subscriptions: {
      Newsletter: { place: 'news', record: how },
      2: { place: 'updates', yes: ['Klar doch'], record: how },
    },
  })
  const notesOf = (workspace: { calls: () => readonly { path: string; body?: unknown }[] }) =>
    workspace
      .calls()
      .filter(({ path, body }) => path.endsWith('/notes') && body)
      .map(({ body }) => body)

  test('is a note with the time and the source of each yes, once', async () => {
    const { signUp, workspace } = await startSubscriptions(record('note'))
    const signup = { ...account, occurred_at: time + 540, news: true, updates: 'Klar doch' }
    workspace.addFault({ path: '/contacts/*/notes', method: 'POST', lost: true, count: 1 })

    await signUp({ ...signup, event_id: 'one' })
    await signUp({ ...signup, event_id: 'one', again: true })

    expect(new Set(notesOf(workspace).map((body) => JSON.stringify(body)))).toEqual(
      new Set([
        '{"body":"<p>Newsletter: agreed at 2025-12-31T23:59:00Z by backend</p>"}',
        '{"body":"<p>Product updates: agreed at 2025-12-31T23:59:00Z by backend</p>"}',
      ]),
    )
  })

  test('is an attribute with the time of the newest yes', async () => {
    const { signUp, contacts } = await startSubscriptions(record({ attribute: 'agreed_at' }))
    const yes = (occurred_at: number) => signUp({ ...account, occurred_at, news: true })

    await yes(time + 560)
    await yes(time + 500)

    expect(contacts()).toMatchObject([{ custom_attributes: { agreed_at: time + 560 } }])
  })

  test('is none of a no, of an empty box, or of a yes that is withheld', async () => {
    const { signUp, workspace, contacts } = await startSubscriptions(record('note'))

    await signUp({ ...account, news: false, updates: '' })

    expect(notesOf(workspace)).toEqual([])
    expect(contacts()[0]?.custom_attributes).toEqual({})
  })

  test('leaves a copy if Intercom refuses it; the choice is made', async () => {
    const { signUp, gets, parked } = await startSubscriptions(record({ attribute: 'nowhere' }))

    await signUp({ ...account, news: false, updates: true })

    expect(gets().updates).toBe(true)
    expect(parked()).toMatchObject([{ left_out: 'subscriptions.2' }])
  })
})
