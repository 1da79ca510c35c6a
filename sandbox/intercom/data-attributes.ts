import {
  type Attribute,
  attributeNotation,
  dataTypeOf,
  readAttribute,
  wrongValue,
} from './attribute.ts'
import { readAttributeRequest } from './attribute-request.ts'
import { standardAttributes, viewAttribute } from './attribute-view.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { toUnixSeconds } from './unix-time.ts'

/** The custom attributes of the workspace. */
export type KnownAttributes = ReturnType<typeof createAttributes>

/**
 * Knows the attributes given, each `name`, `name:type` or `name:type:readonly`, where the type is one
 * of Intercom's or `options(one|another)`; without a list, every attribute exists.
 *
 * @throws where one is none of these
 */
export const createAttributes = (options: {
  readonly names: readonly string[] | undefined
  readonly now: () => number
}) => {
  const { names, now } = options
  const known = new Map<string, Attribute>()
  const add = (more: readonly string[]): void => {
    for (const text of more) {
      const attribute = readAttribute(text)
      if (!attribute) throw new Error(`attribute ${text}: must be ${attributeNotation}`)
      known.set(attribute.name, attribute)
    }
  }
  add(names ?? [])

  return {
    /** From now on these exist too. */
    add,
    /** One without a type takes that of the first value that it is given. */
    learn: (name: string, value: unknown): void => {
      const attribute = known.get(name)
      if (!attribute || attribute.data_type) return
      const data_type = dataTypeOf(value)
      if (data_type) known.set(name, { ...attribute, data_type })
    },
    /** What is wrong with an attribute of a request, in Intercom's words. */
    wrong: (name: string, value: unknown): string | undefined => {
      const attribute = known.get(name)
      if (attribute) return wrongValue(attribute, value)
      return names
        ? `Custom attribute '${name}' does not exist`
        : wrongValue({ name, api_writable: true }, value)
    },
    /** `GET /data_attributes?model=contact`. */
    list: (): readonly object[] => [
      ...standardAttributes,
      ...[...known.values()].map((attribute, index) => viewAttribute(attribute, index + 1)),
    ],
    /** `POST /data_attributes`. */
    create: (body: unknown): object | Refusal => {
      const has = (name: string) => known.has(name)
      const attribute = readAttributeRequest(body, has, toUnixSeconds(now()))
      if (isRefusal(attribute)) return attribute
      known.set(attribute.name, attribute)
      return viewAttribute(attribute, known.size)
    },
    /** Forgets those that were created; those added stay, as the config still writes them. */
    reset: (): void => {
      for (const { name, created_at } of known.values()) {
        if (created_at !== undefined) known.delete(name)
      }
    },
  }
}
