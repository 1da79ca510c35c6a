import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { defineBridge } from '../../../src/lib/config/config.ts'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { defineSource, signup } from '../../../src/lib/index.ts'
import type { Sink } from '../../../src/lib/ingest/ingest.ts'
import { start } from '../../support/clock.ts'
import { formHeaders } from '../../support/deliveries.ts'
import { ada, adaForm, bearer, post, postClerk } from './receiving.ts'

const direct = (deliver: Extract<Sink, { mode: 'direct' }>['deliver']) => ({
  sink: { mode: 'direct', deliver } as const,
})
const created: DeliverResult = {
  outcome: 'created',
  contact: { type: 'contact', id: '6762f0dd' },
  counts: [],
  isShown: true,
  calls: 2,
  incomplete: [],
}
const delivering = (more: Partial<DeliverResult> = {}) =>
  direct(async () => ({ ...created, ...more }))
const failing = (code: ErrorCode, intercomCode?: string) =>
  direct(async () => {
    throw new BridgeError(code, 'canary', intercomCode ? { intercomCode } : {})
  })

describe('receive in direct mode', () => {
  test.each(['created', 'updated', 'unchanged'] as const)(
    'responds with %s and the contact',
    async (outcome) => {
      const response = await post(
        '/webhooks/backend',
        { headers: bearer, body: ada },
        delivering({ outcome }),
      )

      expect(response).toMatchObject({
        status: 200,
        json: { status: outcome, contact_id: '6762f0dd' },
      })
    },
  )

  test.each(['intercom_unavailable', 'intercom_rate_limited', 'intercom_unauthorized'] as const)(
    'responds with 503 to %s, so that the sender retries',
    async (code) => {
      const response = await post(
        '/webhooks/backend',
        { headers: bearer, body: ada },
        failing(code),
      )

      expect(response).toMatchObject({
        status: 503,
        headers: { 'retry-after': '30' },
        json: { error: { code: 'temporarily_unavailable' } },
      })
      expect(response.text).not.toContain('canary')
    },
  )

  test.each([
    ['extras_unavailable', {}, '30'],
    ['out_of_time', {}, '30'],
    ['extras_unavailable', { retryAfterSeconds: 180 }, '180'],
  ] as const)(
    'responds with 503 if %s %j keeps back the extras of a created contact: retry after %s s',
    async (code, details, seconds) => {
      const sink = delivering({ pending: new BridgeError(code, 'canary', details) })

      const response = await post('/webhooks/backend', { headers: bearer, body: ada }, sink)

      expect(response).toMatchObject({
        status: 503,
        headers: { 'retry-after': seconds },
        json: { error: { code: 'temporarily_unavailable' } },
        result: { error: { code } },
      })
      expect(response.text).not.toContain('canary')
    },
  )

  test('looks up a lead even with `lookup: false`, since any request may be a retry', async () => {
    const policies: Policy[] = []
    const withoutLookup = defineBridge({
      sources: { backend: signup({ lookup: false, role: 'lead' }) },
    })
    const sink: Sink = {
      mode: 'direct',
      deliver: async (_signup, policy) => {
        policies.push(policy)
        throw new BridgeError('intercom_unavailable', 'x')
      },
    }

    await post('/webhooks/backend', { headers: bearer, body: ada }, { bridge: withoutLookup, sink })

    expect(policies).toMatchObject([{ lookup: true, received_at: start }])
    expect(policies[0]).not.toHaveProperty('replayedAtMs')
  })

  test('asks for a retry after 180 s if it fails after it created a lead', async () => {
    const pairs = defineSource({
      docs: 'https://example.com/pairs',
      signature: { type: 'bearer' },
      payload: { format: 'json', schema: z.looseObject({ emails: z.array(z.string()) }) },
      eventId: () => undefined,
      toSignup: ({ emails }) => emails.map((email) => ({ contact: { role: 'lead', email } })),
    })
    const delivered: string[] = []
    const sink: Sink = {
      mode: 'direct',
      deliver: async ({ event_id }) => {
        if (delivered.length > 0) throw new BridgeError('intercom_unavailable', 'x')
        delivered.push(event_id)
        return { ...created, retryAfterSeconds: 180 }
      },
    }

    const response = await post(
      '/webhooks/backend',
      { headers: bearer, body: '{"emails":["a@example.com","b@example.com"]}' },
      { bridge: defineBridge({ sources: { backend: pairs() } }), sink },
    )

    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '180' } })
  })

  test('responds with 422 and Intercom’s code to a permanent refusal', async () => {
    const sink = failing('intercom_rejected', 'parameter_invalid')

    const response = await post('/webhooks/backend', { headers: bearer, body: ada }, sink)

    expect(response).toMatchObject({
      status: 422,
      json: { error: { code: 'intercom_rejected', intercom_code: 'parameter_invalid' } },
    })
  })

  const refusedFields = new BridgeError('fields_refused', 'canary', {
    issues: [
      { path: 'owner_id', reason: 'parameter_invalid' },
      { path: 'custom_attributes.plan', reason: 'not in the workspace' },
      { path: 'custom_attributes.ada@example.com', reason: 'refused' },
    ],
  })
  const failedExtras = new BridgeError('extras_failed', 'canary', {
    issues: [
      { path: 'owner_id', reason: 'parameter_invalid' },
      { path: 'tags', reason: 'api_plan_restricted' },
    ],
  })
  const named = [
    { path: 'phone', reason: 'phone_invalid' },
    { path: 'owner_id', reason: 'parameter_invalid' },
    { path: 'custom_attributes.plan', reason: 'not in the workspace' },
    { path: 'custom_attributes.…', reason: 'refused' },
    { path: 'tags', reason: 'api_plan_restricted' },
  ]

  test('names what reading left out and what Intercom refused, once each, and hides keys that are no names', async () => {
    const sink = delivering({ incomplete: [refusedFields, failedExtras] })

    const response = await post(
      '/webhooks/backend',
      { headers: bearer, body: { ...ada, phone: '12' } },
      sink,
    )

    expect(response.json).toEqual({
      status: 'created',
      contact_id: '6762f0dd',
      left_out: named,
    })
  })

  test('names them to every sender, and to a form that asks for JSON', async () => {
    const sink = delivering({ incomplete: [failedExtras] })
    const data = {
      id: 'user_1',
      email_addresses: [{ id: 'e', email_address: 'ada@example.com' }],
      primary_email_address_id: 'e',
    }
    const headers = { ...formHeaders, accept: 'application/json' }

    const sender = await postClerk({ type: 'user.created', data }, sink)
    const form = await post('/forms/open', { headers, body: adaForm }, sink)

    expect(sender.json).toMatchObject({ status: 'created', left_out: failedExtras.issues })
    expect(form.json).toEqual({
      status: 'accepted',
      id: expect.any(String),
      left_out: failedExtras.issues,
    })
  })

  test('responds to a person’s form post as to a bot’s', async () => {
    const headers = { ...formHeaders, accept: 'application/json' }

    const person = await post('/forms/open', { headers, body: adaForm }, delivering())
    const bot = await post('/forms/open', { headers, body: `${adaForm}&_gotcha=1` }, delivering())

    expect(person.json).toEqual({ status: 'accepted', id: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(Object.keys(bot.json)).toEqual(Object.keys(person.json))
  })

  test('responds with 422 to an unreadable payload of any source', async () => {
    const response = await postClerk({ type: 'user.created', data: {} }, delivering())

    expect(response).toMatchObject({ status: 422, json: { error: { code: 'invalid_signup' } } })
  })
})
