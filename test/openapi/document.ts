import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A schema in the dialect of OpenAPI 3.0, as far as it is looked into here. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly nullable?: boolean
  readonly format?: string
  readonly default?: string
  /** Ours: an answer may lack it, although every example shows it. */
  readonly 'x-optional'?: boolean
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

/** What a body holds, and what the description shows of it. */
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

/** An OpenAPI description as it stands in its file. */
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** Reads a description in YAML. */
export const readDocument = (file: string): Document =>
  // Whatever else the file is, the tests fail on it.
  parse(readFileSync(file, 'utf8')) as Document

/** The JSON that a request or an answer holds, where the description knows of one. */
export const jsonOf = (body: Body | undefined): Content | undefined =>
  body?.content?.['application/json']

/** Every example of an answer. */
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

/** The component's name in a reference to it. */
export const nameIn = ($ref: string): string => $ref.slice($ref.lastIndexOf('/') + 1)

/** The component that a reference stands for. */
export const resolve = ({ components }: Document, $ref: string): Schema => {
  const schema = components.schemas[nameIn($ref)]
  if (!schema) throw new Error(`the description has no ${$ref}`)
  return schema
}
