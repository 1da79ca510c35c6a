import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { isTooDeep, parseJson } from '../json.ts'
import { asText, isRecord } from '../json-access.ts'
import { findPerson, fullName } from './person.ts'
import { defineSource } from './source.ts'

const submission = z.looseObject({
  submissionID: z.string(),
  /** The answers, as a JSON text in an input of the form. */
  rawRequest: z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => (isTooDeep(text) ? undefined : parseJson(text))),
    ),
    z.record(z.string(), z.unknown(), 'expected JSON with the answers'),
  ),
})

/** Answers of several parts come as an object, each kind of field with parts of its own. */
const ofParts = (parts: Record<string, unknown>): Pick<Question, 'type' | 'value'> => {
  const { prefix, first, middle, last, suffix, full, country, area, phone, year, month, day } =
    parts
  if (first !== undefined || last !== undefined) {
    return { type: 'name', value: fullName(prefix, first, middle, last, suffix) }
  }
  if (full !== undefined) return { type: 'phone', value: full }
  if (phone !== undefined) return { type: 'phone', value: fullName(country, area, phone) }
  if (year !== undefined) {
    const date = [year, month, day].map(asText)
    return { value: date.every(Boolean) ? date.join('-') : undefined }
  }
  return { value: fullName(...Object.values(parts)) }
}

/**
 * An answer's name is `q3_studentsName`: the question's number, and its label in one word; behind a
 * label that Jotform made itself it puts the number again, `q4_email4`.
 */
const toQuestion = ([name, answer]: [string, unknown]): Question[] => {
  const [, id, key] = /^q(\d+)_(\w+)$/.exec(name) ?? []
  if (id === undefined || key === undefined) return []
  const given = isRecord(answer) ? ofParts(answer) : { value: answer }
  return [{ id, ref: name, key, label: key.replace(/\d+$/, ''), ...given }]
}

/**
 * E-mail, phone and name by what their answers look like and by the questions' names. Jotform does
 * not sign: the address that it is given bears the secret.
 */
export const jotform = defineSource({
  docs: 'https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/',
  signature: { type: 'query' },
  payload: { format: 'form', schema: submission },
  eventId: ({ submissionID }) => submissionID,
  questions: ({ rawRequest }) => Object.entries(rawRequest).flatMap(toQuestion),
  toSignup: (_submission, _delivery, questions) => ({ contact: findPerson(questions) }),
})
