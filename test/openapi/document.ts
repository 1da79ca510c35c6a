import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A schema of OpenAPI 3.0, with the keywords that are used here. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly nullable?: boolean
  readonly format?: string
  readonly default?: string
  /** An extension of the tests: optional in a response, although every example has it. */
  readonly 'x-optional'?: boolean
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

/** The schema and the examples of a body. */
type Content = {
  readonly schema?: Schema
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}

type Body = { readonly content?: Readonly<Record<string, Content>> }

export type Operation = {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly schema: Schema
  }[]
  readonly requestBody?: Body
  readonly responses?: Readonly<Record<string, Body>>
}

/** An OpenAPI description. */
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** Reads a description in YAML. */
export const readDocument = (file: string): Document =>
  // The tests fail on any other file.
  parse(readFileSync(file, 'utf8')) as Document

/** Returns the JSON content of a request or response, if it is described. */
export const jsonOf = (body: Body | undefined): Content | undefined =>
  body?.content?.['application/json']

/** Returns every example of a response. */
export const examplesOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses = {} }]) =>
      Object.entries(responses).flatMap(([status, response]) =>
        Object.values(jsonOf(response)?.examples ?? {}).map(({ value }) => ({
          method: method.toUpperCase(),
          path,
          status: Number(status),
          schema: jsonOf(response)?.schema ?? {},
          value,
        })),
      ),
    ),
  )

/** Returns the name of the component in a reference. */
export const nameIn = ($ref: string): string => $ref.slice($ref.lastIndexOf('/') + 1)

/** Returns the component of a reference. @throws Error if there is none */
export const resolve = ({ components }: Document, $ref: string): Schema => {
  const schema = components.schemas[nameIn($ref)]
  if (!schema) throw new Error(`the description has no ${$ref}`)
  return schema
}
