import {
  auth0,
  clerk,
  hubspot,
  shopify,
  signup,
  standardWebhooks,
  stripe,
  supabaseDatabase,
  webhook,
  workos,
} from '../../src/lib/index.ts'
import type { EventKind } from '../../src/lib/signup.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import { start } from '../support/clock.ts'

/** One event of one person. */
export type PersonEvent = { readonly kind: EventKind; readonly person: number }

/** A source with kinds, and what its sender posts. */
export type LifecycleSender = {
  readonly source: Source
  readonly post: (event: PersonEvent) => {
    readonly body: object
    readonly headers?: Readonly<Record<string, string>>
    readonly id: string
  }
  readonly accountOf?: (person: number) => string
}

const signedUpAt = start - 86_400
/** When each kind of event happened, in unix seconds. */
const times = { created: signedUpAt + 5, updated: signedUpAt + 2_000, deleted: signedUpAt + 3_000 }

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString()
const accountOf = (person: number) => `user-${person}`

/** A person changes name and e-mail, and removes the phone number. */
const stateAt = ({ kind, person }: PersonEvent) =>
  kind === 'created'
    ? { email: `ada.${person}@example.com`, name: 'Ada', phone: '+12813322575' }
    : { email: `ada.${person}@new.example`, name: 'Ada Lovelace', phone: null }

const idOf = ({ kind, person }: PersonEvent) => `event_${person}_${kind}`

const on = ['created', 'updated', 'deleted'] as const
const types = { created: ['person.new'], updated: ['person.changed'], deleted: ['person.gone'] }
const [created, updated, deleted] = ['person.new', 'person.changed', 'person.gone']
const typeOf = ({ kind }: PersonEvent) => ({ created, updated, deleted })[kind]

/** The senders, by the name of their preset, in the shape of their own payloads. */
export const lifecycleSenders: Readonly<Record<string, LifecycleSender>> = {
  clerk: {
    source: clerk({ on }),
    post: (event) => {
      const { email, name, phone } = stateAt(event)
      const user = {
        id: accountOf(event.person),
        first_name: name,
        last_name: null,
        created_at: signedUpAt * 1_000,
        primary_email_address_id: 'email_1',
        email_addresses: [{ id: 'email_1', email_address: email }],
        primary_phone_number_id: phone && 'phone_1',
        phone_numbers: phone ? [{ id: 'phone_1', phone_number: phone }] : [],
      }
      const data = event.kind === 'deleted' ? { id: user.id, deleted: true } : user
      const timestamp = times[event.kind] * 1_000
      return { id: idOf(event), body: { type: `user.${event.kind}`, timestamp, data } }
    },
  },
  workos: {
    source: workos({ on }),
    post: (event) => {
      const { email, name } = stateAt(event)
      const data = {
        ...{ id: accountOf(event.person), email, first_name: name, last_name: null },
        created_at: iso(signedUpAt),
      }
      const id = idOf(event)
      const created_at = iso(times[event.kind])
      return { id, body: { id, event: `user.${event.kind}`, created_at, data } }
    },
  },
  auth0: {
    source: auth0({ on }),
    post: (event) => {
      const { email, name, phone: phone_number } = stateAt(event)
      const user_id = accountOf(event.person)
      const object = { user_id, email, name, phone_number, created_at: iso(signedUpAt) }
      const id = idOf(event)
      const time = iso(times[event.kind])
      return { id, body: { id, type: `user.${event.kind}`, time, data: { object } } }
    },
  },
  supabaseDatabase: {
    source: supabaseDatabase({ on }),
    post: (event) => {
      const row = {
        ...{ ...stateAt(event), id: accountOf(event.person) },
        ...{ created_at: iso(signedUpAt), updated_at: iso(times[event.kind]) },
      }
      const type = { created: 'INSERT', updated: 'UPDATE', deleted: 'DELETE' }[event.kind]
      const isGone = event.kind === 'deleted'
      const rows = { record: isGone ? null : row, old_record: isGone ? row : null }
      return { id: idOf(event), body: { type, table: 'profiles', schema: 'public', ...rows } }
    },
  },
  shopify: {
    source: shopify({ on }),
    accountOf: (person) => `${person + 1_000}`,
    post: (event) => {
      const { email, name: first_name, phone } = stateAt(event)
      const customer = {
        ...{ id: event.person + 1_000, email, first_name, phone },
        ...{ created_at: iso(signedUpAt), updated_at: iso(times[event.kind]) },
      }
      const verb = { created: 'create', updated: 'update', deleted: 'delete' }[event.kind]
      const id = idOf(event)
      const headers = { 'x-shopify-topic': `customers/${verb}`, 'x-shopify-event-id': id }
      return { id, headers, body: event.kind === 'deleted' ? { id: customer.id } : customer }
    },
  },
  stripe: {
    source: stripe({ on, fields: { 'data.object.metadata.user_id': 'external_id' } }),
    post: (event) => {
      const id = idOf(event)
      const object = {
        ...{ ...stateAt(event), id: `cus_${event.person}`, object: 'customer' },
        ...{ created: signedUpAt, metadata: { user_id: accountOf(event.person) } },
      }
      const type = `customer.${event.kind}`
      return { id, body: { id, type, created: times[event.kind], data: { object } } }
    },
  },
  hubspot: {
    source: hubspot({ on, fields: { vid: 'external_id', objectId: 'external_id' } }),
    accountOf: (person) => `${person + 1_000}`,
    post: (event) => {
      const vid = event.person + 1_000
      const occurredAt = times[event.kind] * 1_000
      const id = idOf(event)
      if (event.kind === 'deleted') {
        const deletion = { eventId: vid, subscriptionId: 1, occurredAt, objectId: vid }
        return { id, body: [{ ...deletion, subscriptionType: 'contact.deletion' }] }
      }
      const { email, name } = stateAt(event)
      const properties = Object.fromEntries(
        Object.entries({
          ...{ email, firstname: name },
          ...{ createdate: signedUpAt * 1_000, lastmodifieddate: occurredAt },
        }).map(([property, value]) => [property, { value: String(value) }]),
      )
      return { id, body: { vid, 'is-contact': true, properties } }
    },
  },
  signup: {
    source: signup({ on }),
    post: (event) => ({
      id: idOf(event),
      body: {
        ...{ event_id: idOf(event), event: event.kind, occurred_at: times[event.kind] },
        ...{ external_id: accountOf(event.person), signed_up_at: signedUpAt },
        ...(event.kind !== 'deleted' && { ...stateAt(event), phone: undefined }),
      },
    }),
  },
  webhook: {
    source: webhook({
      ...{ signature: { type: 'bearer' }, types, eventId: 'id', occurredAt: 'at' },
      fields: { account: 'external_id', email: 'email', name: 'name' },
    }),
    post: (event) => ({
      id: idOf(event),
      body: {
        ...{ ...stateAt(event), id: idOf(event), type: typeOf(event) },
        ...{ account: accountOf(event.person), at: times[event.kind] },
      },
    }),
  },
  standardWebhooks: {
    source: standardWebhooks({
      types,
      fields: { account: 'external_id', email: 'email', name: 'name' },
    }),
    post: (event) => ({
      id: idOf(event),
      body: {
        ...{ ...stateAt(event), type: typeOf(event), timestamp: iso(times[event.kind]) },
        account: accountOf(event.person),
      },
    }),
  },
}

/** The account id of a person at a sender. */
export const accountAt = ({ accountOf: own = accountOf }: LifecycleSender, person: number) =>
  own(person)
