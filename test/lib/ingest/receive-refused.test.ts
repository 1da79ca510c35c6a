import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/lib/errors.ts'
import { type ReceiveDependencies, receive } from '../../../src/lib/ingest/receive.ts'
import { maxBodyBytes } from '../../../src/lib/transform/body.ts'
import { start } from '../../support/clock.ts'
import { bytes, formHeaders } from '../../support/deliveries.ts'
import { ada, adaForm, bearer, type Post, post, postClerk } from './receiving.ts'

describe('receive refuses with 404 unknown_source', () => {
  test.each([
    '/',
    '/webhooks',
    '/webhooks/',
    '/webhooks/nobody',
    '/webhooks/constructor',
    '/webhooks/__proto__',
    '/webhooks/queue',
    '/webhooks/waitlist',
    '/forms/backend',
    '/webhooks/backend/more',
    '/xwebhooks/backend',
    '/WEBHOOKS/backend',
  ])('the address %s', async (path) => {
    const { status, json } = await post(path, { headers: bearer, body: ada })

    expect({ status, code: json.error.code }).toEqual({ status: 404, code: 'unknown_source' })
  })
})

describe('receive refuses, and echoes nothing of the request,', () => {
  const large = 'x'.repeat(maxBodyBytes + 1)
  const rows: [ErrorCode, number, string, Post][] = [
    ['invalid_body', 400, '/webhooks/backend', { headers: bearer, body: '{"canary' }],
    ['invalid_body', 400, '/webhooks/backend', { headers: bearer, body: '' }],
    ['signature_missing', 401, '/webhooks/backend', { body: { canary: 1 } }],
    ['signature_missing', 401, '/webhooks/clerk', { body: { canary: 1 } }],
    [
      'signature_invalid',
      401,
      '/webhooks/backend',
      { headers: { authorization: 'Bearer canary' } },
    ],
    ['unknown_source', 404, '/webhooks/canary', { body: ada }],
    ['method_not_allowed', 405, '/webhooks/backend', { method: 'GET', headers: bearer }],
    ['method_not_allowed', 405, '/webhooks/backend', { method: 'OPTIONS' }],
    ['method_not_allowed', 405, '/forms/open', { method: 'PUT' }],
    ['body_too_large', 413, '/webhooks/backend', { headers: bearer, body: large }],
    ['body_too_large', 413, '/webhooks/backend', { headers: bearer, encodedBytes: 9e6 }],
    [
      'unsupported_media_type',
      415,
      '/forms/open',
      { body: 'canary', headers: { 'content-type': 'text/plain' } },
    ],
    [
      'unsupported_media_type',
      415,
      '/webhooks/backend',
      { body: 'email=canary', headers: { ...bearer, ...formHeaders } },
    ],
    [
      'unsupported_media_type',
      415,
      '/webhooks/backend',
      { body: ada, headers: { ...bearer, 'content-encoding': 'gzip' } },
    ],
    ['invalid_signup', 422, '/webhooks/backend', { headers: bearer, body: { email: 'canary' } }],
    ['invalid_signup', 422, '/webhooks/backend', { headers: bearer, body: '["canary"]' }],
    ['invalid_signup', 422, '/forms/open', { headers: formHeaders, body: 'name=canary' }],
  ]

  test.each(rows)('with %s, %i, at %s (row %#)', async (code, status, path, request) => {
    const response = await post(path, request)

    expect({ status: response.status, code: response.json.error.code }).toEqual({ status, code })
    expect(response.json.error.message.length).toBeGreaterThan(10)
    expect(response.text + JSON.stringify(response.headers)).not.toContain('canary')
    expect(response.messages).toEqual([])
  })
})

describe('receive', () => {
  test('refuses an expired signature with 401 signature_expired', async () => {
    const userCreated = { type: 'user.created', data: { id: 'user_1' } }
    const response = await postClerk(userCreated, { now: () => start + 301 })

    expect(response).toMatchObject({ status: 401, json: { error: { code: 'signature_expired' } } })
  })

  test('refuses a form post from another origin with 403 origin_refused', async () => {
    const response = await post('/forms/waitlist', {
      headers: { ...formHeaders, accept: 'application/json', origin: 'https://canary.example.com' },
      body: adaForm,
    })

    expect(response).toMatchObject({ status: 403, json: { error: { code: 'origin_refused' } } })
  })

  test('lists the allowed methods with 405', async () => {
    expect((await post('/webhooks/backend', { method: 'GET' })).headers.allow).toBe('POST')
    expect((await post('/forms/open', { method: 'GET' })).headers.allow).toBe('OPTIONS, POST')
  })

  test('lists the issues with 422, by path and reason', async () => {
    const { json } = await post('/webhooks/backend', { headers: bearer, body: { email: 'x' } })

    expect(json.error.issues).toEqual([
      { path: 'email', reason: 'email_invalid' },
      { path: '', reason: 'needs an email or an external_id' },
    ])
  })

  test('never parses an unverified body', async () => {
    let parsed = false
    const body = () => {
      parsed = true
      return bytes('{')
    }
    await post('/webhooks/nobody')
    const { status } = await post('/webhooks/clerk', { body: '{' })

    expect(status).toBe(401)
    await receive(
      {
        path: '/webhooks/x',
        received_at: 0,
        method: 'POST',
        url: '',
        headers: {},
        encodedBytes: 1,
        body,
      },
      {} as ReceiveDependencies,
    )
    expect(parsed).toBe(false)
  })
})
