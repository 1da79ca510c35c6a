import { describe, expect, test } from 'vitest'
import { start } from './intercom-client.ts'

/*
 * The response of Create contact, field by field: the schema of the API reference, and the fields
 * that only its example has.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
const text = 'string'
const textOrNull = 'string, null'
const integer = 'integer'
const integerOrNull = 'integer, null'

const fields: Readonly<Record<string, string>> = {
  type: text,
  id: text,
  workspace_id: text,
  external_id: textOrNull,
  role: text,
  email: text,
  email_domain: text,
  phone: textOrNull,
  name: textOrNull,
  avatar: 'object, null',
  owner_id: integerOrNull,
  social_profiles: 'object',
  has_hard_bounced: 'boolean',
  marked_email_as_spam: 'boolean',
  unsubscribed_from_emails: 'boolean',
  created_at: integer,
  updated_at: integer,
  signed_up_at: integerOrNull,
  last_seen_at: integerOrNull,
  last_replied_at: integerOrNull,
  last_contacted_at: integerOrNull,
  last_email_opened_at: integerOrNull,
  last_email_clicked_at: integerOrNull,
  language_override: textOrNull,
  browser: textOrNull,
  browser_version: textOrNull,
  browser_language: textOrNull,
  os: textOrNull,
  location: 'object',
  android_app_name: textOrNull,
  android_app_version: textOrNull,
  android_device: textOrNull,
  android_os_version: textOrNull,
  android_sdk_version: textOrNull,
  android_last_seen_at: integerOrNull,
  ios_app_name: textOrNull,
  ios_app_version: textOrNull,
  ios_device: textOrNull,
  ios_os_version: textOrNull,
  ios_sdk_version: textOrNull,
  ios_last_seen_at: integerOrNull,
  custom_attributes: 'object',
  tags: 'object, null',
  notes: 'object',
  companies: 'object',
  opted_out_subscription_types: 'object',
  opted_in_subscription_types: 'object',
  utm_campaign: textOrNull,
  utm_content: textOrNull,
  utm_medium: textOrNull,
  utm_source: textOrNull,
  utm_term: textOrNull,
  referrer: textOrNull,
  enabled_push_messaging: 'boolean, null',
}

const list = {
  type: text,
  data: 'array',
  url: text,
  total_count: integer,
  has_more: 'boolean',
}
const nested: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  avatar: { type: text, image_url: textOrNull },
  location: {
    type: textOrNull,
    country: textOrNull,
    region: textOrNull,
    city: textOrNull,
    country_code: textOrNull,
    continent_code: textOrNull,
  },
  social_profiles: { type: text, data: 'array' },
  tags: list,
  notes: list,
  companies: list,
  opted_out_subscription_types: list,
  opted_in_subscription_types: list,
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

const expectTypes = (actual: object, types: Readonly<Record<string, string>>) => {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(types).toSorted())
  for (const [name, value] of Object.entries(actual)) {
    expect(types[name]?.split(', '), name).toContain(typeOf(value))
  }
}

const everything = {
  role: 'user',
  external_id: '70',
  email: 'ada@example.com',
  phone: '+353871234567',
  name: 'Ada',
  avatar: 'https://example.com/ada.png',
  signed_up_at: 1_571_672_154,
  last_seen_at: 1_571_672_155,
  owner_id: 1,
  unsubscribed_from_emails: true,
  custom_attributes: { paid_subscriber: true, monthly_spend: 155.5, team_mates: 1, plan: 'pro' },
}

describe('response of Create contact', () => {
  test.each([
    ['only an e-mail', { email: 'joebloggs@intercom.io' }],
    ['every field', everything],
  ])('has every field of the reference with its type, for a request with %s', async (_, body) => {
    const { request } = await start()

    const { status, json } = await request('POST', '/contacts', body)

    expect(status).toBe(200)
    expectTypes(json, fields)
    for (const [name, types] of Object.entries(nested)) {
      if (json[name] !== null) expectTypes(json[name], types)
    }
  })

  test('contains the values of the request, the avatar as an object', async () => {
    const { request } = await start()

    const { json } = await request('POST', '/contacts', everything)

    const avatar = { type: 'avatar', image_url: everything.avatar }
    expect(json).toMatchObject({ ...everything, avatar, email_domain: 'example.com' })
    expect(json.custom_attributes).toEqual(everything.custom_attributes)
  })

  test('is a user with nulls and empty lists, for a request with only an e-mail', async () => {
    const { request } = await start()

    const { json } = await request('POST', '/contacts', { email: 'joebloggs@intercom.io' })

    expect(json).toMatchObject({
      type: 'contact',
      role: 'user',
      external_id: null,
      phone: null,
      avatar: null,
      unsubscribed_from_emails: false,
      created_at: 1_734_537_437,
      updated_at: 1_734_537_437,
      custom_attributes: {},
    })
    const url = `/contacts/${json.id}/tags`
    expect(json.tags).toEqual({ type: 'list', data: [], url, total_count: 0, has_more: false })
  })

  test('has a unique id of 24 hex characters', async () => {
    const { create } = await start()

    const ids = await Promise.all(Array.from({ length: 50 }, () => create({ role: 'lead' })))

    expect(new Set(ids).size).toBe(50)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{24}$/)
  })

  test('has a null e-mail for a lead without one', async () => {
    const { request } = await start()

    const { status, json } = await request('POST', '/contacts', {
      role: 'lead',
      phone: '+3531234567',
    })

    expect(status).toBe(200)
    expect(json).toMatchObject({ email: null, email_domain: null, phone: '+3531234567' })
  })
})
