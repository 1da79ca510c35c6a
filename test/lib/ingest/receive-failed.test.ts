import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import { formHeaders } from '../../support/deliveries.ts'
import { ada, adaForm, bearer, post } from './receiving.ts'

describe('receive', () => {
  test('responds with 503 and Retry-After, never 2xx, if the queue does not store it', async () => {
    const store = async () => {
      throw new BridgeError('temporarily_unavailable', 'x')
    }

    const response = await post(
      '/webhooks/backend',
      { headers: bearer, body: ada },
      { sink: { mode: 'queue', store } },
    )

    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
  })

  test('responds with 500 unexpected to an unexpected error, without its message', async () => {
    const store = async () => {
      throw new TypeError('canary')
    }

    const response = await post(
      '/webhooks/backend',
      { headers: bearer, body: ada },
      { sink: { mode: 'queue', store } },
    )

    expect(response).toMatchObject({ status: 500, json: { error: { code: 'unexpected' } } })
    expect(response.text).not.toContain('canary')
  })
})

describe('receive with secrets', () => {
  test('responds with 500 misconfigured if the source has none, whatever is sent', async () => {
    const none = () => []
    const empty = () => ['']
    for (const lookup of [none, empty]) {
      const secrets = { get: async () => lookup, reread: async () => lookup }
      for (const headers of [{}, bearer, { authorization: 'Bearer ' }]) {
        const response = await post('/webhooks/backend', { headers, body: ada }, { secrets })

        expect(response).toMatchObject({ status: 500, json: { error: { code: 'misconfigured' } } })
        expect(response.messages).toEqual([])
      }
    }
  })

  test('reads none for a public form', async () => {
    const secrets = {
      get: async () => {
        throw new Error('read')
      },
      reread: async () => () => [],
    }

    const response = await post('/forms/open', { headers: formHeaders, body: adaForm }, { secrets })

    expect(response.status).toBe(200)
  })

  test('reads them again before it refuses a request', async () => {
    const secrets = { get: async () => () => ['old'], reread: async () => () => ['s3cret'] }

    const response = await post('/webhooks/backend', { headers: bearer, body: ada }, { secrets })

    expect(response.status).toBe(200)
  })

  test('responds with 503 and Retry-After if they cannot be read', async () => {
    const secrets = {
      get: async () => {
        throw new BridgeError('temporarily_unavailable', 'canary')
      },
      reread: async () => () => [],
    }

    const response = await post('/webhooks/backend', { headers: bearer, body: ada }, { secrets })

    expect(response).toMatchObject({
      status: 503,
      headers: { 'retry-after': '30' },
      json: { error: { code: 'temporarily_unavailable' } },
    })
    expect(response.text).not.toContain('canary')
  })
})
