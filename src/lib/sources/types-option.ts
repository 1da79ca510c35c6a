import * as z from 'zod/mini'
import { type EventKind, eventKinds } from '../signup.ts'
import type { EventTypes } from '../transform/event-type.ts'
import type { EventOptions } from '../transform/mapping-options.ts'

type TypesByKind = { readonly [kind in EventKind]?: readonly string[] }

/** The sender's own types of each kind of event; a list alone has those that are signups. */
export type TypesOption = readonly string[] | TypesByKind

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
            (types) => Object.keys(types).length > 0,
            'name the types of created, updated or deleted',
          ),
        ),
    ],
    { error: 'expected types, or { created, updated, deleted } with the types of each' },
  )

const isList = (types: TypesOption): types is readonly string[] => Array.isArray(types)

/** The types of each kind, and the kinds that the source takes: by default all that are named. */
export const readTypes = (
  types: TypesOption | undefined,
  of: EventTypes['of'],
  { on }: EventOptions,
): { readonly types?: EventTypes; readonly on?: readonly EventKind[] } => {
  if (!types) return on ? { on } : {}
  const byKind: TypesByKind = isList(types) ? { created: types } : types
  return { types: { of, ...byKind }, on: on ?? eventKinds.filter((kind) => byKind[kind]) }
}
