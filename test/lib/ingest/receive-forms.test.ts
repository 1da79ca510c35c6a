import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { Sink } from '../../../src/lib/ingest/ingest.ts'
import { fromRecord } from '../../../src/lib/queue/message.ts'
import { form } from '../../../src/lib/sources/index.ts'
import { maxBodyBytes } from '../../../src/lib/transform/body.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { formHeaders } from '../../support/deliveries.ts'
import { record } from '../../support/records.ts'
import { ada, adaForm, post } from './receiving.ts'

describe('a browser’s form post', () => {
  const browser = {
    ...formHeaders,
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    origin: 'https://example.com',
  }

  test('is redirected to the success page', async () => {
    const response = await post('/forms/waitlist', { headers: browser, body: adaForm })

    expect(response).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/thanks' },
      text: '',
    })
    expect(response.messages).toHaveLength(1)
  })

  test('with a filled honeypot is redirected to the success page, and is not stored', async () => {
    const body = `${adaForm}&_gotcha=1`
    const response = await post('/forms/waitlist', { headers: browser, body })

    expect(response).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/thanks' },
    })
    expect(response.messages).toEqual([])
  })

  test('with a filled honeypot gets JSON of the same shape as a genuine post', async () => {
    const headers = { ...browser, accept: 'application/json' }
    const spam = await post('/forms/waitlist', { headers, body: `${adaForm}&_gotcha=1` })
    const genuine = await post('/forms/waitlist', { headers, body: adaForm })

    const shape = ({ status, json }: typeof spam) => ({
      status,
      state: json.status,
      id: typeof json.id,
    })
    expect(shape(spam)).toEqual(shape(genuine))
    expect(spam.json.id).toHaveLength(genuine.json.id.length)
  })

  test.each([
    ['400', { ...browser, 'content-type': 'multipart/form-data; boundary=x' }, 'x'],
    ['403', { ...browser, origin: 'https://other.example.com' }, adaForm],
    ['403 without an origin', { ...formHeaders, accept: 'text/html' }, adaForm],
    ['413', browser, 'x'.repeat(maxBodyBytes + 1)],
    ['415', { ...browser, 'content-type': 'text/plain' }, adaForm],
    ['422', browser, 'name=Ada'],
  ])('that fails with %s is redirected to the failure page', async (_name, headers, body) => {
    const response = await post('/forms/waitlist', { headers, body })

    expect(response).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/sorry' },
    })
    expect(response.messages).toEqual([])
  })

  test('that the queue does not store is redirected to the failure page', async () => {
    const sink: Sink = {
      mode: 'queue',
      store: async () => {
        throw new BridgeError('temporarily_unavailable', 'x')
      },
    }

    const response = await post('/forms/waitlist', { headers: browser, body: adaForm }, { sink })

    expect(response).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/sorry' },
    })
  })

  test('that fails gets JSON if the form has no failure page', async () => {
    const response = await post('/forms/thanks', { headers: browser, body: 'name=Ada' })

    expect(response).toMatchObject({ status: 422, json: { error: { code: 'invalid_signup' } } })
  })

  test('gets a plain page if the form has no success page', async () => {
    const response = await post('/forms/open', { headers: browser, body: adaForm })

    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(response.text).toContain('Thank you.')
  })

  test('that asks for JSON gets JSON', async () => {
    const headers = { ...browser, accept: 'application/json' }

    expect(await post('/forms/waitlist', { headers, body: adaForm })).toMatchObject({
      status: 200,
      json: { status: 'accepted' },
    })
    expect(await post('/forms/waitlist', { headers, body: 'name=Ada' })).toMatchObject({
      status: 422,
    })
  })

  test('that asks for JSON gets what was left out; a redirect and a page stay the same', async () => {
    const body = `${adaForm}&phone=12`
    const headers = { ...browser, accept: 'application/json' }

    const asked = await post('/forms/waitlist', { headers, body })

    expect(asked.json).toEqual({
      status: 'accepted',
      id: asked.messages[0]?.dedupeId,
      left_out: [{ path: 'phone', reason: 'phone_invalid' }],
    })
    expect(asked.headers['access-control-allow-origin']).toBe('https://example.com')
    for (const path of ['/forms/waitlist', '/forms/open']) {
      const [good, partly] = [
        await post(path, { headers: browser, body: adaForm }),
        await post(path, { headers: browser, body }),
      ]
      expect([partly.status, partly.headers, partly.text]).toEqual([
        good.status,
        good.headers,
        good.text,
      ])
    }
  })

  test('without an Origin header is accepted or refused by its Referer', async () => {
    const { origin: _origin, ...rest } = browser
    const headers = { ...rest, referer: 'https://example.com/join?x=1' }

    expect((await post('/forms/waitlist', { headers, body: adaForm })).status).toBe(303)
    const elsewhere = {
      ...rest,
      accept: 'application/json',
      referer: 'https://example.com.evil.test/',
    }
    expect((await post('/forms/waitlist', { headers: elsewhere, body: adaForm })).status).toBe(403)
  })
})

describe('a form post of a page’s script', () => {
  const json = { 'content-type': 'application/json', origin: 'https://example.com' }

  test.each([
    ['as JSON', json],
    [
      'as text, as fetch declares a string',
      { ...json, 'content-type': 'text/plain;charset=UTF-8' },
    ],
    ['without a type, as sendBeacon declares a blob', { origin: json.origin }],
    ['as JSON that accepts anything', { ...json, accept: '*/*' }],
  ])('%s gets JSON, and the page may read it', async (_how, headers) => {
    const {
      status,
      json: body,
      headers: sent,
      messages,
    } = await post('/forms/waitlist', { headers, body: ada })

    expect([status, body.status]).toEqual([200, 'accepted'])
    expect(messages).toHaveLength(1)
    expect(sent).toMatchObject({
      'access-control-allow-origin': 'https://example.com',
      vary: 'origin',
    })
  })

  test('gets what is wrong or left out as JSON', async () => {
    const leftOut = await post('/forms/waitlist', { headers: json, body: { ...ada, plan: 'pro' } })
    const refused = await post('/forms/waitlist', { headers: json, body: { name: 'Ada' } })
    const malformed = await post('/forms/waitlist', { headers: json, body: '{"email":' })

    expect(leftOut.json.left_out).toEqual([{ path: 'plan', reason: 'field_unknown' }])
    expect([refused.status, refused.json.error.code]).toEqual([422, 'invalid_signup'])
    expect([malformed.status, malformed.json.error.code]).toEqual([400, 'invalid_body'])
    expect(malformed.headers['access-control-allow-origin']).toBe('https://example.com')
  })

  test('is read by the worker as by the webhook', async () => {
    const { messages } = await post('/forms/waitlist', { headers: json, body: ada })

    const { delivery } = fromRecord(record(messages[0]?.body ?? ''))
    expect(await read(form(), delivery)).toMatchObject({ signups: [{ contact: ada }] })
  })

  test('from another page is refused', async () => {
    const headers = { ...json, origin: 'https://other.example.com' }

    expect(await post('/forms/waitlist', { headers, body: ada })).toMatchObject({
      status: 403,
      json: { error: { code: 'origin_refused' } },
    })
  })

  test('with a filled honeypot gets the JSON of a genuine one, and is not stored', async () => {
    const {
      status,
      json: body,
      messages,
    } = await post('/forms/open', {
      headers: json,
      body: { ...ada, _gotcha: 'x', test: 'test' },
    })

    expect([status, body.status, body.id.length]).toEqual([200, 'accepted', 64])
    expect(messages).toEqual([])
  })

  test('that shows a page, too, is redirected', async () => {
    const headers = { ...json, accept: 'text/html,*/*' }

    expect(await post('/forms/waitlist', { headers, body: ada })).toMatchObject({ status: 303 })
  })
})

describe('the test of a form builder', () => {
  test.each([
    ['a form', 'test=test', formHeaders],
    ['JSON', '{"test":"test"}', { 'content-type': 'application/json' }],
    ['an empty body', '', {}],
    ['a form that accepts pages', 'test=test', { ...formHeaders, accept: 'text/html,*/*' }],
  ])('as %s gets a plain 200', async (_how, body, headers) => {
    for (const path of ['/forms/thanks', '/forms/open', '/forms/guarded']) {
      const response = await post(path, { headers, body })

      expect([response.status, response.json]).toEqual([200, { status: 'ignored' }])
      expect(response.messages).toEqual([])
      expect(response.result.reading).toEqual({ kind: 'ignored' })
    }
  })

  test('from a page’s script has the CORS headers that it needs to read the response', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://example.com' }
    const response = await post('/forms/waitlist', { headers, body: { test: true } })

    expect(response).toMatchObject({
      status: 200,
      json: { status: 'ignored' },
      headers: { 'access-control-allow-origin': 'https://example.com' },
    })
  })

  test('does not get past `origins`', async () => {
    expect(
      await post('/forms/waitlist', {
        headers: { ...formHeaders, accept: 'application/json' },
        body: 'test=test',
      }),
    ).toMatchObject({
      status: 403,
    })
  })

  test('is no visitor’s empty form', async () => {
    const headers = { ...formHeaders, origin: 'https://example.com' }

    for (const body of ['', 'email=&name=', 'test=test&email=']) {
      expect((await post('/forms/open', { headers, body })).status).toBe(422)
    }
  })
})

describe('CORS for a form', () => {
  const preflight = (path: string, origin: string) =>
    post(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })

  test('allows a preflight from a listed origin', async () => {
    const { status, headers } = await preflight('/forms/waitlist', 'https://example.com')

    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://example.com',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'accept, content-type',
      vary: 'origin',
    })
  })

  test('allows a preflight from any origin if the form lists none', async () => {
    const { headers } = await preflight('/forms/open', 'https://any.example.com')

    expect(headers['access-control-allow-origin']).toBe('*')
  })

  test('names no allowed origin in a preflight from another origin', async () => {
    const response = await preflight('/forms/waitlist', 'https://other.example.com')

    expect(response.headers).not.toHaveProperty('access-control-allow-origin')
    expect(response.headers).not.toHaveProperty('location')
  })

  test('names the allowed origin in the response to a post', async () => {
    const headers = { ...formHeaders, accept: 'application/json', origin: 'https://example.com' }

    const response = await post('/forms/waitlist', { headers, body: adaForm })

    expect(response.headers['access-control-allow-origin']).toBe('https://example.com')
  })
})
