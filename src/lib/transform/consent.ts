import { isAbsent } from './values.ts'

/** A value that says no as a whole: an empty box, a switch that is off. */
const isNo = /^(?:0|false|n|off|unchecked|unticked|disabled)$/i

/** Begins as a yes does; what follows in small print is about something else. */
const beginsWithYes =
  /^(?:yes|ja|oui|s[ií]|okay|ok|sure|i (?:accept|agree|consent|want|would)|accept|agree|consent|keep|notify|please|send|sign|subscribe)(?![\p{L}\p{N}])/u

/** Words that say no. */
const saysNo =
  /(?<![\p{L}\p{N}])(?:no|nope|not|never|none|nein|nee|nicht|non|keine?|(?:are|ca|did|do|does|is|should|wo|would)n['’]?t|decline[ds]?|den(?:y|ied)|disagree|refuse[ds]?|reject(?:ed|s)?|opt(?:ed|ing)? ?out|unsubscribed?)(?![\p{L}\p{N}])/u

/** A box is ticked unless its value says no; a box that is not there was left empty. */
export const isTicked = (value: unknown): boolean => {
  if (!Array.isArray(value)) return isYes(value)
  // Beside a box stands, in many pages, a hidden input that says no until the box is ticked.
  const given = value.filter((each) => typeof each !== 'string' || !isNo.test(each.trim()))
  return given.length > 0 && given.every(isYes)
}

const isYes = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string' || isAbsent(value) || isNo.test(value.trim())) return false
  const words = value
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase()
  const [clause = ''] = words.split(/[.,;:!?()–—]/, 1)
  return !saysNo.test(beginsWithYes.test(words) ? clause : words)
}
