import { isRecord, own } from '../../src/lib/json-access.ts'
import { type Document, examplesOf, resolve, type Schema } from './document.ts'

/** What the examples of a description show of a schema, wherever it stands. */
export type ShownValues = (schema: Schema) => readonly unknown[]

/** The fields that every one of these objects has. */
export const fieldsOfAll = (values: readonly unknown[]): string[] => {
  const [first, ...others] = values.filter(isRecord)
  return Object.keys(first ?? {}).filter((name) =>
    others.every((other) => Object.hasOwn(other, name)),
  )
}

/** What stands in that field of these values, where it does. */
export const valuesOf = (values: readonly unknown[], name: string): unknown[] =>
  values
    .filter((value) => isRecord(value) && Object.hasOwn(value, name))
    .map((value) => own(value, name))

/**
 * Reads the examples of all answers, and holds each part of one against the part of the schema that
 * it is an example of: so a contact in an answer of Create contact shows what a contact in a list has.
 */
export const readExamples = (document: Document): ShownValues => {
  const shown = new Map<Schema, unknown[]>()
  const show = (given: Schema, value: unknown): void => {
    const schema = given.$ref === undefined ? given : resolve(document, given.$ref)
    shown.set(schema, [...(shown.get(schema) ?? []), value])
    for (const member of schema.allOf ?? []) show(member, value)
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      for (const inner of valuesOf([value], name)) show(property, inner)
    }
    const items = schema.items && Array.isArray(value) ? value : []
    for (const item of items) show(schema.items ?? {}, item)
  }
  for (const { schema, value } of examplesOf(document)) show(schema, value)
  return (schema) => shown.get(schema) ?? []
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** The schema of what only examples tell of; whatever is always null there may be anything. */
export const inferred = (values: readonly unknown[]): object => {
  const types = [...new Set(values.map(typeOf))]
  if (types.every((type) => type === 'null')) return {}
  const records = values.filter(isRecord)
  const items = values.filter((value) => Array.isArray(value)).flat()
  return {
    type: types,
    ...(items.length > 0 && { items: inferred(items) }),
    ...(records.length > 0 && {
      properties: Object.fromEntries(
        records.flatMap(Object.keys).map((name) => [name, inferred(valuesOf(records, name))]),
      ),
      required: fieldsOfAll(records),
      additionalProperties: false,
    }),
  }
}
