import { own } from '../../src/lib/json-access.ts'
import { type ApiError, invalid } from './api-error.ts'
import { type Attribute, readDataType } from './attribute.ts'
import type { Model } from './attribute-view.ts'

const allowedName = /^[\p{L}\p{N}\p{Sc} _-]+$/u

const readOptions = (body: unknown): string[] => {
  const options = own(body, 'options')
  const values = Array.isArray(options) ? options.map((option) => own(option, 'value')) : []
  return values.filter((value) => typeof value === 'string')
}

/** What Intercom calls the attributes of a model. */
const dataNames: Readonly<Record<Model, string>> = { contact: 'people', company: 'company' }

/**
 * Reads the body of Create a data attribute. Returns the attribute, or an error in Intercom's
 * words. `ownerOf` returns the model that has an attribute of that name.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-attributes/createdataattribute
 */
export const readAttributeBody = (
  body: unknown,
  model: Model,
  ownerOf: (name: string) => Model | undefined,
  created_at: number,
): Attribute | ApiError => {
  const name = own(body, 'name')
  if (typeof name !== 'string' || !allowedName.test(name)) {
    return invalid(
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
      'name',
    )
  }
  if (own(body, 'model') !== model) {
    return invalid('The Data Attribute model field must be either contact or company', 'model')
  }
  const owner = ownerOf(name)
  if (owner) {
    return invalid(
      `You already have '${name}' in your ${dataNames[owner]} data. To save this as new ${dataNames[model]} data, use a different name.`,
      'name',
    )
  }
  const description = own(body, 'description')
  const base = {
    name,
    api_writable: true,
    messenger_writable: own(body, 'messenger_writable') === true,
    ...(typeof description === 'string' && { description }),
    created_at,
  }
  const type = own(body, 'data_type')
  if (type === 'options') {
    const options = readOptions(body)
    return options.length < 2
      ? invalid('You must have at least two options on a list type data attribute', 'options')
      : { ...base, data_type: 'string', options }
  }
  // Intercom lists a `datetime` attribute as `date`.
  const data_type = type === 'datetime' ? 'date' : readDataType(type)
  return data_type ? { ...base, data_type } : invalid("Data Type isn't an option", 'data_type')
}
