import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { isRecord, own } from '../json-access.ts'
import type { HmacScheme } from '../signature/hmac.ts'
import { defaultToleranceSeconds } from '../signature/timestamp.ts'
import { firstOrNull, isAbsent } from '../transform/text.ts'
import { fullName } from './name.ts'
import { findPerson } from './person.ts'
import {
  assertOptions,
  type LifecycleOptions,
  lifecycleOptions,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'

const timestampHeader = 'x-hubspot-request-timestamp'
const v3Header = 'x-hubspot-signature-v3'

type Body = Record<string, unknown>

/** A property as HubSpot sends it, or plainly in a request body of one's own; null if that says so. */
const property = ({ properties, ...body }: Body, name: string): unknown =>
  firstOrNull(
    ...[own(properties, name), own(body, name)].map((value) =>
      isRecord(value) ? value.value : value,
    ),
  )

/** An event of the webhooks API: which object changed, and no contact. */
const isThin = (body: Body): boolean =>
  !isRecord(body.properties) &&
  (Object.hasOwn(body, 'subscriptionType') || Object.hasOwn(body, 'objectId')) &&
  isAbsent(property(body, 'email'))

/**
 * The types of the webhooks API's events that say all there is to say by the contact's id.
 * https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
 */
const deletions = ['contact.deletion', 'contact.privacyDeletion', 'object.deletion']
const contactTypeId = '0-1'

const isDeletion = ({ subscriptionType }: Body): boolean =>
  deletions.some((type) => type === subscriptionType)

const typeOf = (body: unknown): unknown => {
  if (own(body, 'is-contact') === false) return 'another object'
  if (!isRecord(body) || !isDeletion(body)) return 'contact'
  const { subscriptionType, objectTypeId } = body
  const isOther = subscriptionType === 'object.deletion' && objectTypeId !== contactTypeId
  return isOther ? 'another object' : subscriptionType
}

/** The contact in a workflow's webhook, whole or as its request body was customised. */
const contact = z
  .looseObject({})
  .check(
    z.refine((body) => !isThin(body) || isDeletion(body), 'expected a contact, not only its id'),
  )

/** What HubSpot notes itself, such as `hs_email_domain`; and the user who owns the contact. */
const notThePerson = /^(?:hs|hubspot)_|owner/i

/** The keys of a request body of one's own, which may be labels: `First name`. */
const questionsOf = ({ properties, ...body }: Body): Question[] =>
  Object.entries({ ...body, ...(isRecord(properties) && properties) }).flatMap(([label, value]) =>
    isRecord(value) || notThePerson.test(label) ? [] : [{ label, value }],
  )

const v3Scheme: HmacScheme = {
  type: 'hmac',
  header: [v3Header],
  prefix: '',
  algorithm: 'sha256',
  encoding: 'base64',
  signed: '{method}{url}{body}{timestamp}',
  unescaped: /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi,
  timestamp: { header: [timestampHeader], unit: 'ms', toleranceSeconds: defaultToleranceSeconds },
  secret: 'text',
}

const v2Scheme: HmacScheme = {
  type: 'hash',
  header: ['x-hubspot-signature'],
  prefix: '',
  algorithm: 'sha256',
  encoding: 'hex',
  signed: '{method}{url}{body}',
  secret: 'text',
}

const onlyV3Scheme: HmacScheme = {
  ...v3Scheme,
  otherHeaders: v2Scheme.header.map((header) => ({
    header,
    message:
      'only an older signature of HubSpot is there, and the source takes v3 alone: have HubSpot send `X-HubSpot-Signature-v3`, or leave `v3Only` out',
  })),
}

export type HubspotOptions = SourceOptions<Body> &
  LifecycleOptions & {
    /** Refuse the older signatures, which sign no time; default false. */
    readonly v3Only?: boolean
  }

/**
 * A contact sent by a workflow, also in a request body of one's own. HubSpot signs the URL too, so
 * `publicBaseUrl` must be the one that HubSpot posts to. A workflow does not say why it ran: with
 * `updated` in `on` each contact is one that changed. `deleted` are the webhooks API's events
 * contact.deletion (object.deletion) and contact.privacyDeletion, which have HubSpot's id alone: map
 * `objectId`, and `vid` of the workflow.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { crm: hubspot({ attributes: { 'properties.company.value': 'company_name' } }) }
 */
export const hubspot = (options: HubspotOptions = {}): Source => {
  assertOptions('hubspot()', options, { ...lifecycleOptions, v3Only: () => z.boolean() })
  const { v3Only, ...common } = options
  const kind = options.on?.includes('updated') ? 'updated' : 'created'
  return makeSource(
    {
      docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
      signature: v3Only ? onlyV3Scheme : { type: 'preferred', schemes: [v3Scheme, v2Scheme] },
      gives: [],
      payload: {
        format: 'json',
        // The webhooks API sends up to 100 events at once.
        events: (body) => [body].flat(),
        headers: [timestampHeader, v3Header],
        types: {
          of: typeOf,
          [kind]: ['contact'],
          deleted: deletions,
        },
        schema: contact,
        advice:
          'send it by a contact workflow’s action Send a webhook; of the webhooks API only deletions are read',
      },
      eventId: ({ eventId, subscriptionId }) =>
        isAbsent(eventId) ? undefined : `${eventId} ${subscriptionId}`,
      toSignup: (body, { headers }) => {
        if (isDeletion(body)) return { occurred_at: body.occurredAt, contact: {} }
        const named = {
          email: property(body, 'email'),
          phone: firstOrNull(property(body, 'phone'), property(body, 'mobilephone')),
          name: fullName(property(body, 'firstname'), property(body, 'lastname')),
        }
        const { contact, guessed } = findPerson(questionsOf(body))
        return {
          // A retry has a later one, and only v3 signs it.
          occurred_at:
            (kind === 'updated' && property(body, 'lastmodifieddate')) ||
            (headers[v3Header] && headers[timestampHeader]),
          contact: {
            email: firstOrNull(named.email, contact.email),
            phone: firstOrNull(named.phone, contact.phone),
            name: named.name ?? contact.name,
            signed_up_at: property(body, 'createdate'),
          },
          guessed: guessed.filter((field) => isAbsent(own(named, field))),
        }
      },
    },
    common,
  )
}
