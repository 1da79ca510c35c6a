import { beforeAll, describe, expect, test } from 'vitest'
import { createDescription, type Description } from './description.ts'
import { examplesOf, readDocument } from './document.ts'
import type { Answered } from './exchange.ts'
import { file, skipped } from './place.ts'

const type = 'application/json'

describe.skipIf(!file)(file ? 'what is not as described is refused' : skipped, () => {
  let description: Description
  let examples: readonly Answered[]
  beforeAll(() => {
    const document = readDocument(file ?? '')
    description = createDescription(document)
    examples = examplesOf(document).map(({ schema: _, value, path, ...rest }) => ({
      ...rest,
      path: path.replace(/\{[^}]+\}/g, '1'),
      contentType: type,
      json: value,
    }))
  })

  /** The description's own example of an answer. */
  const example = (method: string, path: string, status = 200): Answered & { json: object } => {
    const found = examples.find(
      (each) => each.method === method && each.path === path && each.status === status,
    )
    // Every example of these answers is an object.
    return found as Answered & { json: object }
  }
  /** What is wrong with an example once some of it is changed; what is `undefined` is taken out. */
  const changed = (answer: Answered & { json: object }, change: object): string[] => {
    const json = JSON.parse(JSON.stringify({ ...answer.json, ...change }))
    return description.answerProblems({ ...answer, json })
  }
  const contact = () => example('POST', '/contacts')
  const error = () => example('POST', '/contacts', 401)
  const list = () => example('GET', '/contacts')
  const listOf = (change: object) => ({ data: [{ ...contact().json, ...change }] })

  test('but no example of its own', () => {
    const own = examples.filter(({ path }) => /^\/(contacts|tags|companies|me|data_)/.test(path))

    expect(own.length).toBeGreaterThan(50)
    expect(own.flatMap(description.answerProblems)).toEqual([])
    expect(changed(list(), listOf({}))).toEqual([])
  })

  describe('in an answer:', () => {
    test('a field that nobody knows', () => {
      expect(changed(contact(), { nickname: 'Ada' })).toEqual([
        'POST /contacts 200: answer must NOT have unevaluated properties: nickname',
      ])
      expect(changed(error(), { status: 401 })).toHaveLength(1)
      expect(changed(contact(), { avatar: { type: 'avatar', url: 'x' } })).toHaveLength(1)
      expect(changed(contact(), { opted_in_subscription_types: { size: 0 } })).toHaveLength(1)
      expect(changed(list(), listOf({ nickname: 'Ada' }))).toHaveLength(1)
    })

    test('no field that the schema requires, or that all examples show', () => {
      expect(changed(error(), { errors: undefined })).toEqual([
        "POST /contacts 401: answer must have required property 'errors'",
      ])
      expect(changed(error(), { errors: [{ message: 'no code' }] })).toHaveLength(1)
      expect(changed(contact(), { external_id: undefined })).toHaveLength(1)
      expect(changed(contact(), { utm_term: undefined })).toHaveLength(1)
      expect(changed(list(), listOf({ id: undefined }))).toHaveLength(1)
    })

    test('a value of another type', () => {
      expect(changed(contact(), { created_at: '2024-12-18T15:57:17Z' })).toEqual([
        'POST /contacts 200: answer/created_at must be integer',
      ])
      expect(changed(contact(), { owner_id: '1' })).toHaveLength(1)
      expect(changed(contact(), { tags: [] })).toHaveLength(1)
      expect(changed(example('GET', '/tags'), { type: 'tag.list' })).toHaveLength(1)
      expect(changed(list(), listOf({ id: 1 }))).toHaveLength(1)
    })

    test('null where there is always something', () => {
      expect(changed(contact(), { id: null })).toEqual([
        'POST /contacts 200: answer/id must be string',
      ])
      expect(changed(contact(), { location: null })).toHaveLength(1)
      expect(changed(example('POST', '/companies'), { name: null })).toHaveLength(1)
      expect(changed(error(), { errors: null })).toHaveLength(1)
    })

    test('a status that is neither described nor an error, and what is no JSON', () => {
      const page = { ...error(), status: 502, contentType: 'text/html', json: '<html></html>' }

      expect(description.answerProblems({ ...contact(), status: 202 })).toHaveLength(1)
      expect(description.answerProblems(page)).toHaveLength(2)
    })
  })

  describe('in a request:', () => {
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

    test('nothing where all is well', () => {
      expect(problems('POST', '/contacts', ada)).toEqual([])
      expect(problems('GET', '/data_attributes?model=contact')).toEqual([])
    })

    test('a field that nobody knows', () => {
      expect(problems('POST', '/contacts', { ...ada, nickname: 'Ada' })).toEqual([
        'POST /contacts: body must NOT have unevaluated properties: nickname',
      ])
      expect(problems('PUT', '/contacts/1', { nickname: 'Ada' })).toHaveLength(1)
      expect(problems('POST', '/companies', { company_id: '1', domain: 'x' })).toHaveLength(1)
      expect(problems('POST', '/contacts/1/tags', { id: '1', name: 'x' })).toHaveLength(1)
    })

    test('no field that is required, a value of another type, null', () => {
      expect(problems('POST', '/contacts/1/tags', {})).toHaveLength(1)
      expect(problems('POST', '/contacts', { name: 'Ada' })).toHaveLength(1)
      expect(problems('POST', '/contacts', { ...ada, signed_up_at: '2024' })).toHaveLength(1)
      expect(problems('POST', '/contacts', { ...ada, email: null })).toHaveLength(1)
      expect(problems('POST', '/contacts/search', { query: { operator: 'is' } })).toHaveLength(1)
    })

    test('a body where none is described, none where one is', () => {
      expect(problems('GET', '/contacts/1', {})).toEqual([
        'GET /contacts/{contact_id}: body: none is described',
      ])
      expect(problems('POST', '/contacts/1/unarchive', {})).toHaveLength(1)
      expect(problems('POST', '/contacts')).toHaveLength(1)
    })

    test('a parameter that nobody knows, a value that it does not take', () => {
      expect(problems('GET', '/data_attributes?kind=contact')).toHaveLength(1)
      expect(problems('GET', '/data_attributes?model=person')).toHaveLength(1)
    })

    test.each([
      { accept: 'text/html' },
      { authorization: 'token' },
      { 'content-type': 'text/plain' },
      { 'intercom-version': '9.9' },
    ])('the header %o', (wrong) => {
      expect(problems('POST', '/contacts', ada, wrong)).toHaveLength(1)
    })

    test('an address that is not described', () => {
      expect(() => problems('PATCH', '/contacts')).toThrow('no PATCH /contacts')
    })
  })
})
