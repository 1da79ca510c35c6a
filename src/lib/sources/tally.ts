import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { asList, asRecords, asText, own } from '../json-access.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const formResponse = z.looseObject({ data: z.looseObject({ fields: z.array(z.unknown()) }) })

const types = new Map<unknown, Question['type']>([
  ['INPUT_EMAIL', 'email'],
  ['INPUT_PHONE_NUMBER', 'phone'],
])

/** Choices come as ids; what is no known id stays as it is. */
const resolve = (value: unknown, among: unknown): unknown =>
  Array.isArray(value)
    ? value.map(
        (id) => asRecords(among).find((choice) => choice.id === id)?.text ?? own(id, 'url') ?? id,
      )
    : value

/** A matrix is a list of its rows, each with what was chosen in it. */
const answerValue = ({ value, options, rows, columns }: Record<string, unknown>): unknown =>
  Array.isArray(rows)
    ? asRecords(rows).map((row) => {
        const id = asText(row.id) ?? ''
        const chosen = asList(resolve(own(value, id), columns)).filter(asText)
        return `${asText(row.text) ?? id}: ${chosen.join(', ')}`
      })
    : resolve(value, options)

/** E-mail and phone by the question's type, the name by its label; hidden fields by their label. */
export const tally = defineSource({
  docs: 'https://tally.so/help/webhooks',
  signature: bodyScheme('tally-signature', 'base64'),
  payload: {
    format: 'json',
    isSignup: (body) => own(body, 'eventType') === 'FORM_RESPONSE',
    schema: formResponse,
  },
  eventId: ({ eventId }) => eventId,
  questions: ({ data }) =>
    asRecords(data.fields).map((given) => ({
      key: asText(given.key),
      label: asText(given.label),
      type: types.get(given.type),
      value: answerValue(given),
    })),
  toSignup: ({ createdAt, data }, _delivery, questions) => ({
    occurred_at: createdAt,
    contact: { ...findPerson(questions), signed_up_at: data.createdAt ?? createdAt },
  }),
})
