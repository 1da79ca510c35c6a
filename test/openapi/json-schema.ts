import { isRecord } from '../../src/lib/json-access.ts'
import { type Document, nameIn, resolve, type Schema } from './document.ts'
import { commonFields, type ExampleValues, fieldValues, inferSchema } from './examples.ts'

const mapValues = <T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))

/** An object's fields: those of the schema, and further ones of the examples. */
const fieldsOf = (
  { properties = {}, required = [] }: Schema,
  examples: readonly unknown[],
  convert: (schema: Schema) => object,
) => {
  const learned = examples
    .filter(isRecord)
    .flatMap(Object.keys)
    .filter((name) => !Object.hasOwn(properties, name))
  return {
    type: 'object',
    properties: {
      ...mapValues(properties, convert),
      ...Object.fromEntries(
        learned.map((name) => [name, inferSchema(fieldValues(examples, name))]),
      ),
    },
    required: [
      ...new Set([
        ...required,
        ...commonFields(examples).filter((name) => !properties[name]?.['x-optional']),
      ]),
    ],
  }
}

/** What the conversion of schemas needs. */
export type Conversion = {
  readonly document: Document
  readonly examplesOf: ExampleValues
  /** Called once with each component that a schema refers to. */
  readonly define: (name: string, schema: object) => void
}

/**
 * Converts OpenAPI 3.0 schemas to JSON Schema 2019-09. Formats are dropped, since Intercom's are
 * wrong: `date-time` on integers, `uuid` on request ids that are not UUIDs. An object with listed
 * fields allows only these and those of its examples. It requires every field that all its examples
 * have, since Intercom's schemas require almost none.
 */
export const createConvert = ({ document, examplesOf, define }: Conversion) => {
  const defined = new Set<string>()
  /** An open schema leaves the rejection of unknown fields to the schema that contains it. */
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
      // The members of `allOf` have the same examples.
      ...(properties &&
        fieldsOf(schema, allOf ? [] : examplesOf(schema), (inner) => convert(inner))),
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
