import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { asRecords, asText, isRecord, own } from '../json-access.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

type FormResponse = Record<string, unknown>
const formResponse = z.looseObject({
  form_response: z.custom<FormResponse>(isRecord, 'expected an object'),
})

const types = new Map<string, Question['type']>([
  ['email', 'email'],
  ['phone_number', 'phone'],
])

/** An answer has its value under the name of its type; the value of a choice is its label. */
const answerValue = (answer: Record<string, unknown>, type: string): unknown => {
  const value = own(answer, type)
  if (type === 'choice') return own(value, 'label') ?? own(value, 'other')
  if (type !== 'choices') return value
  const labels = own(value, 'labels')
  const other = own(value, 'other')
  return [...(Array.isArray(labels) ? labels : []), ...(other === undefined ? [] : [other])]
}

/**
 * Joins the answers with the form's definition by the field's id; their own `ref` is often missing.
 */
const questionsOf = ({ definition, answers, hidden, variables }: FormResponse): Question[] => {
  const fields = new Map<unknown, Record<string, unknown>>()
  for (const field of asRecords(own(definition, 'fields'))) {
    fields.set(field.id, field)
    // A group, such as contact info, has fields of its own.
    if (!isRecord(field.properties)) continue
    for (const inner of asRecords(field.properties.fields)) fields.set(inner.id, inner)
  }
  const questions: Question[] = []
  for (const answer of asRecords(answers)) {
    const { id, ref } = isRecord(answer.field) ? answer.field : {}
    const field = fields.get(id)
    const type = asText(answer.type) ?? ''
    questions.push({
      id: asText(id),
      ref: asText(ref) ?? asText(field?.ref),
      label: asText(field?.title),
      type: types.get(type),
      value: answerValue(answer, type),
    })
  }
  for (const [key, value] of Object.entries(hidden ?? {})) questions.push({ key, value })
  for (const variable of asRecords(variables)) {
    questions.push({ key: asText(variable.key), value: own(variable, asText(variable.type) ?? '') })
  }
  return questions
}

/**
 * A form response. E-mail and phone are found by the answer's type, the name by its question.
 * Options find a hidden field or a variable by its key.
 *
 * @example
 * sources: { beta: typeform({ fields: { user_id: 'external_id' } }) }
 */
export const typeform = defineSource({
  docs: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  signature: bodyScheme('typeform-signature', 'base64', 'sha256='),
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'event_type'), signups: ['form_response'] },
    schema: formResponse,
    advice: 'connect the form’s own webhook',
  },
  eventId: ({ event_id }) => event_id,
  questions: ({ form_response }) => questionsOf(form_response),
  toSignup: ({ form_response: { submitted_at } }, _delivery, questions) => ({
    occurred_at: submitted_at,
    contact: { ...findPerson(questions), signed_up_at: submitted_at },
  }),
})
