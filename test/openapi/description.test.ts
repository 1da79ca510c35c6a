import { beforeAll, describe, expect, test } from 'vitest'
import { createDescription, type Description } from './description.ts'
import { examplesOf, readDocument } from './document.ts'
import type { ReceivedResponse } from './exchange.ts'
import { openApiFile, skipReason } from './place.ts'

const type = 'application/json'

describe.skipIf(!openApiFile)(openApiFile ? 'createDescription' : skipReason, () => {
  let description: Description
  let examples: readonly ReceivedResponse[]
  beforeAll(() => {
    const document = readDocument(openApiFile ?? '')
    description = createDescription(document)
    examples = examplesOf(document).map(({ schema: _, value, path, ...rest }) => ({
      ...rest,
      path: path.replace(/\{[^}]+\}/g, '1'),
      contentType: type,
      json: value,
    }))
  })

  /** Returns the description's example of a response. */
  const example = (
    method: string,
    path: string,
    status = 200,
  ): ReceivedResponse & { json: object } => {
    const found = examples.find(
      (each) => each.method === method && each.path === path && each.status === status,
    )
    // Every example that the tests use is an object.
    return found as ReceivedResponse & { json: object }
  }
  /** Returns the problems of a changed example; `undefined` removes a field. */
  const changed = (response: ReceivedResponse & { json: object }, change: object): string[] => {
    const json = JSON.parse(JSON.stringify({ ...response.json, ...change }))
    return description.responseProblems({ ...response, json })
  }
  const contact = () => example('POST', '/contacts')
  const error = () => example('POST', '/contacts', 401)
  const list = () => example('GET', '/contacts')
  const listOf = (change: object) => ({ data: [{ ...contact().json, ...change }] })

  test('accepts every example of the description', () => {
    const own = examples.filter(({ path }) =>
      /^\/(contacts|tags|companies|me|data_attributes)\b/.test(path),
    )

    expect(own.length).toBeGreaterThan(50)
    expect(own.flatMap(description.responseProblems)).toEqual([])
    expect(changed(list(), listOf({}))).toEqual([])
  })

  describe('responseProblems', () => {
    test('reports an unknown field', () => {
      expect(changed(contact(), { nickname: 'Ada' })).toEqual([
        'POST /contacts 200: response must NOT have unevaluated properties: nickname',
      ])
      expect(changed(error(), { status: 401 })).toHaveLength(1)
      expect(changed(contact(), { avatar: { type: 'avatar', url: 'x' } })).toHaveLength(1)
      expect(changed(contact(), { opted_in_subscription_types: { size: 0 } })).toHaveLength(1)
      expect(changed(list(), listOf({ nickname: 'Ada' }))).toHaveLength(1)
    })

    test('reports a missing field that the schema requires or that all examples have', () => {
      expect(changed(error(), { errors: undefined })).toEqual([
        "POST /contacts 401: response must have required property 'errors'",
      ])
      expect(changed(error(), { errors: [{ message: 'no code' }] })).toHaveLength(1)
      expect(changed(contact(), { external_id: undefined })).toHaveLength(1)
      expect(changed(contact(), { utm_term: undefined })).toHaveLength(1)
      expect(changed(list(), listOf({ id: undefined }))).toHaveLength(1)
    })

    test('reports a value of another type', () => {
      expect(changed(contact(), { created_at: '2024-12-18T15:57:17Z' })).toEqual([
        'POST /contacts 200: response/created_at must be integer',
      ])
      expect(changed(contact(), { owner_id: true })).toHaveLength(1)
      expect(changed(contact(), { tags: [] })).toHaveLength(1)
      expect(changed(example('GET', '/tags'), { type: 'tag.list' })).toHaveLength(1)
      expect(changed(list(), listOf({ id: 1 }))).toHaveLength(1)
    })

    test('reports null for a field that is never null', () => {
      expect(changed(contact(), { id: null })).toEqual([
        'POST /contacts 200: response/id must be string',
      ])
      expect(changed(contact(), { location: null })).toHaveLength(1)
      expect(changed(example('POST', '/companies'), { name: null })).toHaveLength(1)
      expect(changed(error(), { errors: null })).toHaveLength(1)
    })

    test('reports an undescribed status that is not an error, and a body that is not JSON', () => {
      const page = { ...error(), status: 502, contentType: 'text/html', json: '<html></html>' }

      expect(description.responseProblems({ ...contact(), status: 202 })).toHaveLength(1)
      expect(description.responseProblems(page)).toHaveLength(2)
    })
  })

  describe('requestProblems', () => {
    const ada = { role: 'user', email: 'ada@example.com' }
    const problems = (method: string, path: string, body?: unknown, headers: object = {}) =>
      description.requestProblems({
        method,
        path,
        headers: {
          accept: type,
          authorization: 'Bearer token',
          'intercom-version': description.version,
          'content-type': type,
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })

    test('accepts a request as described', () => {
      expect(problems('POST', '/contacts', ada)).toEqual([])
      expect(problems('GET', '/data_attributes?model=contact')).toEqual([])
    })

    test('reports an unknown field', () => {
      expect(problems('POST', '/contacts', { ...ada, nickname: 'Ada' })).toEqual([
        'POST /contacts: body must NOT have unevaluated properties: nickname',
      ])
      expect(problems('PUT', '/contacts/1', { nickname: 'Ada' })).toHaveLength(1)
      expect(problems('POST', '/companies', { company_id: '1', domain: 'x' })).toHaveLength(1)
      expect(problems('POST', '/contacts/1/tags', { id: '1', name: 'x' })).toHaveLength(1)
    })

    test('reports a missing required field, a value of another type, and null', () => {
      expect(problems('POST', '/contacts/1/tags', {})).toHaveLength(1)
      expect(problems('POST', '/contacts', { name: 'Ada' })).toHaveLength(1)
      expect(problems('POST', '/contacts', { ...ada, signed_up_at: '2024' })).toHaveLength(1)
      expect(problems('POST', '/contacts', { ...ada, email: null })).toHaveLength(1)
      expect(problems('POST', '/contacts/search', { query: { operator: 'is' } })).toHaveLength(1)
    })

    test('reports an undescribed body, and a missing one', () => {
      expect(problems('GET', '/contacts/1', {})).toEqual([
        'GET /contacts/{contact_id}: body: not described',
      ])
      expect(problems('POST', '/contacts/1/unarchive', {})).toHaveLength(1)
      expect(problems('POST', '/contacts')).toHaveLength(1)
    })

    test('reports an unknown parameter, and a value that a parameter does not allow', () => {
      expect(problems('GET', '/data_attributes?kind=contact')).toHaveLength(1)
      expect(problems('GET', '/data_attributes?model=person')).toHaveLength(1)
    })

    test.each([
      { accept: 'text/html' },
      { authorization: 'token' },
      { 'content-type': 'text/plain' },
      { 'intercom-version': '9.9' },
    ])('reports the header %o', (wrong) => {
      expect(problems('POST', '/contacts', ada, wrong)).toHaveLength(1)
    })

    test('throws for an operation that is not described', () => {
      expect(() => problems('PATCH', '/contacts')).toThrow('no PATCH /contacts')
    })
  })
})
