import type { Document, Schema } from './document.ts'

/** Where the facts are not as the description says. */
export type Deviation = {
  readonly component: string
  readonly property: string
  /** What holds of the property instead. */
  readonly change: Schema
  readonly reason: string
}

/** Each is needed by some answer, or the tests fail. */
export const deviations: readonly Deviation[] = [
  {
    component: 'contact',
    property: 'email',
    change: { nullable: true },
    reason: 'a lead may have a phone number alone, and a user an external_id',
  },
  {
    component: 'contact',
    property: 'email_domain',
    change: { nullable: true },
    reason: 'without an e-mail there is no domain of it',
  },
  {
    component: 'company',
    property: 'name',
    change: { 'x-optional': true },
    reason: 'a company may be given a company_id alone, and no field of its answer may be null',
  },
  {
    component: 'company',
    property: 'remote_created_at',
    change: { 'x-optional': true },
    reason: 'every example gives it in its request, and nothing requires that',
  },
  {
    component: 'company',
    property: 'custom_attributes',
    change: { additionalProperties: true },
    reason: 'the schema says text only, and its own example beside it has numbers and true',
  },
]

/** The description with one deviation in it. */
const withDeviation = (
  document: Document,
  { component, property, change }: Deviation,
): Document => {
  const { schemas } = document.components
  const schema = schemas[component]
  const before = schema?.properties?.[property]
  if (!before) throw new Error(`the description has no ${component}.${property}`)
  const properties = { ...schema.properties, [property]: { ...before, ...change } }
  return {
    ...document,
    components: { schemas: { ...schemas, [component]: { ...schema, properties } } },
  }
}

/** The description as the facts are. */
export const withDeviations = (document: Document, listed: readonly Deviation[]): Document =>
  listed.reduce(withDeviation, document)
