import { isRecord } from '../../src/lib/json-access.ts'
import { type Document, nameIn, resolve, type Schema } from './document.ts'
import { fieldsOfAll, inferred, type ShownValues, valuesOf } from './examples.ts'

const mapValues = <T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))

/** An object's fields: those of the schema, and those that the examples show beside them. */
const fieldsOf = (
  { properties = {}, required = [] }: Schema,
  shown: readonly unknown[],
  convert: (schema: Schema) => object,
) => {
  const learned = shown
    .filter(isRecord)
    .flatMap(Object.keys)
    .filter((name) => !Object.hasOwn(properties, name))
  return {
    type: 'object',
    properties: {
      ...mapValues(properties, convert),
      ...Object.fromEntries(learned.map((name) => [name, inferred(valuesOf(shown, name))])),
    },
    required: [
      ...new Set([
        ...required,
        ...fieldsOfAll(shown).filter((name) => !properties[name]?.['x-optional']),
      ]),
    ],
  }
}

/** What a schema is turned with. */
export type Conversion = {
  readonly document: Document
  readonly shownOf: ShownValues
  /** Told of each component that a schema refers to, once. */
  readonly define: (name: string, schema: object) => void
}

/**
 * Turns the dialect of OpenAPI 3.0 into JSON Schema 2019-09. Formats go, since Intercom's are wrong:
 * `date-time` on integers, `uuid` on request ids that are none. An object that lists its fields takes
 * no other, but those that its examples show. It must have every field that all of them show: its
 * own schema requires next to none.
 */
export const createConvert = ({ document, shownOf, define }: Conversion) => {
  const defined = new Set<string>()
  /** An open schema leaves it to what it is a part of to refuse fields. */
  const convert = (schema: Schema, isClosed = true): object => {
    const { $ref, nullable, format: _, properties, items, ...rest } = schema
    const { additionalProperties, allOf, oneOf, anyOf, ...plain } = rest
    if ($ref !== undefined) {
      const name = `${nameIn($ref)}${isClosed ? '' : '-open'}`
      if (!defined.has(name)) {
        defined.add(name)
        define(name, convert(resolve(document, $ref), isClosed))
      }
      return { $ref: name }
    }
    const isObject = properties !== undefined || allOf !== undefined
    const alternative = (member: Schema) => convert(member, isClosed && !isObject)
    const converted = {
      ...plain,
      // The members of `allOf` learn from the same examples.
      ...(properties && fieldsOf(schema, allOf ? [] : shownOf(schema), (inner) => convert(inner))),
      ...(items && { items: convert(items) }),
      ...(allOf && { allOf: allOf.map((member) => convert(member, false)) }),
      ...(oneOf && { oneOf: oneOf.map(alternative) }),
      ...(anyOf && { anyOf: anyOf.map(alternative) }),
      ...(additionalProperties !== undefined && {
        additionalProperties:
          typeof additionalProperties === 'object'
            ? convert(additionalProperties)
            : additionalProperties,
      }),
      ...(isObject && isClosed && { unevaluatedProperties: false }),
    }
    return nullable ? { anyOf: [converted, { type: 'null' }] } : converted
  }
  return (schema: Schema): object => convert(schema)
}
