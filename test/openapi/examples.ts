import { isRecord, own } from '../../src/lib/json-access.ts'
import { type Document, examplesOf, resolve, type Schema } from './document.ts'

/** Returns the values that the examples of a description have for a schema. */
export type ExampleValues = (schema: Schema) => readonly unknown[]

/** Returns the fields that all these objects have. */
export const commonFields = (values: readonly unknown[]): string[] => {
  const [first, ...others] = values.filter(isRecord)
  return Object.keys(first ?? {}).filter((name) =>
    others.every((other) => Object.hasOwn(other, name)),
  )
}

/** Returns the values of a field in the objects that have it. */
export const fieldValues = (values: readonly unknown[], name: string): unknown[] =>
  values
    .filter((value) => isRecord(value) && Object.hasOwn(value, name))
    .map((value) => own(value, name))

/**
 * Reads the examples of all responses and assigns each part of them to its part of the schema. So a
 * contact in an example of Create contact is also an example of a contact in a list.
 */
export const readExamples = (document: Document): ExampleValues => {
  const examples = new Map<Schema, unknown[]>()
  const add = (reference: Schema, value: unknown): void => {
    const schema = reference.$ref === undefined ? reference : resolve(document, reference.$ref)
    examples.set(schema, [...(examples.get(schema) ?? []), value])
    for (const member of schema.allOf ?? []) add(member, value)
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      for (const inner of fieldValues([value], name)) add(property, inner)
    }
    const items = schema.items && Array.isArray(value) ? value : []
    for (const item of items) add(schema.items ?? {}, item)
  }
  for (const { schema, value } of examplesOf(document)) add(schema, value)
  return (schema) => examples.get(schema) ?? []
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** Infers a schema from examples. A value that is always null there may be anything. */
export const inferSchema = (values: readonly unknown[]): object => {
  const types = [...new Set(values.map(typeOf))]
  if (types.every((type) => type === 'null')) return {}
  const records = values.filter(isRecord)
  const items = values.filter((value) => Array.isArray(value)).flat()
  return {
    type: types,
    ...(items.length > 0 && { items: inferSchema(items) }),
    ...(records.length > 0 && {
      properties: Object.fromEntries(
        records.flatMap(Object.keys).map((name) => [name, inferSchema(fieldValues(records, name))]),
      ),
      required: commonFields(records),
      additionalProperties: false,
    }),
  }
}
