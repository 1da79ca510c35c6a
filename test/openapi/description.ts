// For `unevaluatedProperties`, which refuses what no part of a composed schema knows; zod has none.
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import { parseJson } from '../../src/lib/json.ts'
import { type Document, jsonOf, type Operation, type Schema } from './document.ts'
import { readExamples } from './examples.ts'
import type { Answered, Asked } from './exchange.ts'
import { createConvert } from './json-schema.ts'

/** Judges exchanges by a description. */
export type Description = ReturnType<typeof createDescription>

type Call = { readonly method: string; readonly path: string }

const component = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const error = component('error')
const version = component('intercom_version')

/** Compiles schemas when they are first used; what is wrong with a value is told in one line. */
const createCheck = (document: Document) => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, validateSchema: false })
  const convert = createConvert({
    document,
    shownOf: readExamples(document),
    define: (name, schema) => ajv.addSchema(schema, name),
  })
  const validators = new Map<Schema, ValidateFunction>()
  return (what: string, schema: Schema, value: unknown): string[] => {
    const validate = validators.get(schema) ?? ajv.compile(convert(schema))
    validators.set(schema, validate)
    if (validate(value)) return []
    const [first] = validate.errors ?? []
    const field = first?.params.unevaluatedProperty ?? first?.params.additionalProperty
    const name = field === undefined ? '' : `: ${field}`
    return [`${what}${first?.instancePath} ${first?.message}${name}`]
  }
}

/** The operations of a description: a path that is written out comes before a template. */
const createFind = ({ paths }: Document) => {
  const templates = Object.entries(paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/?]+')}$`),
  }))
  const byTemplates = templates.toSorted(
    (one, other) => one.template.split('{').length - other.template.split('{').length,
  )
  return ({ method, path }: Call): { name: string; operation: Operation } => {
    const pathname = path.replace(/\?.*$/, '')
    for (const { template, operations, pattern } of byTemplates) {
      const operation = operations[method.toLowerCase()]
      if (operation && pattern.test(pathname)) return { name: `${method} ${template}`, operation }
    }
    throw new Error(`the description has no ${method} ${pathname}`)
  }
}

/** Says of requests and answers in what they are not as described; nothing where all is well. */
export const createDescription = (document: Document) => {
  const check = createCheck(document)
  const find = createFind(document)

  const headerProblems = ({ headers, body }: Asked): string[] => {
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
    if (!schema) return body === undefined ? [] : ['body: none is described']
    return check('body', schema, body === undefined ? undefined : parseJson(body))
  }

  return {
    /** The version of the API that it describes. */
    version: document.components.schemas.intercom_version?.default ?? '',
    /** Method and path template. @throws where it describes no such call */
    nameOf: (call: Call): string => find(call).name,
    requestProblems: (asked: Asked): string[] => {
      const { name, operation } = find(asked)
      return [
        ...headerProblems(asked),
        ...queryProblems(operation, asked.path),
        ...bodyProblems(operation, asked.body),
      ].map((problem) => `${name}: ${problem}`)
    },
    /** An error that is not described for a path is one of Intercom's all the same. */
    answerProblems: (answered: Answered): string[] => {
      const { status, contentType, json } = answered
      const { name, operation } = find(answered)
      const described = jsonOf(operation.responses?.[status])?.schema
      const schema = described ?? (status >= 400 ? error : undefined)
      const problems = [
        ...(/^application\/json\b/.test(contentType) ? [] : ['content-type: not JSON']),
        ...(schema ? check('answer', schema, json) : ['status: not described']),
      ]
      return problems.map((problem) => `${name} ${status}: ${problem}`)
    },
  }
}
