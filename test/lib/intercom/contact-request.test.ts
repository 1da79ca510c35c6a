import { describe, expect, test } from 'vitest'
import {
  type ContactRequest,
  fieldsIn,
  toIntercomRequest,
} from '../../../src/lib/intercom/contact-request.ts'
import type { IntercomResponse } from '../../../src/lib/intercom/request-types.ts'
import { contact, email } from '../../support/people.ts'

const id = '6762f0dd1bb69f9f2193bb83'
const otherId = '5da6f18e3d7cf967e4582d05'
const requests = {
  search: { type: 'search', email },
  find: { type: 'find', external_id: '1' },
  get: { type: 'get', id },
  create: { type: 'create', fields: { role: 'user', email } },
  update: { type: 'update', id, fields: { name: 'Ada' } },
  unarchive: { type: 'unarchive', id },
  remove: { type: 'remove', id, how: 'archive' },
  merge: { type: 'merge', from: otherId, into: id },
} as const satisfies Record<ContactRequest['type'], ContactRequest>
type Type = keyof typeof requests
const types: readonly Type[] = ['search', 'find', 'get', 'create', 'update', 'unarchive', 'remove']
const allBut = (...excluded: Type[]): Type[] => types.filter((type) => !excluded.includes(type))

/** How a response to a request is read. */
const readAs = (type: Type, response: Partial<IntercomResponse>) =>
  toIntercomRequest(requests[type], '2.14').read({
    status: 200,
    headers: {},
    body: undefined,
    ...response,
  })
const read = readAs

const errorList = (message: string, code = 'parameter_invalid') => ({
  type: 'error.list',
  request_id: '004qkagkoq5kktea5hdg',
  errors: [{ code, message }],
})

describe('a request under /contacts', () => {
  test.each<[Type, object]>([
    ['find', { method: 'GET', path: '/contacts/find_by_external_id/1' }],
    ['get', { method: 'GET', path: `/contacts/${id}` }],
    ['create', { method: 'POST', path: '/contacts', body: `{"role":"user","email":"${email}"}` }],
    ['update', { method: 'PUT', path: `/contacts/${id}`, body: '{"name":"Ada"}' }],
    ['unarchive', { method: 'POST', path: `/contacts/${id}/unarchive` }],
    [
      'merge',
      { method: 'POST', path: '/contacts/merge', body: `{"from":"${otherId}","into":"${id}"}` },
    ],
  ])(
    'to %s has the method, path and body of the API reference, and its type as name',
    (type, expected) => {
      const {
        read: _read,
        repeatable: _repeatable,
        ...request
      } = toIntercomRequest(requests[type], '2.14')

      expect(request).toEqual({ ...expected, name: type })
    },
  )

  test('to search asks for up to 50 equal contacts', () => {
    const { method, path, body } = toIntercomRequest(requests.search, '2.14')

    expect({ method, path, body: JSON.parse(body ?? '') }).toEqual({
      method: 'POST',
      path: '/contacts/search',
      body: {
        query: { field: 'email', operator: '=', value: email },
        pagination: { per_page: 50 },
      },
    })
  })

  const byEmail = { field: 'email', operator: '=', value: email }
  const byPhone = { field: 'phone', operator: '=', value: '+1' }
  const isUser = { field: 'role', operator: '=', value: 'user' }
  const hasId = (value: string | null) => ({ field: 'external_id', operator: '=', value })

  test.each<[string, ContactRequest, object]>([
    ['by phone', { type: 'search', phone: '+1' }, byPhone],
    [
      'by e-mail or phone',
      { type: 'search', email, phone: '+1' },
      { operator: 'OR', value: [byEmail, byPhone] },
    ],
    [
      'for users',
      { type: 'search', email, only: { role: 'user' } },
      { operator: 'AND', value: [byEmail, isUser] },
    ],
    [
      'for the user with an id, or without one',
      { type: 'search', email, only: { role: 'user', external_id: '1' } },
      {
        operator: 'AND',
        value: [byEmail, isUser, { operator: 'OR', value: [hasId('1'), hasId(null)] }],
      },
    ],
    [
      'for the user without an id',
      { type: 'search', email, only: { role: 'user', external_id: null } },
      { operator: 'AND', value: [byEmail, isUser, hasId(null)] },
    ],
    [
      'for leads',
      { type: 'search', email, only: { role: 'lead' } },
      { operator: 'AND', value: [byEmail, { ...isUser, value: 'lead' }] },
    ],
  ])('to search %s has the query', (_how, request, query) => {
    expect(JSON.parse(toIntercomRequest(request, '2.14').body ?? '')).toMatchObject({ query })
  })

  test.each<[string, ContactRequest, string]>([
    ['get', { type: 'get', id: '../admins?x' }, '/contacts/..%2Fadmins%3Fx'],
    ['update', { type: 'update', id: 'a/b', fields: {} }, '/contacts/a%2Fb'],
    ['unarchive', { type: 'unarchive', id: 'a/b' }, '/contacts/a%2Fb/unarchive'],
    [
      'find',
      { type: 'find', external_id: 'a/b#ü' },
      '/contacts/find_by_external_id/a%2Fb%23%C3%BC',
    ],
  ])('to %s encodes an id with slashes', (_name, request, path) => {
    expect(toIntercomRequest(request, '2.14').path).toBe(path)
  })

  test.each([
    ['2.9', 7],
    ['2.14', 7],
    ['2.15', 7],
    ['2.16', '7'],
    ['2.17', '7'],
    ['3.0', '7'],
    ['Preview', '7'],
    ['Unstable', '7'],
  ])('of version %s sends the owner 7 as %j', (version, owner_id) => {
    const create = toIntercomRequest(
      { type: 'create', fields: { role: 'user', owner_id: 7 } },
      version,
    )
    const update = toIntercomRequest({ type: 'update', id, fields: { owner_id: 7 } }, version)

    expect(JSON.parse(create.body ?? '')).toEqual({ role: 'user', owner_id })
    expect(JSON.parse(update.body ?? '')).toEqual({ owner_id })
  })

  test.each([
    ['2.14', {}],
    ['2.15', {}],
    ['2.16', { email_verified: false }],
    ['3.0', { email_verified: false }],
    ['Preview', { email_verified: false }],
  ])('of version %s sends whether the e-mail is verified: %j', (version, sent) => {
    const fields = { email, email_verified: false }
    const create = toIntercomRequest(
      { type: 'create', fields: { role: 'user', ...fields } },
      version,
    )
    const update = toIntercomRequest({ type: 'update', id, fields }, version)

    expect(JSON.parse(create.body ?? '')).toEqual({ role: 'user', email, ...sent })
    expect(JSON.parse(update.body ?? '')).toEqual({ email, ...sent })
    expect(fieldsIn(version, { role: 'user', ...fields })).toEqual({ role: 'user', email, ...sent })
  })

  test.each([{}, { email: null }, { email: '' }])(
    'never sends email_verified without an e-mail: %j',
    (fields) => {
      const update = { type: 'update', id, fields: { ...fields, email_verified: true } } as const

      expect(JSON.parse(toIntercomRequest(update, '2.16').body ?? '')).toEqual(fields)
    },
  )

  test.each(['2.14', '2.16'])('of version %s empties fields with null', (version) => {
    const fields = { owner_id: null, phone: null, custom_attributes: { plan: null } }

    expect(
      JSON.parse(toIntercomRequest({ type: 'update', id, fields }, version).body ?? ''),
    ).toEqual(fields)
  })

  test('of version 2.16 sends no owner if the signup has none', () => {
    expect(JSON.parse(toIntercomRequest(requests.update, '2.16').body ?? '')).toEqual({
      name: 'Ada',
    })
  })

  test('is repeatable unless it creates a lead', () => {
    const lead = toIntercomRequest({ type: 'create', fields: { role: 'lead', email } }, '2.14')

    expect(lead.repeatable).toBe(false)
    expect(types.map((type) => toIntercomRequest(requests[type], '2.14').repeatable)).toEqual(
      types.map(() => true),
    )
  })
})

describe.each([200, 201, 202, 299])('a %i response', (status) => {
  const read = (type: Type, response: Partial<IntercomResponse>) =>
    readAs(type, { status, ...response })

  test.each<Type>(['find', 'get', 'create', 'update'])('to %s is read as the contact', (type) => {
    expect(read(type, { body: contact(id) })).toMatchObject({ type: 'contact', contact: { id } })
  })

  test('to search is read as the contacts that were found, or none', () => {
    const data = [contact(id), contact(otherId)]

    expect(read('search', { body: { type: 'list', data } })).toMatchObject({
      type: 'contacts',
      contacts: [{ id }, { id: otherId }],
    })
    expect(read('search', { body: { type: 'list', data: [] } })).toEqual({
      type: 'contacts',
      contacts: [],
    })
  })

  test('to unarchive is read as `unarchived`, without the contact', () => {
    const body = { type: 'contact', id, external_id: null, archived: false }

    expect(read('unarchive', { body })).toEqual({ type: 'unarchived' })
  })

  test.each<[Type, unknown]>([
    ...allBut('search').flatMap((type): [Type, unknown][] => [
      [type, undefined],
      [type, null],
      [type, []],
      [type, { type: 'contact' }],
      [type, { type: 'contact', id: '' }],
      [type, { type: 'list', data: [contact(id)] }],
    ]),
    ['search', undefined],
    ['search', contact(id)],
    ['search', { type: 'list' }],
    ['search', { type: 'list', data: [{ type: 'contact' }] }],
  ])('to %s with the body %j has no result', (type, body) => {
    expect(read(type, { body })).toBeUndefined()
  })
})

describe('a 404 response', () => {
  const body = errorList('User Not Found', 'not_found')

  test.each(allBut('create', 'search'))('to %s is read as `gone`', (type) => {
    expect(read(type, { status: 404, body })).toEqual({ type: 'gone' })
  })

  test.each<Type>(['create', 'search'])('to %s, which names no contact, has no result', (type) => {
    expect(read(type, { status: 404, body })).toBeUndefined()
  })
})

describe('a 410 response', () => {
  const body = errorList('This contact has been merged.', 'contact_merged')

  test.each([
    `</contacts/${otherId}>; rel="canonical"`,
    `</contacts/${otherId}>; rel=canonical`,
    `</contacts/${otherId}>;rel="canonical"`,
    `<https://api.intercom.io/contacts/${otherId}>; rel="canonical"`,
    `</contacts?page=2>; rel="next", </contacts/${otherId}>; rel="canonical"`,
    `</contacts/${otherId}>; title="Ada"; rel="canonical"`,
    `</contacts/${otherId}>; type="application/json";hreflang=en; rel=canonical`,
    `</contacts/${id}>; rel="next"; title="x", </contacts/${otherId}>; title="y"; rel="canonical"`,
  ])('is read as `merged` with the id of its Link header: %s', (link) => {
    expect(read('get', { status: 410, headers: { link }, body })).toEqual({
      type: 'merged',
      id: otherId,
    })
  })

  test.each([
    undefined,
    '',
    `</contacts/${otherId}>; rel="next"`,
    `</contacts/${otherId}>; title="Ada"`,
    `</contacts/${otherId}>; rel="next", </companies/1>; rel="canonical"`,
    `</companies/${otherId}>; rel="canonical"`,
    `</contacts/${otherId}/../../admins>; rel="canonical"`,
    '</contacts/>; rel="canonical"',
    'none',
  ])('is read as `merged` without an id if its Link header has none: %s', (link) => {
    expect(read('get', { status: 410, headers: { link }, body })).toEqual({
      type: 'merged',
      id: undefined,
    })
  })

  test.each(allBut('create', 'search'))('to %s is read as `merged`', (type) => {
    expect(read(type, { status: 410, body })).toMatchObject({ type: 'merged' })
  })

  test.each<Type>(['create', 'search'])('to %s, which names no contact, has no result', (type) => {
    expect(read(type, { status: 410, body })).toBeUndefined()
  })
})

describe('a 409 response', () => {
  test.each([
    ['A contact matching those details already exists with id=5da6f18e3d7cf967e4582d05', otherId],
    ['Contact already exists with id=5DA6F18E3D7CF967E4582D05', otherId.toUpperCase()],
  ])('is read as a conflict with the id in its text: %s', (message, id) => {
    const body = errorList(message, 'conflict')

    expect(read('create', { status: 409, body })).toEqual({
      type: 'conflict',
      id,
      archived: false,
    })
  })

  test('is read as a conflict with an archived contact', () => {
    const message = `An archived contact matching those details already exists with id=${otherId}`

    expect(read('create', { status: 409, body: errorList(message, 'conflict') })).toEqual({
      type: 'conflict',
      id: otherId,
      archived: true,
    })
  })

  const errorsOf = (...texts: (string | null)[]) => ({
    type: 'error.list',
    errors: texts.map((message) => ({ code: 'conflict', message })),
  })

  test.each([
    [errorsOf('A conflict', `exists with id=${otherId}`), false],
    [errorsOf(null, 'x', `An archived contact already exists with id=${otherId}`), true],
    [errorsOf('An archived contact', `exists with id=${otherId}`), true],
  ])('is read as a conflict with the id in any of its errors: %j', (body, archived) => {
    expect(read('create', { status: 409, body })).toEqual({
      type: 'conflict',
      id: otherId,
      archived,
    })
  })

  test('is read as a conflict with the first of several ids', () => {
    const body = errorsOf(`exists with id=${otherId}`, `exists with id=${id}`)

    expect(read('create', { status: 409, body })).toMatchObject({ id: otherId })
  })

  test.each([
    'Multiple existing users match this email address - must be more specific using user_id',
    'exists with id=not-an-id',
    'exists with uuid=5da6f18e3d7cf967e4582d05',
    'exists with id=5da6f18e3d7cf967e4582d05x',
    'A contact matching those details already exists',
    '',
  ])('is read as a conflict without an id: %j', (message) => {
    expect(read('create', { status: 409, body: errorList(message, 'conflict') })).toEqual({
      type: 'conflict',
      id: undefined,
      archived: false,
    })
  })

  test.each([{}, { errors: [] }, { errors: [{ code: 'conflict' }] }, null])(
    'of another shape is read as a conflict without an id: %j',
    (body) => {
      expect(read('update', { status: 409, body })).toMatchObject({
        type: 'conflict',
        id: undefined,
      })
    },
  )

  test.each<Type>(['search', 'find', 'get'])(
    'to %s, which writes nothing, has no result',
    (type) => {
      const body = errorList('exists', 'conflict')

      expect(read(type, { status: 409, body })).toBeUndefined()
    },
  )
})

describe('the response to a search', () => {
  const searched = (list: object) => read('search', { body: { data: [contact('a')], ...list } })

  test.each([
    ['no pages', {}],
    ['one page', { total_count: 1, pages: { page: 1, total_pages: 1 } }],
    ['no next page', { total_count: 1, pages: { next: null } }],
    ['a total that cannot be read', { total_count: 'many', pages: 'many' }],
  ])('has all contacts with %s', (_what, list) => {
    expect(searched(list)).toEqual({ type: 'contacts', contacts: [contact('a')] })
  })

  test.each([
    ['a next page', { pages: { next: { page: 2, starting_after: 'x' } } }],
    ['the address of a next page', { pages: { next: 'https://example.com' } }],
    ['a total above its contacts', { total_count: 2 }],
  ])('has more with %s', (_what, list) => {
    expect(searched(list)).toMatchObject({ type: 'contacts', hasMore: true })
  })
})

describe('a refused request', () => {
  test.each([
    [400, "Custom attribute 'plan' does not exist", true],
    [422, 'Custom Attributes must be strings', true],
    [400, 'The attribute plan is archived', true],
    [400, 'email must be a string', false],
    [422, 'phone is invalid', false],
    [400, '', false],
  ])('with status %i and text %j has aboutAttributes %s', (status, message, aboutAttributes) => {
    expect(read('create', { status, body: errorList(message) })).toMatchObject({
      type: 'refused',
      error: {
        code: 'intercom_rejected',
        intercomStatus: status,
        intercomCode: 'parameter_invalid',
        requestId: '004qkagkoq5kktea5hdg',
      },
      aboutAttributes,
    })
  })

  test.each<Type>(['create', 'update', 'unarchive'])('to %s is read as `refused`', (type) => {
    expect(read(type, { status: 400, body: errorList('x') })).toMatchObject({ type: 'refused' })
  })

  test.each<[Type, number]>([
    ['search', 400],
    ['search', 422],
    ['get', 400],
    ['get', 422],
    ['find', 422],
    ['find', 401],
  ])('to %s, which writes nothing, has no result after a %i', (type, status) => {
    expect(read(type, { status, body: errorList('attribute') })).toBeUndefined()
  })

  test('to search more narrowly is read as no contacts after a 400, and no other status', () => {
    const narrower = toIntercomRequest({ type: 'search', email, only: { role: 'user' } }, '2.14')
    const readNarrower = (status: number, body: unknown) =>
      narrower.read({ status, headers: {}, body })

    expect(readNarrower(400, errorList('x'))).toEqual({ type: 'contacts', contacts: [] })
    expect(readNarrower(403, errorList('x'))).toBeUndefined()
    expect(readNarrower(400, undefined)).toBeUndefined()
  })

  test('to find is read as `gone` after a 400', () => {
    expect(read('find', { status: 400, body: errorList('x') })).toEqual({ type: 'gone' })
  })

  test.each<[string, readonly string[]]>([
    ['The owner specified is not a member of the workspace', ['owner_id']],
    ['Something is wrong', []],
  ])('with the text %j names the fields %j', (message, fields) => {
    expect(read('update', { status: 422, body: errorList(message) })).toMatchObject({ fields })
  })

  test('is about attributes if it names one that the request sent', () => {
    const sent = { type: 'create', fields: { role: 'user', custom_attributes: { plan: 'x' } } }
    const refusal = { status: 400, headers: {}, body: errorList('plan is not valid') }

    expect(toIntercomRequest(sent as ContactRequest, '2.14').read(refusal)).toMatchObject({
      aboutAttributes: true,
    })
    expect(read('create', refusal)).toMatchObject({ aboutAttributes: false })
  })

  test('is about attributes if any of its errors is', () => {
    const errors = [{ message: 'x' }, {}, { message: 'Custom attributes must be strings' }]

    expect(read('update', { status: 400, body: { errors } })).toMatchObject({
      type: 'refused',
      aboutAttributes: true,
    })
  })

  test('about an attribute may have status 401 with a code other than that of a bad token', () => {
    const body = errorList("Custom attribute 'plan' does not exist")

    expect(read('update', { status: 401, body })).toMatchObject({
      type: 'refused',
      aboutAttributes: true,
    })
  })

  test.each(['unauthorized', 'token_revoked', 'token_unauthorized'])(
    'with a 401 %s has no result',
    (code) => {
      const body = errorList('about an attribute', code)

      expect(read('create', { status: 401, body })).toBeUndefined()
    },
  )

  test('never has Intercom’s text in its error', () => {
    const response = read('create', { status: 400, body: errorList('canary attribute') })

    expect(JSON.stringify(response)).not.toContain('canary')
  })
})

describe('a response without a result', () => {
  test.each([402, 403, 405, 406, 408, 415, 429, 500, 502, 503])(
    'is any response with status %i',
    (status) => {
      const results = types.map((type) => read(type, { status, body: errorList('attribute') }))

      expect(results).toEqual(types.map(() => undefined))
    },
  )

  test.each([400, 401, 404, 409, 410, 422])('is any HTML with status %i', (status) => {
    const results = types.map((type) => read(type, { status, body: undefined }))

    expect(results).toEqual(types.map(() => undefined))
  })
})

describe('the response to merge', () => {
  const refusal = { type: 'refused', error: { code: 'intercom_rejected' }, fields: [] }

  test('is read as the contact that is left', () => {
    expect(read('merge', { body: contact(id) })).toEqual({ type: 'contact', contact: contact(id) })
  })

  test.each([404, 410])('%i is read as `gone`: one of the two is no more', (status) => {
    expect(read('merge', { status, body: errorList('x', 'not_found') })).toEqual({ type: 'gone' })
  })

  test.each([
    [400, 'invalid_merge'],
    [401, 'token_unauthorized'],
    [402, 'api_plan_restricted'],
    [403, 'forbidden'],
    [409, 'conflict'],
    [422, 'data_invalid'],
  ])('%i %s is read as `refused`: the contact itself is delivered', (status, code) => {
    expect(read('merge', { status, body: errorList('x', code) })).toMatchObject(refusal)
  })

  test.each([
    [408, errorList('x')],
    [429, errorList('x')],
    [500, errorList('x')],
    [401, errorList('x', 'token_revoked')],
    [403, undefined],
    [404, undefined],
  ])('%i has no result: it is temporary, or no response of Intercom', (status, body) => {
    expect(read('merge', { status, body })).toBeUndefined()
  })
})
