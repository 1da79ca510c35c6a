import * as z from 'zod/mini'
import { own } from '../own.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource, type Question } from './source.ts'

const answer = z.looseObject({
  type: z.string(),
  field: z.looseObject({ id: z.string(), ref: z.optional(z.string()) }),
})
const formResponse = z.looseObject({
  form_response: z.looseObject({
    hidden: z.nullish(z.record(z.string(), z.unknown())),
    variables: z.nullish(z.array(z.looseObject({ key: z.string(), type: z.string() }))),
    definition: z.optional(
      z.looseObject({
        fields: z.array(
          z.looseObject({ id: z.string(), ref: z.optional(z.string()), title: z.string() }),
        ),
      }),
    ),
    answers: z.nullish(z.array(answer)),
  }),
})
type FormResponse = z.infer<typeof formResponse>['form_response']

const types: { readonly [type: string]: Question['type'] } = {
  email: 'email',
  phone_number: 'phone',
}

/** An answer's value stands under the name of its type; choices give their labels. */
const answerValue = (given: z.infer<typeof answer>): unknown => {
  const value = own(given, given.type)
  if (given.type === 'choice') return own(value, 'label') ?? own(value, 'other')
  if (given.type !== 'choices') return value
  const labels = own(value, 'labels')
  const other = own(value, 'other')
  return [...(Array.isArray(labels) ? labels : []), ...(other === undefined ? [] : [other])]
}

/** Answers join the definition by the field's id: their own `ref` is often missing. */
const questionsOf = ({ definition, answers, hidden, variables }: FormResponse): Question[] => {
  const fields = new Map(definition?.fields.map((field) => [field.id, field]))
  return [
    ...(answers ?? []).map((given) => {
      const field = fields.get(given.field.id)
      return {
        id: given.field.id,
        ref: given.field.ref ?? field?.ref,
        label: field?.title,
        type: types[given.type],
        value: answerValue(given),
      }
    }),
    ...Object.entries(hidden ?? {}).map(([key, value]) => ({ key, value })),
    ...(variables ?? []).map((variable) => ({
      key: variable.key,
      value: own(variable, variable.type),
    })),
  ]
}

/**
 * E-mail and phone by the answer's type, the name by its question; hidden fields and variables by
 * their key, as in `fields: { user_id: 'external_id' }`.
 */
export const typeform = defineSource({
  docs: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  signature: bodyScheme('typeform-signature', 'base64', 'sha256='),
  payload: {
    format: 'json',
    isSignup: (body) => own(body, 'event_type') === 'form_response',
    schema: formResponse,
  },
  eventId: ({ event_id }) => event_id,
  questions: ({ form_response }) => questionsOf(form_response),
  toSignup: ({ form_response: { submitted_at } }, _delivery, questions) => ({
    occurred_at: submitted_at,
    contact: { ...findPerson(questions), signed_up_at: submitted_at },
  }),
})
