import { describe, expect, test } from 'vitest'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { account, ada, startScene } from './scene.ts'

const dayMs = 86_400_000
const at = 1_767_220_000
const marked = (signup_bridge_at: number) => ({ custom_attributes: { signup_bridge_at } })

/** A contact that was changed just now: search shows it as it was, for a day. */
const startChanged = async (options: SourceOptions, before: object, change: object) => {
  const scene = await startScene(options, { indexLagMs: dayMs })
  const id = await scene.addContact({ email: ada.email, external_id: '1', ...before })
  await scene.time.advance(dayMs)
  await scene.intercom('PUT', `/contacts/${id}`, change)
  return scene
}

describe('while search shows yesterday’s values', () => {
  test.each([
    ['a name', { name: 'Ada' }, { name: 'Countess' }],
    ['a phone number', { phone: '+14155550100' }, { phone: '+14155550199' }],
    [
      'an attribute',
      { custom_attributes: { plan: 'pro' } },
      { custom_attributes: { plan: 'own' } },
    ],
    ['the date', { signed_up_at: at }, { signed_up_at: at - 100_000 }],
  ])('`fill` leaves %s that the contact has by now', async (_what, fields, change) => {
    const { signUp, contacts } = await startChanged({}, {}, change)

    await signUp({ email: ada.email, external_id: '1', ...fields })

    expect(contacts()).toMatchObject([change])
  })

  test('`fill` fills what the contact lacks', async () => {
    const { signUp, contacts } = await startChanged({}, {}, { name: 'Countess' })

    await signUp({ ...account, phone: '+14155550100' })

    expect(contacts()).toMatchObject([{ name: 'Countess', phone: '+14155550100' }])
  })

  test.each([
    ['older than', -1, 'Countess'],
    ['newer than', 1, 'Ada'],
  ])('`overwrite` compares an event %s the mark with the contact’s', async (_than, later, name) => {
    const { signUp, contacts } = await startChanged(
      { onExisting: 'overwrite' },
      { name: 'Before', ...marked(at - 10) },
      { name: 'Countess', ...marked(at) },
    )

    await signUp({ ...account, occurred_at: at + later })

    expect(contacts()).toMatchObject([{ name, ...marked(Math.max(at, at + later)) }])
  })

  test.each(['fill', 'overwrite'] as const)('`%s` keeps an opt-out since', async (onExisting) => {
    const { signUp, contacts } = await startChanged(
      { onExisting },
      { unsubscribed_from_emails: false },
      { unsubscribed_from_emails: true },
    )

    await signUp({ ...account, occurred_at: at, unsubscribed_from_emails: false })

    expect(contacts()).toMatchObject([{ unsubscribed_from_emails: true }])
  })

  test('`fill` keeps an address that the contact has by now', async () => {
    const change = { email: 'countess@example.com', name: 'Countess' }
    const { signUp, contacts } = await startChanged({}, {}, change)

    await signUp(account)

    expect(contacts()).toMatchObject([change])
  })
})
