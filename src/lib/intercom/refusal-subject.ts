import * as z from 'zod/mini'
import { type ContactField, contactFieldNames } from '../signup.ts'
import { errorListSchema } from './contact.ts'

/**
 * What a refusal is about. Intercom says so in `field` at best, else in a text that is undocumented:
 * a guess.
 */
export type RefusalSubject = {
  readonly fields: readonly ContactField[]
  readonly aboutAttributes: boolean
}

const times: readonly ContactField[] = ['signed_up_at', 'last_seen_at']

/** The words of a message that are about a contact field. */
const fieldWords: readonly (readonly [words: RegExp, fields: readonly ContactField[]])[] = [
  [/\b(?:owner|admin)/i, ['owner_id']],
  [/\be-?mail/i, ['email']],
  [/\bphone/i, ['phone']],
  [/\bavatar/i, ['avatar']],
  [/\bname\b/i, ['name']],
  [/\bsigned[_ -]up/i, ['signed_up_at']],
  [/\blast[_ -]seen/i, ['last_seen_at']],
  [/\b(?:time|timestamp|date)\b/i, times],
]

/** Codes that say what a refusal is about, whatever its text. */
const codeFields: ReadonlyMap<string, readonly ContactField[]> = new Map([
  ['admin_not_found', ['owner_id']],
])
const attributeCodes = new Set(['custom_data_limit_reached'])

/** Reads `email`, `contact.email` and `custom_attributes.plan`. */
const readField = (field: string): RefusalSubject => {
  const aboutAttributes = /\battribute|\bcustom_attribute/i.test(field)
  const name = field.split('.').at(-1)
  const fields = aboutAttributes ? [] : contactFieldNames.filter((known) => known === name)
  return { fields, aboutAttributes }
}

/** Returns what the errors of a refusal are about; no fields if they do not say. */
export const subjectOf = (body: unknown): RefusalSubject => {
  const list = z.safeParse(errorListSchema, body)
  const subjects = (list.data?.errors ?? []).map(({ code, message, field }): RefusalSubject => {
    const byField = field ? readField(field) : undefined
    if (byField && (byField.aboutAttributes || byField.fields.length > 0)) return byField
    const text = message ?? ''
    // The name of an attribute may read like that of a field.
    if (attributeCodes.has(code ?? '') || /\battribute/i.test(text)) {
      return { fields: [], aboutAttributes: true }
    }
    const byText = fieldWords.flatMap(([words, fields]) => (words.test(text) ? fields : []))
    return { fields: codeFields.get(code ?? '') ?? byText, aboutAttributes: false }
  })
  return {
    fields: [...new Set(subjects.flatMap(({ fields }) => fields))],
    aboutAttributes: subjects.some(({ aboutAttributes }) => aboutAttributes),
  }
}
