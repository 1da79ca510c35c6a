import { describe, expect, test } from 'vitest'
import { maxBodyBytes } from '../../../src/lib/transform/body.ts'
import { ada, bearer, post, postClerk } from './receiving.ts'

describe('receive responds with 200', () => {
  test('and the dedupe id of the stored message', async () => {
    const { status, json, messages } = await post('/webhooks/backend', {
      headers: bearer,
      body: ada,
    })

    expect(status).toBe(200)
    expect(json).toEqual({ status: 'accepted', id: messages[0]?.dedupeId })
    expect(messages).toHaveLength(1)
  })

  test('and names what was left out, paths and reasons, once each', async () => {
    const body = { ...ada, phone: '12', avatar: 'x', tags: [{}, {}] }

    const { json, messages } = await post('/webhooks/backend', { headers: bearer, body })

    expect(json).toEqual({
      status: 'accepted',
      id: messages[0]?.dedupeId,
      left_out: [
        { path: 'phone', reason: 'phone_invalid' },
        { path: 'avatar', reason: 'avatar_invalid' },
        { path: 'tags', reason: 'text_invalid' },
      ],
    })
  })

  test('and names nothing to a sender that does not wait for it', async () => {
    const data = {
      id: 'user_1',
      email_addresses: [{ id: 'e', email_address: 'ada@example.com' }],
      primary_email_address_id: 'e',
      image_url: 'x',
    }

    const { json, result } = await postClerk({ type: 'user.created', data })

    expect(result.reading).toMatchObject({
      leftOut: [{ path: 'avatar', reason: 'avatar_invalid' }],
    })
    expect(json).toEqual({ status: 'accepted', id: result.ids?.[0] })
  })

  test('and `ignored` to an authentic event that is no signup', async () => {
    const { status, json, messages } = await postClerk({ type: 'session.created' })

    expect({ status, json, messages }).toEqual({
      status: 200,
      json: { status: 'ignored' },
      messages: [],
    })
  })

  test('and `accepted` to a verified payload that cannot be read: the worker parks it', async () => {
    const { status, json, messages } = await postClerk({ type: 'user.created', data: {} })

    expect({ status, json }).toMatchObject({ status: 200, json: { status: 'accepted' } })
    expect(messages).toHaveLength(1)
  })

  test('and `accepted` if the mapping throws: the payload is queued for the operator', async () => {
    const get = async () => () => ['s3cret']
    const request = { headers: bearer, body: ada }
    const secrets = { get, reread: get }

    const { status, json, messages } = await post('/webhooks/throws', request, { secrets })

    expect({ status, state: json.status, queued: messages.length }).toEqual({
      status: 200,
      state: 'accepted',
      queued: 1,
    })
  })

  test('to a body of exactly 256 KiB', async () => {
    const note = 'x'.repeat(maxBodyBytes - JSON.stringify({ ...ada, note: '' }).length)

    const response = await post('/webhooks/backend', { headers: bearer, body: { ...ada, note } })

    expect(response.status).toBe(200)
  })

  test.each([
    '/webhooks/backend',
    '/webhooks/backend/',
    '/dev/webhooks/backend',
    '/a/b/webhooks/backend',
  ])('at the source’s address %s', async (path) => {
    expect((await post(path, { headers: bearer, body: ada })).status).toBe(200)
  })
})
