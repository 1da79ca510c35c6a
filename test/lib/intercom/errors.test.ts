import { describe, expect, test } from 'vitest'
import { errorCodes, renamed } from '../../../src/lib/errors.ts'
import {
  errorCodeOf,
  intercomCodeOf,
  intercomError,
  intercomTextOf,
  isBadToken,
  isRateLimited,
  isSuccess,
  temporaryCodeOf,
} from '../../../src/lib/intercom/errors.ts'

const responseOf = (status: number, body: unknown = {}) => ({ status, headers: {}, body })
const errorList = (error: object, request_id: unknown = '004qkagkoq5kktea5hdg') => ({
  type: 'error.list',
  request_id,
  errors: [error],
})

describe('errorCodeOf', () => {
  test.each([
    [400, 'intercom_rejected'],
    [404, 'intercom_rejected'],
    [405, 'intercom_rejected'],
    [406, 'intercom_rejected'],
    [409, 'intercom_rejected'],
    [410, 'intercom_rejected'],
    [415, 'intercom_rejected'],
    [422, 'intercom_rejected'],
    [401, 'intercom_forbidden'],
    [402, 'intercom_forbidden'],
    [403, 'intercom_forbidden'],
    [408, 'intercom_unavailable'],
    [200, 'intercom_unavailable'],
    [202, 'intercom_unavailable'],
    [500, 'intercom_unavailable'],
    [503, 'intercom_unavailable'],
    [429, 'intercom_rate_limited'],
  ])('returns for status %i the code %s', (status, code) => {
    expect(errorCodeOf(responseOf(status))).toBe(code)
  })

  test.each([400, 402, 403, 404, 409, 422, 502])(
    'returns intercom_unavailable for HTML with status %i',
    (status) => {
      expect(errorCodeOf({ ...responseOf(status), body: undefined })).toBe('intercom_unavailable')
    },
  )

  test('returns intercom_rate_limited for HTML with status 429', () => {
    expect(errorCodeOf({ ...responseOf(429), body: undefined })).toBe('intercom_rate_limited')
  })
})

const temporaryCodes = [
  ['request_timeout', 'intercom_unavailable'],
  ['server_error', 'intercom_unavailable'],
  ['service_error', 'intercom_unavailable'],
  ['service_unavailable', 'intercom_unavailable'],
  ['rate_limit_exceeded', 'intercom_rate_limited'],
  ['too_many_requests', 'intercom_rate_limited'],
] as const
const anyStatuses = [200, 400, 401, 402, 403, 404, 405, 409, 410, 422, 429, 500, 503]

describe.each(temporaryCodes)('Intercom’s code %s', (code, expected) => {
  test.each(anyStatuses)('means with status %i what the code says', (status) => {
    expect(errorCodeOf(responseOf(status, errorList({ code })))).toBe(expected)
  })

  test('counts in any entry of the error list', () => {
    const body = { errors: [{ code: 'parameter_invalid' }, {}, { code, message: 'x' }] }

    expect(errorCodeOf(responseOf(422, body))).toBe(expected)
    expect(temporaryCodeOf(body)).toBe(expected)
  })

  test('is no bad token with status 401', () => {
    expect(isBadToken(responseOf(401, errorList({ code })))).toBe(false)
  })
})

describe('temporaryCodeOf', () => {
  test('prefers unavailable to rate limited: the request may have been handled', () => {
    const body = { errors: [{ code: 'rate_limit_exceeded' }, { code: 'service_error' }] }

    expect(temporaryCodeOf(body)).toBe('intercom_unavailable')
  })

  test.each([
    errorList({ code: 'data_invalid' }),
    errorList({ code: null, message: 'service_error' }),
    errorList({ code: 'Service_Error' }),
    { errors: [] },
    { code: 'service_error' },
    'service_error',
    undefined,
  ])('is undefined for %j', (body) => {
    expect(temporaryCodeOf(body)).toBeUndefined()
  })
})

describe('isRateLimited', () => {
  test.each([
    [429, undefined, true],
    [429, errorList({ code: 'service_unavailable' }), true],
    [400, errorList({ code: 'rate_limit_exceeded' }), true],
    [503, errorList({ code: 'too_many_requests' }), true],
    [400, errorList({ code: 'service_error' }), false],
    [503, undefined, false],
  ])('of status %i with the body %j is %s', (status, body, expected) => {
    expect(isRateLimited({ status, body })).toBe(expected)
  })
})

describe('isBadToken', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'token_blocked',
    'missing_authorization',
    'a_code_of_tomorrow',
  ])('is true for a 401 %s', (code) => {
    expect(isBadToken(responseOf(401, errorList({ code })))).toBe(true)
  })

  test('is true for a 401 without a code', () => {
    expect(isBadToken(responseOf(401))).toBe(true)
  })

  test('is false for a 401 token_unauthorized: the token is valid and lacks a permission', () => {
    expect(isBadToken(responseOf(401, errorList({ code: 'token_unauthorized' })))).toBe(false)
  })

  test.each([200, 400, 402, 403, 500])('is false for a %i', (status) => {
    expect(isBadToken(responseOf(status, errorList({ code: 'token_revoked' })))).toBe(false)
  })
})

describe('intercomCodeOf', () => {
  test('returns the code of the first error', () => {
    const body = { errors: [{ code: 'not_found' }, { code: 'conflict' }] }

    expect(intercomCodeOf(body)).toBe('not_found')
  })

  test.each([
    'No such email[canary@example.com]',
    'Not_Found',
    'x'.repeat(65),
    '',
    5,
    null,
    undefined,
  ])('is undefined for a code that is not one word: %j', (code) => {
    expect(intercomCodeOf(errorList({ code }))).toBeUndefined()
  })

  test.each([undefined, null, 'text', [], {}, { errors: [] }, { errors: 'x' }])(
    'is undefined for the body %j, as there is no text',
    (body) => {
      expect(intercomCodeOf(body)).toBeUndefined()
      expect(intercomTextOf(body)).toBe('')
    },
  )
})

test('intercomTextOf returns the message, or an empty text', () => {
  expect(intercomTextOf(errorList({ message: 'the text' }))).toBe('the text')
  expect(intercomTextOf(errorList({ message: 5 }))).toBe('')
})

test('intercomTextOf joins the messages of all errors', () => {
  const errors = [{ message: 'the first' }, {}, { message: null }, { message: 'the last' }]

  expect(intercomTextOf({ errors })).toBe('the first\n\n\nthe last')
})

test.each([200, 201, 202, 204, 299])('isSuccess is true for %i', (status) => {
  expect(isSuccess({ status })).toBe(true)
})

test.each([0, 100, 199, 300, 307, 400, 500])('isSuccess is false for %i', (status) => {
  expect(isSuccess({ status })).toBe(false)
})

describe('intercomError', () => {
  test('has Intercom’s status, code and request id, and a message without Intercom’s text', () => {
    const error = intercomError(
      'intercom_rejected',
      responseOf(422, errorList({ code: 'data_invalid', message: 'canary', field: 'owner_id' })),
    )

    expect(error).toMatchObject({
      code: 'intercom_rejected',
      intercomStatus: 422,
      intercomCode: 'data_invalid',
      intercomField: 'owner_id',
      requestId: '004qkagkoq5kktea5hdg',
    })
    expect(error.message).not.toContain('canary')
  })

  test.each(['canary canary', 'x'.repeat(65), 5, null])(
    'omits a request id that is not one word: %j',
    (request_id) => {
      const error = intercomError('intercom_rejected', responseOf(422, errorList({}, request_id)))

      expect(error.requestId).toBeUndefined()
    },
  )

  test.each([
    ['custom_attributes.Team size', 'custom_attributes.Team size'],
    ['ada@example.com', undefined],
    ['custom_attributes.ada@example.com', undefined],
    ['+12813322575', undefined],
    ['', undefined],
    [7, undefined],
    [null, undefined],
  ])('has the field %j only if it reads like a name', (field, expected) => {
    const body = errorList({ code: 'data_invalid', field })

    expect(intercomError('intercom_rejected', responseOf(422, body)).intercomField).toBe(expected)
  })

  test('has the first field that an error names', () => {
    const errors = [{ code: 'a' }, { code: 'b', field: 'phone' }, { code: 'c', field: 'name' }]
    const response = responseOf(422, { type: 'error.list', errors })

    expect(intercomError('intercom_rejected', response)).toMatchObject({
      intercomCode: 'a',
      intercomField: 'phone',
    })
    expect(
      renamed(intercomError('intercom_rejected', response), 'fields_refused', 'text'),
    ).toHaveProperty('intercomField', 'phone')
  })

  test('has the given message instead of the code’s own', () => {
    const error = intercomError('misconfigured', responseOf(404), undefined, 'what: to do')

    expect(error).toMatchObject({ code: 'misconfigured', intercomStatus: 404 })
    expect(error.message).toBe('what: to do')
  })

  test('without a response has a cause and no status', () => {
    const cause = new Error('reset')

    const error = intercomError('intercom_unavailable', undefined, cause)

    expect(error.cause).toBe(cause)
    expect(error).toMatchObject({ intercomStatus: undefined, intercomCode: undefined })
  })

  test.each(
    errorCodes.filter(
      (code) => code.startsWith('intercom_') || ['create_unclear', 'out_of_time'].includes(code),
    ),
  )('has a message for %s that says what to do', (code) => {
    expect(intercomError(code).message).toMatch(/^[^:]+: \S/)
  })
})
