import * as z from 'zod/mini'
import { BridgeError } from '../errors.ts'
import { type EventKind, eventKinds } from '../signup.ts'
import type { EventTypes } from '../transform/event-type.ts'
import type { EventOptions } from '../transform/mapping-options.ts'

type TypesByKind = { readonly [kind in EventKind]?: readonly string[] }

/** The sender's own types of each kind of event; a list alone has those that are signups. */
export type TypesOption = readonly string[] | TypesByKind

/** Whether no type is listed twice. */
const isOfOneKind = (lists: object): boolean => {
  const all = Object.values(lists).flat()
  return new Set(all).size === all.length
}

const list = () => z.readonly(z.array(z.string().check(z.minLength(1))).check(z.minLength(1)))

/** The schema of the option `types`. */
export const typesSchema = () =>
  z.union(
    [
      list(),
      z
        .strictObject({
          created: z.optional(list()),
          updated: z.optional(list()),
          deleted: z.optional(list()),
        })
        .check(
          z.refine(
            (types) => Object.keys(types).length > 0 && isOfOneKind(types),
            'expected the types of at least one kind, and no type twice',
          ),
        ),
    ],
    { error: 'expected types, or { created, updated, deleted } with the types of each' },
  )

const isList = (types: TypesOption): types is readonly string[] => Array.isArray(types)

const toKinds = (types: TypesOption = []): TypesByKind =>
  isList(types) ? { created: types } : types

/**
 * The types of each kind, and the kinds that the source takes: by default all that are named.
 *
 * @throws BridgeError `invalid_config` if `on` has a kind that neither `types` nor `map` can say
 */
export const readTypes = (
  preset: string,
  types: TypesOption | undefined,
  of: EventTypes['of'],
  { on, map }: EventOptions & { readonly map?: unknown },
): { readonly types?: EventTypes; readonly on?: readonly EventKind[] } => {
  const byKind = toKinds(types)
  // Without types all are signups.
  const unsaid = on?.find((kind) => !byKind[kind] && (types || kind !== 'created'))
  if (unsaid && !map) {
    throw new BridgeError(
      'invalid_config',
      `${preset}: on: no type is ${unsaid}: set \`types: { ${unsaid}: […] }\``,
    )
  }
  if (!types) return on ? { on } : {}
  return { types: { of, ...byKind }, on: on ?? eventKinds.filter((kind) => byKind[kind]) }
}
