import type { TagRule } from '../signup.ts'
import type { Place } from './find-value.ts'
import { cleanName, isAbsent, toTagList } from './text.ts'

/** Where tags are found, and which of the texts there are tags. */
export type TagsFrom = { readonly place: Place } & TagRule

const comparable = (name: string): string => cleanName(name).toLowerCase()

/** The tag that a text names, a listed one as the config spells it; `undefined` if it is not allowed. */
export const allowedTag = (rule: TagRule, name: string): string | undefined => {
  const wanted = comparable(name)
  if ('allow' in rule) return rule.allow.find((listed) => comparable(listed) === wanted)
  const prefix = rule.prefix.trimStart().normalize('NFC').toLowerCase()
  return wanted.startsWith(prefix) && wanted.length > prefix.length ? cleanName(name) : undefined
}

/** The rules of an option, one or several. */
export const tagRules = (tagsFrom: TagsFrom | readonly TagsFrom[] = []): readonly TagsFrom[] =>
  [tagsFrom].flat()

/** Reads the tags of one place; `onRefused` is called for each text that is not allowed. */
export const tagsAt = (
  rule: TagsFrom,
  found: unknown,
  onRefused: () => void,
): readonly string[] => {
  // A listed tag may have a comma.
  const isOne = typeof found === 'string' && 'allow' in rule && allowedTag(rule, found)
  return (isOne ? [found] : toTagList(found)).flatMap((value) => {
    if (isAbsent(value)) return []
    const isText = typeof value === 'string' || typeof value === 'number'
    const tag = isText ? allowedTag(rule, String(value)) : undefined
    if (tag === undefined) onRefused()
    return tag ?? []
  })
}
