import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { asList, asRecords, asText, isRecord, own } from '../json-access.ts'
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

type Field = Record<string, unknown>

const choicesOf = (field: Field | undefined): readonly Field[] =>
  asRecords(field?.choices ?? own(field?.properties, 'choices'))

/** The label of a choice by its id; an unknown id stays. */
const labelOf = (field: Field | undefined, id: unknown): unknown =>
  choicesOf(field).find((choice) => id !== undefined && choice.id === id)?.label ?? id

/**
 * An answer has its value under the name of its type; the value of a choice is its label, which the
 * definition has if the answer has only its id.
 */
const answerValue = (answer: Field, type: string, field: Field | undefined): unknown => {
  const value = own(answer, type)
  const other = own(value, 'other')
  if (type === 'choice') return own(value, 'label') ?? other ?? labelOf(field, own(value, 'id'))
  if (type !== 'choices') return value
  const given = asList(own(value, 'labels'))
  const labels =
    given.length > 0 ? given : asList(own(value, 'ids')).map((id) => labelOf(field, id))
  return [...labels, ...(other === undefined ? [] : [other])]
}

/** Whether a value is the label of a question's only box. */
const isOnlyBox = (field: Field | undefined, value: unknown): boolean => {
  const [box, ...others] = choicesOf(field)
  const isBox = field?.type === 'multiple_choice' || field?.type === 'checkbox'
  const isOnly = isBox && box !== undefined && others.length === 0
  return isOnly && [value].flat().every((label) => label === box.label)
}

/**
 * Joins the answers with the form's definition by the field's id; their own `ref` is often missing.
 */
const questionsOf = ({ definition, answers, hidden, variables }: FormResponse): Question[] => {
  const fields = new Map<unknown, Field>()
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
    const value = answerValue(answer, type, field)
    questions.push({
      id: asText(id),
      ref: asText(ref) ?? asText(field?.ref),
      label: asText(field?.title),
      type: types.get(type),
      isOnlyBox: isOnlyBox(field, value),
      value,
    })
  }
  for (const [key, value] of Object.entries(hidden ?? {}))
    questions.push({ key, value, isHidden: true })
  for (const variable of asRecords(variables)) {
    questions.push({ key: asText(variable.key), value: own(variable, asText(variable.type) ?? '') })
  }
  return questions
}

/**
 * A form response. E-mail and phone are found by the answer's type, the name by its question; what
 * is not asked, by a hidden field's name. Options find a hidden field or a variable by its key.
 *
 * @example
 * sources: { beta: typeform({ fields: { user_id: 'external_id' } }) }
 */
export const typeform = defineSource({
  docs: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  signature: bodyScheme('typeform-signature', 'base64', 'sha256='),
  gives: [],
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'event_type'), created: ['form_response'] },
    schema: formResponse,
    advice: 'connect the form’s own webhook',
  },
  eventId: ({ event_id }) => event_id,
  questions: ({ form_response }) => questionsOf(form_response),
  toSignup: ({ form_response: { submitted_at } }, _delivery, questions) => {
    const { contact, guessed } = findPerson(questions)
    return {
      occurred_at: submitted_at,
      contact: { ...contact, signed_up_at: submitted_at },
      guessed,
    }
  },
})
