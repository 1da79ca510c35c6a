import { own } from '../../src/lib/json-access.ts'
import { type Attribute, readDataType } from './attribute.ts'
import { invalid, type Refusal } from './refusal.ts'

const allowedName = /^[\p{L}\p{N}\p{Sc} _-]+$/u

const optionsOf = (body: unknown): string[] => {
  const options = own(body, 'options')
  const values = Array.isArray(options) ? options.map((option) => own(option, 'value')) : []
  return values.filter((value) => typeof value === 'string')
}

/**
 * Reads a request for a new attribute of contacts, or says in Intercom's words why not.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-attributes/createdataattribute
 */
export const readAttributeRequest = (
  body: unknown,
  exists: (name: string) => boolean,
  created_at: number,
): Attribute | Refusal => {
  const name = own(body, 'name')
  if (typeof name !== 'string' || !allowedName.test(name)) {
    return invalid(
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
    )
  }
  const model = own(body, 'model')
  if (model === 'company') return invalid('The sandbox keeps attributes of contacts only')
  if (model !== 'contact') {
    return invalid('The Data Attribute model field must be either contact or company')
  }
  if (exists(name)) {
    return invalid(
      `You already have '${name}' in your people data. To save this as new people data, use a different name.`,
    )
  }
  const description = own(body, 'description')
  const rest = {
    name,
    api_writable: true,
    messenger_writable: own(body, 'messenger_writable') === true,
    ...(typeof description === 'string' && { description }),
    created_at,
  }
  const type = own(body, 'data_type')
  if (type === 'options') {
    const options = optionsOf(body)
    return options.length < 2
      ? invalid('You must have at least two options on a list type data attribute')
      : { ...rest, data_type: 'string', options }
  }
  // The list knows dates only, whatever they were created as.
  const data_type = type === 'datetime' ? 'date' : readDataType(type)
  return data_type ? { ...rest, data_type } : invalid("Data Type isn't an option")
}
