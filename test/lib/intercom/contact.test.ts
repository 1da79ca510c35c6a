import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { contactSchema } from '../../../src/lib/intercom/contact.ts'

const list = { type: 'list', data: [], url: '/contacts/1/x', total_count: 0, has_more: false }

test('contactSchema accepts the whole response of Create contact unchanged', () => {
  const contact = {
    type: 'contact',
    id: '6762f0dd1bb69f9f2193bb83',
    workspace_id: 'w1',
    external_id: null,
    role: 'user',
    email: 'ada@example.com',
    email_domain: 'example.com',
    phone: null,
    name: null,
    avatar: { type: 'avatar', image_url: 'https://example.com/a.png' },
    owner_id: 7,
    social_profiles: {
      type: 'list',
      data: [{ type: 'social_profile', name: 'x', url: 'https://x.example' }],
    },
    has_hard_bounced: false,
    marked_email_as_spam: false,
    unsubscribed_from_emails: false,
    created_at: 1_734_537_437,
    updated_at: 1_734_537_437,
    signed_up_at: null,
    location: { type: 'location', country: null, region: null, city: null },
    custom_attributes: { plan: 'pro' },
    tags: { ...list, data: [{ type: 'tag', id: '1', url: '/tags/1' }] },
    notes: list,
    companies: list,
    opted_in_subscription_types: list,
    utm_source: null,
    enabled_push_messaging: null,
    a_field_of_tomorrow: { x: 1 },
  }

  expect(z.parse(contactSchema, contact)).toMatchObject(contact)
})

test('contactSchema reads a field of another type as absent', () => {
  const odd = {
    type: 'contact',
    id: '1',
    email: 5,
    owner_id: '7',
    created_at: 'yesterday',
    avatar: 'https://example.com/a.png',
    custom_attributes: [],
    tags: { data: 'none' },
  }

  expect(z.parse(contactSchema, odd)).toMatchObject({
    id: '1',
    email: undefined,
    owner_id: '7',
    created_at: undefined,
    avatar: undefined,
    custom_attributes: undefined,
  })
})

test.each([{ id: '1' }, { type: null, id: '1' }, { type: 5, id: '1' }])(
  'contactSchema requires only an id: %j',
  (value) => {
    expect(z.parse(contactSchema, value)).toMatchObject({ id: '1' })
  },
)

test.each([{}, { type: 'contact' }, { type: 'contact', id: '' }, { id: 1 }, null, [], 'text'])(
  'contactSchema rejects a contact without an id: %j',
  (value) => {
    expect(z.safeParse(contactSchema, value).success).toBe(false)
  },
)
