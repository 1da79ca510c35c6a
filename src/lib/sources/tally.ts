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

/** Replaces the ids of choices by their texts, and files by their URLs; unknown ids stay. */
const resolve = (value: unknown, choices: unknown): unknown => {
  const textOf = (id: unknown): unknown =>
    asRecords(choices).find((choice) => choice.id === id)?.text ?? own(id, 'url') ?? id
  return Array.isArray(value) ? value.map(textOf) : textOf(value)
}

/** The answer to a matrix is a list of its rows, each with the columns chosen in it. */
const answerValue = ({ value, options, rows, columns }: Record<string, unknown>): unknown =>
  Array.isArray(rows)
    ? asRecords(rows).map((row) => {
        const id = asText(row.id) ?? ''
        const chosen = asList(resolve(own(value, id), columns)).filter(asText)
        return `${asText(row.text) ?? id}: ${chosen.join(', ')}`
      })
    : resolve(value, options)

/** Whether the answer is the text of a checkbox's only box, not an id that is not its own. */
const isOnlyBox = ({ type, value, options }: Record<string, unknown>): boolean => {
  const [box, ...others] = asRecords(options)
  const isBox = type === 'CHECKBOXES' && others.length === 0 && asText(box?.text) !== undefined
  return isBox && [value].flat().every((id) => id === box?.id)
}

/**
 * A form response. E-mail and phone are found by the question's type, the name by its label.
 * Options find a hidden field by its label.
 *
 * @example
 * sources: { beta: tally({ attributes: { utm_campaign: 'utm_campaign' }, consent: 'Newsletter' }) }
 */
export const tally = defineSource({
  docs: 'https://tally.so/help/webhooks',
  signature: bodyScheme('tally-signature', 'base64'),
  gives: [],
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'eventType'), created: ['FORM_RESPONSE'] },
    schema: formResponse,
    advice: 'connect the form’s own webhook',
  },
  eventId: ({ eventId }) => eventId,
  questions: ({ data }) =>
    asRecords(data.fields).map((field) => ({
      key: asText(field.key),
      label: asText(field.label),
      type: types.get(field.type),
      isOnlyBox: isOnlyBox(field),
      ...(field.type === 'HIDDEN_FIELDS' && { isHidden: true }),
      value: answerValue(field),
    })),
  toSignup: ({ createdAt, data }, _delivery, questions) => {
    const { contact, guessed } = findPerson(questions)
    return {
      occurred_at: createdAt,
      contact: { ...contact, signed_up_at: data.createdAt ?? createdAt },
      guessed,
    }
  },
})
