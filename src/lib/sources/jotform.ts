import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { isTooDeep, parseJson } from '../json.ts'
import { asText, isRecord } from '../json-access.ts'
import { fullName } from './name.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const submission = z.looseObject({
  submissionID: z.string(),
  /** The answers as JSON. */
  rawRequest: z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => (isTooDeep(text) ? undefined : parseJson(text))),
    ),
    z.record(z.string(), z.unknown(), 'expected the answers as JSON'),
  ),
})

/** Joins an answer in several parts: an object with other keys for each type of field. */
const joinParts = (parts: Record<string, unknown>): Pick<Question, 'type' | 'value'> => {
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
 * Parses an answer's name such as `q3_studentsName`: the question's number, and its label in one
 * word. A label that Jotform generated ends with the number again: `q4_email4`.
 */
const toQuestion = ([name, answer]: [string, unknown]): Question[] => {
  const [, id, key] = /^q(\d+)_(\w+)$/.exec(name) ?? []
  if (id === undefined || key === undefined) return []
  const parsed = isRecord(answer) ? joinParts(answer) : { value: answer }
  return [{ id, ref: name, key, label: key.replace(/\d+$/, ''), ...parsed }]
}

/**
 * A form submission. E-mail, phone and name are found by the parts of the answers and the names of
 * the questions. Jotform does not sign: the URL that it posts to contains the secret.
 *
 * @example
 * sources: { demo: jotform({ country: 'US', consent: 'newsletter' }) }
 */
export const jotform = defineSource({
  docs: 'https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/',
  signature: { type: 'query' },
  gives: [],
  payload: { format: 'form', schema: submission, advice: 'connect the form’s own webhook' },
  eventId: ({ submissionID }) => submissionID,
  questions: ({ rawRequest }) => Object.entries(rawRequest).flatMap(toQuestion),
  toSignup: (_submission, _delivery, questions) => findPerson(questions),
})
