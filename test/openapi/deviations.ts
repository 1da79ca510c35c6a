import type { Document, Schema } from './document.ts'

/** A property of Intercom's API that differs from the description. */
export type Deviation = {
  readonly component: string
  readonly property: string
  /** The property that it is like; absent: the description has the property itself. */
  readonly like?: string
  /** The changes to the property's schema. */
  readonly change: Schema
  readonly reason: string
}

/** Every deviation is needed by a response; the tests check this. */
export const deviations: readonly Deviation[] = [
  {
    component: 'contact',
    property: 'email',
    change: { nullable: true },
    reason: 'a lead may have only a phone number, and a user only an external_id',
  },
  {
    component: 'contact',
    property: 'email_domain',
    change: { nullable: true },
    reason: 'a contact without an e-mail has no domain',
  },
  {
    component: 'company',
    property: 'name',
    change: { 'x-optional': true },
    reason: 'a company may have only a company_id, and no field of its response may be null',
  },
  {
    component: 'company',
    property: 'remote_created_at',
    change: { 'x-optional': true },
    reason: 'every example has it in its request, but it is not required',
  },
  {
    component: 'company',
    property: 'custom_attributes',
    change: { additionalProperties: true },
    reason: 'the schema allows strings only, but its own example has numbers and true',
  },
  {
    component: 'create_data_event_request',
    property: 'metadata',
    change: { additionalProperties: true },
    reason: 'the schema allows strings only, but its text has numbers, links and amounts',
  },
  {
    component: 'contact_attached_companies',
    property: 'data',
    like: 'companies',
    change: {},
    reason: 'the schema names the list `companies`, its own example `data`',
  },
  {
    component: 'create_or_update_company_request',
    property: 'custom_attributes',
    change: { additionalProperties: true },
    reason: 'the schema allows strings only, but its own example has numbers and true',
  },
]

const applyDeviation = (
  document: Document,
  { component, property, like = property, change }: Deviation,
): Document => {
  const { schemas } = document.components
  const schema = schemas[component]
  const before = schema?.properties?.[like]
  if (!before) throw new Error(`the description has no ${component}.${property}`)
  const properties = { ...schema.properties, [property]: { ...before, ...change } }
  return {
    ...document,
    components: { schemas: { ...schemas, [component]: { ...schema, properties } } },
  }
}

/** Returns the description with the deviations applied. */
export const applyDeviations = (document: Document, list: readonly Deviation[]): Document =>
  list.reduce(applyDeviation, document)
