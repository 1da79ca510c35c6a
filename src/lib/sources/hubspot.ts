import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { defaultToleranceSeconds } from '../signature/hmac.ts'
import { fullName } from './person.ts'
import { defineSource } from './source.ts'

const sentHeader = 'x-hubspot-request-timestamp'
const v3Header = 'x-hubspot-signature-v3'
/** A workflow's webhook carries the whole contact; the webhooks API only ids, which say nothing. */
const contact = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) })

/**
 * A contact whom a workflow sends. Its properties are found as `properties.company.value`. HubSpot
 * signs the address too, so `publicBaseUrl` must be the one that it was given.
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
          header: [sentHeader],
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
    headers: [sentHeader, v3Header],
    isSignup: (body) => own(body, 'is-contact') !== false,
    schema: contact,
  },
  eventId: () => undefined,
  toSignup: ({ properties }, { headers }) => {
    const property = (name: string) => own(own(properties, name), 'value')
    return {
      // Only v3 signs the time.
      occurred_at: headers[v3Header] && headers[sentHeader],
      contact: {
        email: property('email'),
        phone: property('phone') ?? property('mobilephone'),
        name: fullName(property('firstname'), property('lastname')),
        signed_up_at: property('createdate'),
      },
    }
  },
})
