import * as z from 'zod/mini'
import { BridgeError } from '../errors.ts'
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

const isList = (types: TypesOption | undefined): types is readonly string[] => Array.isArray(types)

/**
 * The types of each kind, and the kinds that the source takes: by default all that are named.
 *
 * @throws BridgeError `invalid_config` if `on` has a kind without types; `map` may say the kind instead
 */
export const readTypes = (
  types: TypesOption | undefined,
  of: EventTypes['of'],
  { on, map }: EventOptions & { readonly map?: unknown },
): { readonly types?: EventTypes; readonly on?: readonly EventKind[] } => {
  const byKind: TypesByKind = (isList(types) ? { created: types } : types) ?? {}
  const untyped = on?.find((kind) => !byKind[kind] && (types !== undefined || kind !== 'created'))
  if (untyped !== undefined && !map) {
    throw new BridgeError('invalid_config', `on: name the types that are ${untyped} in \`types\``)
  }
  const kinds = on ?? (types && eventKinds.filter((kind) => byKind[kind]))
  return { ...(types && { types: { of, ...byKind } }), ...(kinds && { on: kinds }) }
}
