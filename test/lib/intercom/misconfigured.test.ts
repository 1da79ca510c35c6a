import { describe, expect, test } from 'vitest'
import { misconfiguredError } from '../../../src/lib/intercom/misconfigured.ts'
import type { IntercomResponse } from '../../../src/lib/intercom/request-types.ts'

const errorList = (...codes: string[]) => ({
  type: 'error.list',
  request_id: '004qkagkoq5kktea5hdg',
  errors: codes.map((code) => ({ code, message: 'canary' })),
})
const errorOf = (
  name: string,
  response: Partial<IntercomResponse>,
  repeatable = true,
  read: (response: IntercomResponse) => unknown = ({ body }) => body,
) =>
  misconfiguredError(
    { name, repeatable, read },
    { status: 200, headers: {}, body: { type: 'list', data: [] }, ...response },
    180,
  )
/** The body of a response that is not JSON. */
const html = undefined
const contactRequests = ['search', 'create', 'find', 'get', 'update', 'unarchive']
const everyRequest = [...contactRequests, 'tag', 'attributes']

describe('a response that shows a wrong environment is misconfigured:', () => {
  test.each(everyRequest.filter((name) => name !== 'find'))(
    'an unknown version, in response to %s: the message names INTERCOM_VERSION',
    (name) => {
      const error = errorOf(name, { status: 400, body: errorList('x', 'intercom_version_invalid') })

      expect(error).toMatchObject({
        code: 'misconfigured',
        intercomStatus: 400,
        requestId: '004qkagkoq5kktea5hdg',
      })
      expect(error?.message).toMatch(/^[^:]+: set INTERCOM_VERSION/)
      expect(error?.message).not.toContain('canary')
    },
  )

  describe.each(everyRequest)('in response to %s', (name) => {
    test.each([300, 301, 302, 303, 304, 307, 308, 399])(
      'a %i: the message names INTERCOM_REGION and INTERCOM_BASE_URL',
      (status) => {
        const error = errorOf(name, { status, body: html })

        expect(error?.code).toBe('misconfigured')
        expect(error?.message).toMatch(/redirect.*: .*INTERCOM_REGION.*INTERCOM_BASE_URL/)
      },
    )

    test.each(['gzip', 'br', 'deflate', 'GZIP', 'gzip, identity', 'a_coding_of_tomorrow'])(
      'the content-encoding %s: the message says that it is compressed',
      (encoding) => {
        const headers = { 'content-encoding': encoding }

        for (const status of [200, 400, 401]) {
          const error = errorOf(name, { status, headers, body: html })

          expect(error?.code).toBe('misconfigured')
          expect(error?.message).toMatch(/compressed.*: .*INTERCOM_BASE_URL/)
        }
      },
    )
  })

  test.each([
    ...['search', 'create'].map((name) => [name, 404] as const),
    ...contactRequests.flatMap((name) => [405, 406, 415].map((status) => [name, status] as const)),
  ])('in response to %s a %i, as JSON or not: INTERCOM_BASE_URL', (name, status) => {
    for (const body of [html, {}, errorList('not_found')]) {
      const error = errorOf(name, { status, body })

      expect(error).toMatchObject({ code: 'misconfigured', intercomStatus: status })
      expect(error?.message).toMatch(/^[^:]+: correct INTERCOM_BASE_URL/)
    }
  })
})

describe('a response is not misconfigured', () => {
  test.each(everyRequest)('if it is a usable response to %s', (name) => {
    expect(errorOf(name, {})).toBeUndefined()
  })

  test.each(['', ' ', 'identity', 'Identity'])('with the content-encoding "%s"', (encoding) => {
    expect(errorOf('search', { headers: { 'content-encoding': encoding } })).toBeUndefined()
  })

  test.each(['gzip', 'utf-8', 'identity, identity'])(
    'with the content-encoding "%s", if its body is readable JSON',
    (encoding) => {
      const headers = { 'content-encoding': encoding }

      for (const status of [200, 400, 403]) {
        expect(errorOf('create', { status, headers, body: errorList('x') })).toBeUndefined()
      }
    },
  )

  test('if it is compressed, and its body is not needed', () => {
    const headers = { 'content-encoding': 'gzip' }

    expect(errorOf('note', { headers, body: html }, true, () => true)).toBeUndefined()
  })

  test.each(everyRequest.slice(2))('if %s gets a 404: it may be about the contact', (name) => {
    expect(errorOf(name, { status: 404, body: errorList('not_found') })).toBeUndefined()
  })

  test.each(['tag', 'attributes'])('if %s gets a 405, 406 or 415', (name) => {
    for (const status of [405, 406, 415]) {
      expect(errorOf(name, { status, body: errorList('not_found') })).toBeUndefined()
    }
  })

  test.each(['admin_not_found', 'company_not_found', 'team_not_found'])(
    'if create gets a 404 %s: that is about the signup',
    (code) => {
      expect(errorOf('create', { status: 404, body: errorList(code) })).toBeUndefined()
    },
  )

  test('if find does not exist in the version: search does it then', () => {
    const body = errorList('intercom_version_invalid')

    expect(errorOf('find', { status: 400, body })).toBeUndefined()
  })

  test.each([400, 401, 402, 403, 409, 410, 422])('only because of status %i', (status) => {
    expect(errorOf('create', { status, body: errorList('parameter_invalid') })).toBeUndefined()
  })

  test.each([408, 429, 500, 503, 504])('with status %i, even if it is compressed', (status) => {
    const headers = { 'content-encoding': 'gzip' }

    expect(errorOf('search', { status, headers, body: html })).toBeUndefined()
  })

  test.each(['service_unavailable', 'rate_limit_exceeded'])(
    'with Intercom’s code %s of a temporary error',
    (code) => {
      for (const status of [307, 404, 405]) {
        expect(errorOf('search', { status, body: errorList(code) })).toBeUndefined()
      }
    },
  )
})

describe('the retry of a request that must not be repeated', () => {
  const headers = { 'content-encoding': 'gzip' }

  test('waits 180 s after a success that cannot be read', () => {
    expect(errorOf('create', { headers, body: html }, false)?.retryAfterSeconds).toBe(180)
  })

  test('need not wait after a response that is no success, or if it may be repeated', () => {
    const refusal = errorOf('create', { status: 400, headers, body: html }, false)
    const repeatable = errorOf('create', { headers, body: html })

    expect([refusal?.code, refusal?.retryAfterSeconds]).toEqual(['misconfigured', undefined])
    expect([repeatable?.code, repeatable?.retryAfterSeconds]).toEqual(['misconfigured', undefined])
  })
})
