import { expect, test } from 'vitest'
import { startBridge } from './bridge.ts'

test('direct mode responds with the outcome and the id of the contact', async () => {
  const bridge = await startBridge({ DELIVERY: 'direct' })

  const { status, text } = await bridge.post('backend', { email: 'ada@example.com' })

  const [contact] = await bridge.contacts()
  expect(contact).toMatchObject({ email: 'ada@example.com' })
  expect(status).toBe(200)
  expect(JSON.parse(text)).toEqual({ status: 'created', contact_id: contact?.id })
  await bridge.close()
}, 30_000)
