import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { defaultToleranceSeconds } from '../signature/timestamp.ts'
import { fullName } from './name.ts'
import { defineSource } from './source.ts'

const timestampHeader = 'x-hubspot-request-timestamp'
const v3Header = 'x-hubspot-signature-v3'

/** The contact in a workflow's webhook. The webhooks API sends only ids, which is refused. */
const contact = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) })

/**
 * A contact sent by a workflow. HubSpot signs the URL too, so `publicBaseUrl` must be the one that
 * HubSpot posts to.
 *
 * @example
 * sources: { crm: hubspot({ attributes: { 'properties.company.value': 'company_name' } }) }
 */
export const hubspot = defineSource({
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  signature: {
    type: 'preferred',
    schemes: [
      {
        type: 'hmac',
        header: [v3Header],
        prefix: '',
        algorithm: 'sha256',
        encoding: 'base64',
        signed: '{method}{url}{body}{timestamp}',
        unescaped: /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi,
        timestamp: {
          header: [timestampHeader],
          unit: 'ms',
          toleranceSeconds: defaultToleranceSeconds,
        },
        secret: 'text',
      },
      {
        type: 'hash',
        header: ['x-hubspot-signature'],
        prefix: '',
        algorithm: 'sha256',
        encoding: 'hex',
        signed: '{method}{url}{body}',
        secret: 'text',
      },
    ],
  },
  payload: {
    format: 'json',
    headers: [timestampHeader, v3Header],
    types: {
      of: (body) => (own(body, 'is-contact') === false ? 'another object' : 'contact'),
      signups: ['contact'],
    },
    schema: contact,
    advice: 'send it by a contact workflow’s action Send a webhook, not by the webhooks API',
  },
  eventId: () => undefined,
  toSignup: ({ properties }, { headers }) => {
    const property = (name: string) => own(own(properties, name), 'value')
    return {
      // Only v3 signs the time.
      occurred_at: headers[v3Header] && headers[timestampHeader],
      contact: {
        email: property('email'),
        phone: property('phone') ?? property('mobilephone'),
        name: fullName(property('firstname'), property('lastname')),
        signed_up_at: property('createdate'),
      },
    }
  },
})
