import * as z from 'zod/mini'
import { companyFieldNames, contactFieldNames } from '../signup.ts'
import { defineSource } from './source.ts'

const payload = z.looseObject({ custom_attributes: z.optional(z.nullable(z.looseObject({}))) })

const pick = (body: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(
    names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]),
  )

/** Our own JSON, flat: the fields of Create contact, with event_id, occurred_at, tags, company, note. */
export const signup = defineSource({
  docs: 'https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact',
  signature: { type: 'bearer' },
  payload: { format: 'json', schema: payload },
  waits: true,
  eventId: (body) => body.event_id,
  toSignup: (body) => {
    const company = z.safeParse(z.looseObject({}), body.company)
    return {
      ...pick(body, ['occurred_at', 'tags', 'note']),
      contact: {
        ...pick(body, contactFieldNames),
        ...(body.custom_attributes && { custom_attributes: body.custom_attributes }),
      },
      ...(company.success && { company: pick(company.data, companyFieldNames) }),
    }
  },
})
