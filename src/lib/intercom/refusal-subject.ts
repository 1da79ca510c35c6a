import { type ContactField, contactFieldNames } from '../signup.ts'
import { parseErrorList } from './errors.ts'

/**
 * What a refusal is about. Intercom says so in `field` at best, else in a text that is undocumented:
 * a guess.
 */
export type RefusalSubject = {
  readonly fields: readonly ContactField[]
  readonly aboutAttributes: boolean
}

const times: readonly ContactField[] = ['signed_up_at', 'last_seen_at']

/** The words of an error that are about a contact field, apart by blanks. */
const fieldWords: readonly (readonly [words: RegExp, fields: readonly ContactField[]])[] = [
  [/\b(?:owner|admin)/i, ['owner_id']],
  [/\bverified/i, ['email_verified']],
  [/(?<!unsubscribed from )\be-?mail(?! verified)/i, ['email']],
  [/\bunsubscribed/i, ['unsubscribed_from_emails']],
  [/\bphone/i, ['phone']],
  [/\bavatar/i, ['avatar']],
  [/\bname\b/i, ['name']],
  [/\bsigned[ -]up/i, ['signed_up_at']],
  [/\blast[ -]seen/i, ['last_seen_at']],
  [/\b(?:time|timestamp|date)\b/i, times],
]

/** The words of an error that are about custom attributes: of `custom_data_limit_reached`, too. */
const attributeWords = /\battribute|\bcustom data\b/i

const about = (...fields: readonly ContactField[]): RefusalSubject => ({
  fields,
  aboutAttributes: false,
})
const aboutAttributes: RefusalSubject = { fields: [], aboutAttributes: true }

/** The words of a text in lower case, between blanks. */
const toWords = (text: string): string =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .join(' ')} `

/** Reads `email`, `contact.email`, `avatar.image_url`, `custom_attributes.plan` and `plan`. */
const readField = (field: string, attributes: readonly string[]): RefusalSubject | undefined => {
  if (attributeWords.test(field.replaceAll('_', ' '))) return aboutAttributes
  const parts = field.split('.')
  const known = contactFieldNames.filter((name) => parts.includes(name))
  if (known.length > 0) return about(...known)
  return attributes.includes(field) ? aboutAttributes : undefined
}

const readText = (text: string, attributes: readonly string[]): RefusalSubject => {
  const words = text.replaceAll('_', ' ')
  // The name of an attribute may read like that of a field.
  if (attributeWords.test(words)) return aboutAttributes
  const fields = fieldWords.flatMap(([pattern, named]) => (pattern.test(words) ? named : []))
  const namesAttribute = attributes.some((name) => toWords(text).includes(toWords(name)))
  return fields.length === 0 && namesAttribute ? aboutAttributes : about(...fields)
}

/**
 * Returns what the errors of a refusal are about; no fields if they do not say.
 *
 * @param attributes the names of the custom attributes that the request sent
 */
export const subjectOf = (body: unknown, attributes: readonly string[] = []): RefusalSubject => {
  const subjects = (parseErrorList(body)?.errors ?? []).map(
    ({ code, message, field }): RefusalSubject =>
      (field ? readField(field, attributes) : undefined) ??
      readText([field, message, code].map((part) => part ?? '').join('\n'), attributes),
  )
  return {
    fields: [...new Set(subjects.flatMap(({ fields }) => fields))],
    aboutAttributes: subjects.some((subject) => subject.aboutAttributes),
  }
}
