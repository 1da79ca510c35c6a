import { memoiseByObject } from '../memoise.ts'
import { attributeTargets, type MappingOptions } from './mapping-options.ts'
import { tagRules } from './tags-from.ts'
import { clean, cleanName } from './text.ts'

/** Returns the config's own spelling of a name, if it is one that the config writes. */
type FindConstant = (name: string) => string | undefined

/** The names that a config writes: they reach Intercom to the byte. */
export type Constants = { readonly tag: FindConstant; readonly attribute: FindConstant }

const findConstant = (
  names: readonly string[],
  cleaned: (name: string) => string,
): FindConstant => {
  if (names.length === 0) return () => undefined
  const spellings = new Map(names.toReversed().map((name) => [cleaned(name), name]))
  for (const name of names) spellings.set(name, name)
  return (name) => spellings.get(name) ?? spellings.get(cleaned(name))
}

/** The constants of a source's options; a payload's name that is the same when cleaned counts. */
export const constantsOf = memoiseByObject(
  ({ tags = [], tagsFrom, attributes }: MappingOptions): Constants => ({
    tag: findConstant(
      [...tags, ...tagRules(tagsFrom).flatMap((rule) => ('allow' in rule ? rule.allow : []))],
      cleanName,
    ),
    attribute: findConstant(
      attributeTargets(attributes).map(({ to }) => to),
      clean,
    ),
  }),
)
