import type { Attribute, DataType } from './attribute.ts'

export type Model = 'contact' | 'company'

const writable: Readonly<Record<string, DataType>> = {
  role: 'string',
  name: 'string',
  owner_id: 'integer',
  email: 'string',
  phone: 'string',
  external_id: 'string',
  signed_up_at: 'date',
  last_seen_at: 'date',
  unsubscribed_from_emails: 'boolean',
  avatar: 'string',
}

const readOnly: Readonly<Record<string, DataType>> = {
  id: 'string',
  workspace_id: 'string',
  email_domain: 'string',
  created_at: 'date',
  updated_at: 'date',
  last_replied_at: 'date',
  last_contacted_at: 'date',
  last_email_opened_at: 'date',
  last_email_clicked_at: 'date',
  has_hard_bounced: 'boolean',
  marked_email_as_spam: 'boolean',
  language_override: 'string',
  browser: 'string',
  browser_version: 'string',
  browser_language: 'string',
  os: 'string',
}

const writableOfCompany: Readonly<Record<string, DataType>> = {
  name: 'string',
  remote_created_at: 'date',
  monthly_spend: 'float',
  size: 'integer',
  industry: 'string',
  website: 'string',
}

const readOnlyOfCompany: Readonly<Record<string, DataType>> = {
  company_id: 'string',
  last_request_at: 'date',
  user_count: 'integer',
  session_count: 'integer',
  'plan.name': 'string',
  created_at: 'date',
}

const standard = (model: Model, types: Readonly<Record<string, DataType>>, api_writable: boolean) =>
  Object.entries(types).map(([name, data_type]) => ({
    type: 'data_attribute',
    name: name.split('.').at(-1),
    full_name: name,
    label: name,
    data_type,
    api_writable,
    ui_writable: false,
    messenger_writable: api_writable,
    custom: false,
    archived: false,
    model,
  }))

/** The standard attributes of every workspace, as Intercom lists them. */
export const standardAttributes: Readonly<Record<Model, readonly object[]>> = {
  contact: [...standard('contact', writable, true), ...standard('contact', readOnly, false)],
  company: [
    ...standard('company', writableOfCompany, true),
    ...standard('company', readOnlyOfCompany, false),
  ],
}

/**
 * A custom attribute as in Intercom's responses.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-attributes/data_attribute
 */
export const viewAttribute = (attribute: Attribute, id: number, model: Model) => ({
  id,
  type: 'data_attribute',
  name: attribute.name,
  full_name: `custom_attributes.${attribute.name}`,
  label: attribute.name,
  description: attribute.description ?? '',
  data_type: attribute.data_type,
  ...(attribute.options && { options: attribute.options }),
  api_writable: attribute.api_writable,
  ui_writable: true,
  messenger_writable: attribute.messenger_writable ?? true,
  custom: true,
  archived: attribute.archived === true,
  ...(attribute.created_at !== undefined && {
    admin_id: '1',
    created_at: attribute.created_at,
    updated_at: attribute.created_at,
  }),
  model,
})
