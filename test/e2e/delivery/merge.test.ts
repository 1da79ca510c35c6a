import { describe, expect, test } from 'vitest'
import { account, ada, startScene } from './scene.ts'

const verified = { ...account, email_verified: true }
const lead = { role: 'lead', email: ada.email }

/** Starts a bridge with the user and these leads in Intercom, known to its search. */
const startDuplicates = async (
  leads: readonly object[] = [lead],
  options: Parameters<typeof startScene>[0] = { onDuplicate: 'merge' },
  more: Parameters<typeof startScene>[1] = {},
) => {
  const scene = await startScene(options, more)
  const user = await scene.addContact(account)
  for (const fields of leads) await scene.addContact(fields)
  return { ...scene, user, roles: () => scene.contacts().map(({ role }) => role) }
}

describe('a lead beside the user of the same e-mail', () => {
  test('is merged into the user, who gets what only the lead has', async () => {
    const { signUp, contacts, user, count, intercom } = await startDuplicates([
      { ...lead, email: 'Ada@example.com', phone: '+12813322575', name: 'A.' },
    ])
    const [, shown] = contacts()
    await intercom('POST', '/tags', { name: 'waitlist', users: [{ id: shown?.id }] })

    expect(await signUp(verified)).toEqual([
      'POST /contacts/search 200',
      'GET /contacts/* 200',
      'GET /contacts/* 200',
      'POST /contacts/merge 200',
    ])

    expect(contacts()).toMatchObject([
      { id: user, ...account, phone: '+12813322575', tags: { total_count: 1 } },
    ])
    expect(count('merged')).toBe(1)
  })

  test('is left by default, without a verified e-mail, and by a source that does not say it', async () => {
    for (const [options, fields] of [
      [{}, verified],
      [{ onDuplicate: 'leave' }, verified],
      [{ onDuplicate: 'merge' }, account],
      [{ onDuplicate: 'merge' }, { ...account, email_verified: false }],
      [{ onDuplicate: 'merge' }, { ...account, email_verified: 'maybe' }],
    ] as const) {
      const { signUp, roles, count } = await startDuplicates([lead], options)

      expect(await signUp(fields)).not.toContainEqual(expect.stringContaining('merge'))
      expect([roles(), count('merged')]).toEqual([['user', 'lead'], 0])
    }
  })

  test('is merged by every version of the API', async () => {
    for (const version of ['2.10', '2.14', '2.15', '2.16']) {
      const { signUp, roles } = await startDuplicates(undefined, undefined, { version })

      await signUp(verified)

      expect(roles()).toEqual(['user'])
    }
  })

  test('keeps its opt-out', async () => {
    const { signUp, contacts } = await startDuplicates([
      { ...lead, unsubscribed_from_emails: true },
    ])

    await signUp(verified)

    expect(contacts()).toMatchObject([{ ...account, unsubscribed_from_emails: true }])
  })

  test('that waits for the next event is merged then', async () => {
    const { signUp, roles, time } = await startDuplicates([lead, lead, lead, lead])

    await signUp(verified)
    expect(roles()).toEqual(['user', 'lead', 'lead'])
    await time.advance(600_000)
    await signUp(verified)

    expect(roles()).toEqual(['user'])
  })

  test('is not merged while two users have the e-mail', async () => {
    const { signUp, addContact, roles } = await startDuplicates([])
    await addContact({ ...account, external_id: '2' })
    await addContact(lead)

    await signUp(verified)

    expect(roles()).toEqual(['user', 'user', 'lead'])
  })

  test('is the account’s own if an account without the e-mail exists: both are one then', async () => {
    const { signUp, addContact, contacts, count } = await startScene({ onDuplicate: 'merge' })
    const user = await addContact({ external_id: '1' })
    await addContact(lead)

    await signUp(verified)

    expect(contacts()).toMatchObject([{ id: user, ...account }])
    expect([count('merged'), count('contact_left')]).toEqual([1, 0])
  })

  test.each([
    ['503', { status: 503, count: 3 }],
    ['a lost response', { lost: true as const, count: 1 }],
  ])('is merged once, by a retry, after %s', async (_name, fault) => {
    const { signUp, roles, workspace, reasons } = await startDuplicates()
    workspace.addFault({ path: '/contacts/merge', ...fault })

    await signUp({ ...verified, tags: ['beta'] })

    expect([roles(), reasons()]).toEqual([['user'], []])
  })

  test.each([
    ['a duplicate that Intercom does not see', { status: 400, code: 'invalid_merge' }],
    ['no permission', { status: 403 }],
    ['no such right of the token', { status: 401, code: 'token_unauthorized' }],
  ])('is left if Intercom refuses: %s; the contact gets all the rest', async (_name, fault) => {
    const { signUp, contacts, workspace, count, reasons } = await startDuplicates()
    workspace.addFault({ path: '/contacts/merge', ...fault })

    await signUp({ ...verified, phone: '+12813322575', tags: ['beta'] })

    expect(contacts()).toMatchObject([
      { ...account, phone: '+12813322575', tags: { total_count: 1 } },
      { role: 'lead' },
    ])
    expect([count('merge_refused'), reasons()]).toEqual([1, []])
  })
})
