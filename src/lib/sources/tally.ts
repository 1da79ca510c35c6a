import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { list, own, records, text } from '../json-access.ts'
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
        (id) => records(among).find((choice) => choice.id === id)?.text ?? own(id, 'url') ?? id,
      )
    : value

/** A matrix is a list of its rows, each with what was chosen in it. */
const answerOf = ({ value, options, rows, columns }: Record<string, unknown>): unknown =>
  Array.isArray(rows)
    ? records(rows).map((row) => {
        const id = text(row.id) ?? ''
        const chosen = list(resolve(own(value, id), columns)).filter(text)
        return `${text(row.text) ?? id}: ${chosen.join(', ')}`
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
    records(data.fields).map((given) => ({
      key: text(given.key),
      label: text(given.label),
      type: types.get(given.type),
      value: answerOf(given),
    })),
  toSignup: ({ createdAt, data }, _delivery, questions) => ({
    occurred_at: createdAt,
    contact: { ...findPerson(questions), signed_up_at: data.createdAt ?? createdAt },
  }),
})
