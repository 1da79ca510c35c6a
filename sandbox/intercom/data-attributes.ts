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
import { type Model, standardAttributes, viewAttribute } from './attribute-view.ts'
import { toUnixSeconds } from './unix-time.ts'

/** The custom attributes of the workspace, of one model. */
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
  /** Default: contacts. */
  readonly model?: Model
}) => {
  const { names, now, model = 'contact' } = options
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
    has: (name: string): boolean => known.has(name),
    /** Returns why an attribute of a request is rejected, or undefined. */
    problem: (name: string, value: unknown): string | undefined => {
      const attribute = known.get(name)
      if (attribute) return valueProblem(attribute, value)
      return names || /[.$]/.test(name) ? unknownAttribute(name) : shapeProblem(name, value)
    },
    /** Handles `GET /data_attributes`, of its model. */
    list: (withArchived: boolean): object => {
      const custom = [...known.values()].map((attribute, index) =>
        viewAttribute(attribute, index + 1, model),
      )
      const shown = custom.filter(({ archived }) => withArchived || !archived)
      return { type: 'list', data: [...standardAttributes[model], ...shown] }
    },
    /** Handles `POST /data_attributes`; `isTaken`: another model has an attribute of the name. */
    create: (body: unknown, isTaken: (name: string) => boolean): object | ApiError => {
      const ownerOf = (name: string) => {
        if (known.has(name)) return model
        if (!isTaken(name)) return undefined
        return model === 'contact' ? 'company' : 'contact'
      }
      const attribute = readAttributeBody(body, model, ownerOf, toUnixSeconds(now()))
      if (isApiError(attribute)) return attribute
      known.set(attribute.name, attribute)
      return viewAttribute(attribute, known.size, model)
    },
    /** Removes the attributes created through the API; the others stay. */
    reset: (): void => {
      for (const { name, created_at } of known.values()) {
        if (created_at !== undefined) known.delete(name)
      }
    },
  }
}
