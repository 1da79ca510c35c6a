import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canary, withCanary } from '../support/canary.ts'
import { formResponse, userCreated } from '../support/payloads.ts'
import { type RunningBridge, startBridge } from './bridge.ts'

let bridge: RunningBridge
beforeAll(async () => {
  bridge = await startBridge()
}, 30_000)
afterAll(() => bridge.close())

describe('a canary in every field', () => {
  const unchanged = { type: 'user.created', event_type: 'form_response' }
  const ids = {
    primary_email_address_id: `idn_2 ${canary}`,
    primary_phone_number_id: `idn_3 ${canary}`,
  }
  const everything = {
    event_id: canary,
    email: `all.${canary}@${canary}.example.com`,
    external_id: canary,
    name: canary,
    phone: `+12813322575;ext=${canary}`,
    avatar: `https://example.com/${canary}`,
    role: canary,
    signed_up_at: canary,
    owner_id: canary,
    [canary]: canary,
    // The log names an unknown attribute, unless it may be an e-mail address or a number.
    custom_attributes: {
      plan: canary,
      [`${canary}@example`]: canary,
      [`+1${canary}`]: canary,
      [`$${canary}`]: canary,
      list: [canary],
    },
    tags: [canary],
    company: { company_id: canary, name: canary },
    note: canary,
  }

  test('of every source is in no log line, and no value of one in a response, whatever the outcome', async () => {
    const clerkEvent = withCanary(userCreated) as typeof userCreated
    const event = { ...clerkEvent, ...unchanged, data: { ...clerkEvent.data, ...ids } }
    const response = { ...(withCanary(formResponse) as object), event_type: 'form_response' }
    const form = new URLSearchParams({
      email: `f.${canary}@example.com`,
      name: canary,
      [canary]: canary,
    })

    // Delivered twice; ignored; refused for every reason; parked.
    await bridge.post('clerk', event)
    await bridge.post('clerk', event)
    await bridge.post('clerk', { ...event, type: `other.${canary}` })
    await bridge.post('clerk', { ...event, data: { canary } })
    await bridge.post('beta', { ...response, form_response: {} })
    await bridge.post('beta', response)
    await bridge.post('backend', everything)
    await bridge.post('backend', { ...everything, event_id: `${canary} 2` })
    await bridge.post('throws', everything)
    await bridge.post('waitlist', form, {
      headers: { accept: 'application/json', origin: 'https://example.com' },
    })
    await bridge.post('waitlist', form, { headers: { origin: `https://${canary}.example.com` } })
    await bridge.post('backend', { email: canary })
    await bridge.post('backend', `{"${canary}`)
    await bridge.post('backend', everything, { headers: { authorization: `Bearer ${canary}` } })
    await bridge.post('backend', everything, { headers: { 'content-encoding': canary } })
    await fetch(`${bridge.url}/webhooks/${canary}?${canary}=${canary}`, {
      method: 'POST',
      body: canary,
    })
    await bridge.contacts()
    // Intercom refuses with a message that quotes the request; then it is down for a while.
    const message = `No such email[${canary}@example.com]`
    bridge.intercom.addFault({
      status: 400,
      code: 'parameter_invalid',
      message,
      method: 'POST',
      path: '/contacts',
      count: 2,
    })
    await bridge.post('backend', { email: `refused.${canary}@example.com` })
    await bridge.contacts()
    bridge.intercom.addFault({ status: 503, message, count: 3 })
    await bridge.post('backend', { email: `waits.${canary}@example.com` })
    await expect.poll(() => bridge.written.join('\n'), { timeout: 15_000 }).toContain('handed_back')

    const log = bridge.written.join('\n')
    for (const event of [
      'accepted',
      'delivered',
      'ignored',
      'refused',
      'parked',
      'handed_back',
      'incomplete',
      'copy_parked',
      'intercom',
    ]) {
      expect(log).toContain(`"event":"${event}"`)
    }
    for (const reason of ['invalid_signup', 'no_identity', 'mapping_failed', 'intercom_rejected']) {
      expect(log).toContain(`"code":"${reason}"`)
    }
    expect(log).not.toContain(canary)
    // The response names an unknown key to the sender that sent it.
    const answered = bridge.answered.join('\n').replaceAll(`{"path":"${canary}"`, '')
    expect(answered).not.toContain(canary)
    for (const { secret } of bridge.senders) if (secret) expect(log).not.toContain(secret)
    expect(log).not.toContain('sandbox-access-token')
    expect(log).not.toContain('12813322575')
  }, 30_000)
})
