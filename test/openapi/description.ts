// Ajv supports `unevaluatedProperties`, which rejects unknown fields of a composed schema; zod does
// not.
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import { parseJson } from '../../src/lib/json.ts'
import { type Document, jsonOf, type Operation, type Schema } from './document.ts'
import { readExamples } from './examples.ts'
import type { ReceivedResponse, SentRequest } from './exchange.ts'
import { createConvert } from './json-schema.ts'

/** Checks requests and responses against a description. */
export type Description = ReturnType<typeof createDescription>

type Endpoint = { readonly method: string; readonly path: string }

const component = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const error = component('error')
const version = component('intercom_version')

/**
 * Creates a check of values against schemas, which are compiled on first use. It returns one line.
 */
const createCheck = (document: Document) => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, validateSchema: false })
  const convert = createConvert({
    document,
    examplesOf: readExamples(document),
    define: (name, schema) => ajv.addSchema(schema, name),
  })
  const validators = new Map<Schema, ValidateFunction>()
  return (name: string, schema: Schema, value: unknown): string[] => {
    const validate = validators.get(schema) ?? ajv.compile(convert(schema))
    validators.set(schema, validate)
    if (validate(value)) return []
    const [first] = validate.errors ?? []
    const field = first?.params.unevaluatedProperty ?? first?.params.additionalProperty
    const suffix = field === undefined ? '' : `: ${field}`
    return [`${name}${first?.instancePath} ${first?.message}${suffix}`]
  }
}

/** Creates a finder of operations, which prefers a literal path to a template. */
const createFind = ({ paths }: Document) => {
  const templates = Object.entries(paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/?]+')}$`),
  }))
  const byTemplates = templates.toSorted(
    (left, right) => left.template.split('{').length - right.template.split('{').length,
  )
  return ({ method, path }: Endpoint): { name: string; operation: Operation } => {
    const pathname = path.replace(/\?.*$/, '')
    for (const { template, operations, pattern } of byTemplates) {
      const operation = operations[method.toLowerCase()]
      if (operation && pattern.test(pathname)) return { name: `${method} ${template}`, operation }
    }
    throw new Error(`the description has no ${method} ${pathname}`)
  }
}

/** Creates the checks of requests and responses; each returns its problems, or an empty list. */
export const createDescription = (document: Document) => {
  const check = createCheck(document)
  const find = createFind(document)

  const headerProblems = ({ headers, body }: SentRequest): string[] => {
    const { accept, authorization = '', 'content-type': type } = headers
    return [
      ...(/^Bearer \S+$/.test(authorization) ? [] : ['header authorization: no bearer token']),
      ...check('header intercom-version', version, headers['intercom-version']),
      ...(accept === 'application/json' ? [] : ['header accept: not JSON']),
      ...(body === undefined || type === 'application/json'
        ? []
        : ['header content-type: not JSON']),
    ]
  }

  const queryProblems = ({ parameters = [] }: Operation, path: string): string[] =>
    [...new URL(path, 'http://localhost').searchParams].flatMap(([name, text]) => {
      const known = parameters.find((each) => each.in === 'query' && each.name === name)
      if (!known) return [`query ${name}: not described`]
      const value = known.schema.type === 'string' ? text : parseJson(text)
      return check(`query ${name}`, known.schema, value)
    })

  const bodyProblems = ({ requestBody }: Operation, body: string | undefined): string[] => {
    const { schema } = jsonOf(requestBody) ?? {}
    if (!schema) return body === undefined ? [] : ['body: not described']
    return check('body', schema, body === undefined ? undefined : parseJson(body))
  }

  return {
    /** The version of the described API. */
    version: document.components.schemas.intercom_version?.default ?? '',
    /** Returns the method and path template. @throws Error if the operation is not described */
    nameOf: (endpoint: Endpoint): string => find(endpoint).name,
    requestProblems: (request: SentRequest): string[] => {
      const { name, operation } = find(request)
      return [
        ...headerProblems(request),
        ...queryProblems(operation, request.path),
        ...bodyProblems(operation, request.body),
      ].map((problem) => `${name}: ${problem}`)
    },
    /** An error that is not described for a path is checked against Intercom's general error. */
    responseProblems: (received: ReceivedResponse): string[] => {
      const { status, contentType, json } = received
      const { name, operation } = find(received)
      const response = operation.responses?.[status]
      const described = jsonOf(response)?.schema
      // Described without a content, as a 202: nothing is sent.
      if (status < 300 && response && !described) {
        return json === undefined || json === '' ? [] : [`${name} ${status}: has a body`]
      }
      const schema = described ?? (status >= 400 ? error : undefined)
      const problems = [
        ...(/^application\/json\b/.test(contentType) ? [] : ['content-type: not JSON']),
        ...(schema ? check('response', schema, json) : ['status: not described']),
      ]
      return problems.map((problem) => `${name} ${status}: ${problem}`)
    },
  }
}
