import { isAbsent } from './normalise-values.ts'

/** A value that means no by itself: an unticked box, a switch that is off. */
const plainNo = /^(?:0|false|n|off|unchecked|unticked|disabled)$/i

/** A text that starts with a yes; its later clauses (small print) do not count. */
const startsWithYes =
  /^(?:yes|ja|oui|s[ií]|okay|ok|sure|i (?:accept|agree|consent|want|would)|accept|agree|consent|keep|notify|please|send|sign|subscribe)(?![\p{L}\p{N}])/u

/** A word that means no, anywhere in a text. */
const noWord =
  /(?<![\p{L}\p{N}])(?:no|nope|not|never|none|nein|nee|nicht|non|keine?|(?:are|ca|did|do|does|is|should|wo|would)n['’]?t|decline[ds]?|den(?:y|ied)|disagree|refuse[ds]?|reject(?:ed|s)?|opt(?:ed|ing)? ?out|unsubscribed?)(?![\p{L}\p{N}])/u

/**
 * Whether the value of a consent box means yes: any value does, except an absent or empty one, and
 * one that says no ("No, thanks", `opt_out`). Of several values each must mean yes.
 */
export const isTicked = (value: unknown): boolean => {
  if (!Array.isArray(value)) return isYes(value)
  // Many pages send a hidden input with a no along with the box, whether it is ticked or not.
  const answers = value.filter((part) => typeof part !== 'string' || !plainNo.test(part.trim()))
  return answers.length > 0 && answers.every(isYes)
}

const isYes = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string' || isAbsent(value) || plainNo.test(value.trim())) return false
  const words = value
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase()
  const [clause = ''] = words.split(/[.,;:!?()–—]/, 1)
  return !noWord.test(startsWithYes.test(words) ? clause : words)
}
