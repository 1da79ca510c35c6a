import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const attributes = ['plan', 'score:integer:readonly', 'size:options(small|very large)']
const email = 'ada@example.com'

type Listed = {
  readonly name: string
  readonly custom: boolean
  readonly data_type: string
  readonly archived: boolean
}

const startWith = async (names: readonly string[] | undefined) => {
  const started = await start(names && { attributes: names })
  const { request } = started
  return {
    ...started,
    add: (body: object) => request('POST', '/data_attributes', { model: 'contact', ...body }),
    write: (custom_attributes: object) =>
      request('POST', '/contacts', { role: 'lead', email, custom_attributes }),
    listed: async (query = '') => {
      const path = `/data_attributes?model=contact${query}`
      const data: Listed[] = (await request('GET', path)).json.data
      return data.filter(({ custom }) => custom)
    },
  }
}

describe('custom attribute', () => {
  test('that is read-only is listed as such and rejects every value', async () => {
    const { listed, write } = await startWith(attributes)

    expect(await listed()).toContainEqual(
      expect.objectContaining({ name: 'score', data_type: 'integer', api_writable: false }),
    )
    for (const score of [1, null]) {
      expect(errorOf(await write({ score }))).toEqual({
        status: 400,
        code: 'parameter_invalid',
        message: "Custom attribute 'score' is not writable",
      })
    }
  })

  test('with options is listed as a string with them, and rejects other values', async () => {
    const { listed, write } = await startWith(attributes)

    expect(await listed()).toContainEqual(
      expect.objectContaining({
        name: 'size',
        data_type: 'string',
        options: ['small', 'very large'],
        api_writable: true,
      }),
    )
    expect((await write({ size: 'very large' })).status).toBe(200)
    expect((await write({ size: null })).status).toBe(200)
    expect(errorOf(await write({ size: 'medium' }))).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
    })
  })

  test.each<[string, readonly unknown[], readonly unknown[]]>([
    ['plan', ['pro', '3', ''], [3, 1.5, true]],
    ['plan:string', ['pro'], [3, false]],
    ['seats:integer', [3, 0, -1], ['3', 1.5, true]],
    ['budget:float', [1.5, 3], ['1.5', false]],
    ['wants_demo:boolean', [true, false], ['true', 1, 0]],
    ['trial_ends:date', [1_798_070_400], ['2026-12-24', 1_798_070_400.5, true]],
  ])('declared as %s has one type from the start', async (text, accepted, refused) => {
    const { write, listed } = await startWith([text])
    const [name = '', type = 'string'] = text.split(':')

    for (const value of refused) {
      expect(errorOf(await write({ [name]: value }))).toEqual({
        status: 400,
        code: 'parameter_invalid',
        message: `Custom attribute '${name}' must be a ${type}`,
      })
    }
    for (const value of [...accepted, null]) {
      expect((await write({ [name]: value })).status).toBe(200)
    }
    expect(await listed()).toMatchObject([{ name, data_type: type }])
  })

  test('has the type of its last declaration', async () => {
    const { write, listed, intercom } = await startWith(['seats'])
    intercom.addFault({ attributes: ['seats:integer'] })

    expect((await write({ seats: '3' })).status).toBe(400)
    expect((await write({ seats: 3 })).status).toBe(200)
    expect(await listed()).toMatchObject([{ name: 'seats', data_type: 'integer' }])
  })

  test.each<[string, readonly string[] | undefined]>([
    ['that is declared', ['plan']],
    ['of a workspace without a list', undefined],
  ])('%s holds 255 characters, and no list or object', async (_, names) => {
    const { write } = await startWith(names)

    expect((await write({ plan: 'x'.repeat(255) })).status).toBe(200)
    for (const plan of ['x'.repeat(256), ['pro'], { name: 'pro' }]) {
      expect(errorOf(await write({ plan }))).toMatchObject({
        status: 400,
        code: 'parameter_invalid',
      })
    }
  })

  test.each(['a.b', '$a'])('of a workspace without a list cannot be named "%s"', async (name) => {
    const { write } = await startWith(undefined)

    expect(errorOf(await write({ [name]: 'x' })).message).toBe(
      `Custom attribute '${name}' does not exist`,
    )
  })

  test.each(['Plan', 'PLAN', ' plan'])('is not found as "%s"', async (name) => {
    const { write } = await startWith(['plan'])

    expect((await write({ [name]: 'pro' })).status).toBe(400)
  })

  test('that is archived is refused, and listed only if asked for', async () => {
    const { add, write, listed } = await startWith(['plan', 'old:integer:archived'])

    expect(errorOf(await write({ old: 1 })).message).toBe("Custom attribute 'old' does not exist")
    expect((await listed()).map(({ name }) => name)).toEqual(['plan'])
    expect(await listed('&include_archived=true')).toMatchObject([
      { name: 'plan', archived: false },
      { name: 'old', data_type: 'integer', archived: true },
    ])
    expect((await add({ name: 'old', data_type: 'string' })).status).toBe(400)
  })

  test.each([
    '',
    'plan:',
    'plan:text',
    'plan:string:writable',
    'plan:archived',
    'size:options(one)',
    'a:b:c:d',
    'a.b',
    '$a:string',
  ])('cannot be declared as "%s"', async (text) => {
    await expect(start({ attributes: [text] })).rejects.toThrow(`attribute ${text}: must be name`)
  })
})

describe('creating a data attribute', () => {
  test('returns it, and contacts can have it', async () => {
    const { add, write, listed } = await startWith(attributes)
    expect((await write({ 'Team size': 3 })).status).toBe(400)

    const { status, json } = await add({
      name: 'Team size',
      data_type: 'integer',
      description: 'How many they are',
    })

    expect(status).toBe(200)
    expect(json).toEqual({
      id: 4,
      type: 'data_attribute',
      name: 'Team size',
      full_name: 'custom_attributes.Team size',
      label: 'Team size',
      description: 'How many they are',
      data_type: 'integer',
      api_writable: true,
      ui_writable: true,
      messenger_writable: false,
      custom: true,
      archived: false,
      admin_id: '1',
      created_at: 1_734_537_437,
      updated_at: 1_734_537_437,
      model: 'contact',
    })
    expect((await listed()).at(-1)).toEqual(json)
    expect((await write({ 'Team size': 3 })).status).toBe(200)
    expect((await write({ 'Team size': 'three' })).status).toBe(400)
  })

  test('accepts a list of options, and stores a datetime as a date', async () => {
    const { add, write } = await startWith([])
    const options = [{ value: '1-10' }, { value: '11-50' }]

    const list = await add({ name: 'size', data_type: 'options', options })
    const time = await add({ name: 'trial_ends_at', data_type: 'datetime' })

    expect(list.json).toMatchObject({ data_type: 'string', options: ['1-10', '11-50'] })
    expect(time.json).toMatchObject({ data_type: 'date' })
    expect((await write({ size: '1-10', trial_ends_at: 1_734_537_437 })).status).toBe(200)
  })

  test.each([
    [
      { name: '!nv@l!d n@me', data_type: 'string' },
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
    ],
    [{ name: 'ring', data_type: 'mithril' }, "Data Type isn't an option"],
    [
      { name: 'ring', data_type: 'options', options: [{ value: 'one' }] },
      'You must have at least two options on a list type data attribute',
    ],
    [
      { name: 'plan', data_type: 'string' },
      "You already have 'plan' in your people data. To save this as new people data, use a different name.",
    ],
    [
      { name: 'ring', data_type: 'string', model: 'conversation' },
      'The Data Attribute model field must be either contact or company',
    ],
  ])('is refused with a reason for %j', async (body, message) => {
    const { add, listed } = await startWith(attributes)

    expect(errorOf(await add(body))).toEqual({ status: 400, code: 'parameter_invalid', message })
    expect(await listed()).toHaveLength(attributes.length)
  })

  test('keeps every other attribute in a workspace without a list', async () => {
    const { add, write, listed } = await startWith(undefined)

    await add({ name: 'plan', data_type: 'string' })

    expect((await write({ plan: 'pro', whatever: 1 })).status).toBe(200)
    expect((await write({ plan: 1 })).status).toBe(400)
    expect((await listed()).map(({ name }) => name)).toEqual(['plan'])
  })

  test('is undone by a reset, unlike attributes added by a fault', async () => {
    const { add, listed, intercom } = await startWith(['plan'])
    intercom.addFault({ attributes: ['seats:integer', 'plan:string'] })
    await add({ name: 'ring', data_type: 'string' })

    intercom.reset()

    expect((await listed()).map(({ name }) => name)).toEqual(['plan', 'seats'])
  })
})

describe('custom attribute of companies', () => {
  const upsert = { company_id: 'acme' }

  test('is apart from those of contacts: created, listed and written by itself', async () => {
    const { request, add, listed } = await startWith(attributes)
    const body = { name: 'seats', data_type: 'integer', model: 'company' }

    expect((await add(body)).json).toMatchObject({ name: 'seats', model: 'company' })

    const { data } = (await request('GET', '/data_attributes?model=company')).json
    expect(data.filter(({ custom }: Listed) => custom)).toMatchObject([
      { full_name: 'custom_attributes.seats', data_type: 'integer', model: 'company' },
    ])
    expect((await listed()).map(({ name }) => name)).not.toContain('seats')
  })

  test.each([
    ['plan', 'company', 'people', 'company'],
    ['tier', 'contact', 'company', 'people'],
  ])('cannot have the name of another model: %s', async (name, model, owner, wanted) => {
    const { request, add } = await startWith(attributes)
    await request('POST', '/_sandbox/faults', { company_attributes: ['tier'] })

    expect(errorOf(await add({ name, model, data_type: 'string' })).message).toBe(
      `You already have '${name}' in your ${owner} data. To save this as new ${wanted} data, use a different name.`,
    )
  })

  test('that does not exist, or has another type, is refused as of a contact', async () => {
    const { request } = await start({ companyAttributes: ['tier', 'seats:integer'] })
    const write = (custom_attributes: object) =>
      request('POST', '/companies', { ...upsert, custom_attributes })

    expect((await write({ tier: 'gold', seats: 3 })).json.custom_attributes).toEqual({
      tier: 'gold',
      seats: 3,
    })
    expect(errorOf(await write({ floor: 1 }))).toEqual({
      status: 400,
      code: 'parameter_invalid',
      message: "Custom attribute 'floor' does not exist",
    })
    expect(errorOf(await write({ seats: '3' })).message).toBe(
      "Custom attribute 'seats' must be a integer",
    )
  })

  test('exists under any name in a workspace without a list', async () => {
    const { request } = await start()
    const body = { ...upsert, custom_attributes: { anything: 1 } }

    expect((await request('POST', '/companies', body)).status).toBe(200)
  })
})
