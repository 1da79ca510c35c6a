import type { Question } from './source.ts'

const labels = {
  email: /\be-?mail\b/i,
  phone: /\b(?:phone|mobile|telephone)\b/i,
  first: /\b(?:first|given) name\b/i,
  last: /\b(?:last|family) name\b|\bsurname\b/i,
  name: /^\W*(?:(?:what(?:'|’)?s|what is) )?(?:your )?(?:full )?name\W*$/i,
}

/**
 * The person in a form builder's answers: e-mail and phone by the answer's own type, else by a
 * label that plainly asks for them; the name by its label, in one part or two.
 */
export const findPerson = (questions: readonly Question[]) => {
  const labelled = (shape: RegExp): unknown =>
    questions.find(({ label, value }) => typeof value === 'string' && shape.test(label ?? ''))
      ?.value
  const typed = (...types: string[]): unknown =>
    questions.find(({ type }) => type !== undefined && types.includes(type))?.value
  const parts = [labelled(labels.first), labelled(labels.last)].filter(Boolean)
  return {
    email: typed('email') ?? labelled(labels.email),
    phone: typed('phone_number') ?? labelled(labels.phone),
    name: labelled(labels.name) ?? (parts.length > 0 ? parts.join(' ') : undefined),
  }
}
