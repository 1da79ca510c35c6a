import { type ApiError, isApiError } from './api-error.ts'
import {
  type Attribute,
  attributeNotation,
  readAttribute,
  shapeProblem,
  unknownAttribute,
  valueProblem,
} from './attribute.ts'
import { readAttributeBody } from './attribute-body.ts'
import { standardAttributes, viewAttribute } from './attribute-view.ts'
import { toUnixSeconds } from './unix-time.ts'

/** The custom attributes of the workspace. */
export type KnownAttributes = ReturnType<typeof createAttributes>

/**
 * Keeps the custom attributes. Each of `names` is an `attributeNotation`. Without `names` every
 * attribute exists, those that are not added accept every type; only the added ones are listed.
 *
 * @throws Error if a name has another form
 */
export const createAttributes = (options: {
  readonly names: readonly string[] | undefined
  readonly now: () => number
}) => {
  const { names, now } = options
  const known = new Map<string, Attribute>()
  const add = (texts: readonly string[]): void => {
    for (const text of texts) {
      const attribute = readAttribute(text)
      if (!attribute) throw new Error(`attribute ${text}: must be ${attributeNotation}`)
      known.set(attribute.name, attribute)
    }
  }
  add(names ?? [])

  return {
    /** Adds attributes, or changes those that exist. */
    add,
    /** Returns why an attribute of a request is rejected, or undefined. */
    problem: (name: string, value: unknown): string | undefined => {
      const attribute = known.get(name)
      if (attribute) return valueProblem(attribute, value)
      return names || /[.$]/.test(name) ? unknownAttribute(name) : shapeProblem(name, value)
    },
    /** Handles `GET /data_attributes?model=contact`. */
    list: (withArchived: boolean): object => {
      const custom = [...known.values()].map((attribute, index) =>
        viewAttribute(attribute, index + 1),
      )
      const shown = custom.filter(({ archived }) => withArchived || !archived)
      return { type: 'list', data: [...standardAttributes, ...shown] }
    },
    /** Handles `POST /data_attributes`. */
    create: (body: unknown): object | ApiError => {
      const has = (name: string) => known.has(name)
      const attribute = readAttributeBody(body, has, toUnixSeconds(now()))
      if (isApiError(attribute)) return attribute
      known.set(attribute.name, attribute)
      return viewAttribute(attribute, known.size)
    },
    /** Removes the attributes created through the API; the others stay. */
    reset: (): void => {
      for (const { name, created_at } of known.values()) {
        if (created_at !== undefined) known.delete(name)
      }
    },
  }
}
