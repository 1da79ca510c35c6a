import * as z from 'zod/mini'
import { own } from '../own.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource, type Question } from './source.ts'

const choices = z.nullish(z.array(z.looseObject({ id: z.string(), text: z.string() })))
type Choices = z.infer<typeof choices>
const field = z.looseObject({
  key: z.string(),
  label: z.nullish(z.string()),
  type: z.string(),
  options: choices,
  rows: choices,
  columns: choices,
})
const formResponse = z.looseObject({ data: z.looseObject({ fields: z.array(field) }) })

const types: { readonly [type: string]: Question['type'] } = {
  INPUT_EMAIL: 'email',
  INPUT_PHONE_NUMBER: 'phone',
}

/** Choices come as ids; what is no known id stays as it is. */
const resolve = (value: unknown, among: Choices): unknown =>
  Array.isArray(value)
    ? value.map((id) => among?.find((choice) => choice.id === id)?.text ?? own(id, 'url') ?? id)
    : value

/** A matrix is a list of its rows, each with what was chosen in it. */
const answerOf = ({ value, options, rows, columns }: z.infer<typeof field>): unknown =>
  rows
    ? rows.map(
        ({ id, text }) => `${text}: ${[resolve(own(value, id), columns) ?? ''].flat().join(', ')}`,
      )
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
    data.fields.map((given) => ({
      key: given.key,
      label: given.label ?? undefined,
      type: types[given.type],
      value: answerOf(given),
    })),
  toSignup: ({ createdAt, data }, _delivery, questions) => ({
    occurred_at: createdAt,
    contact: { ...findPerson(questions), signed_up_at: data.createdAt ?? createdAt },
  }),
})
