import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const attributes = ['plan', 'score:integer:readonly', 'size:options(small|very large)']
const email = 'ada@example.com'

type Listed = { readonly name: string; readonly custom: boolean }

const startWith = async (names: readonly string[] | undefined) => {
  const started = await start(names && { attributes: names })
  const { request } = started
  return {
    ...started,
    add: (body: object) => request('POST', '/data_attributes', { model: 'contact', ...body }),
    write: (custom_attributes: object) =>
      request('POST', '/contacts', { role: 'lead', email, custom_attributes }),
    listed: async () => {
      const data: Listed[] = (await request('GET', '/data_attributes?model=contact')).json.data
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

  test.each(['', 'plan:', 'plan:text', 'plan:string:writable', 'size:options(one)', 'a:b:c:d'])(
    'cannot be declared as "%s"',
    async (text) => {
      await expect(start({ attributes: [text] })).rejects.toThrow(`attribute ${text}: must be name`)
    },
  )
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
    [
      { name: 'ring', data_type: 'string', model: 'company' },
      'The sandbox keeps attributes of contacts only',
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
