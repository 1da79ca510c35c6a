import { own } from '../../src/lib/json-access.ts'
import { type ApiError, invalid } from './api-error.ts'
import { indexedFields } from './contact-index.ts'
import type { ContactState } from './contact-state.ts'
import type { Contacts } from './contacts.ts'
import { toPage } from './page.ts'

/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/searchcontacts */
const maxFiltersInGroup = 15
const maxNestedGroups = 2

const fields = ['email', 'external_id', 'phone', 'role', 'id'] as const
type Field = (typeof fields)[number]

type Filter = {
  readonly field: Field
  readonly operator: '=' | '!='
  readonly value: string | null
}
type Group = { readonly operator: 'AND' | 'OR'; readonly value: readonly Query[] }
type Query = Filter | Group

/** Reads a query, or returns what is wrong with it. The wording is not Intercom's. */
const readQuery = (query: unknown, groups = 0): Query | string => {
  const operator = own(query, 'operator')
  const value = own(query, 'value')
  if (operator === 'AND' || operator === 'OR') {
    if (!Array.isArray(value) || value.length === 0) return `${operator} needs a list of filters`
    if (value.length > maxFiltersInGroup)
      return `${operator} takes at most ${maxFiltersInGroup} filters`
    if (groups >= maxNestedGroups) return `Filters nest at most ${maxNestedGroups} deep`
    const queries: Query[] = []
    for (const member of value) {
      const read = readQuery(member, groups + 1)
      if (typeof read === 'string') return read
      queries.push(read)
    }
    return { operator, value: queries }
  }
  const field = fields.find((known) => known === own(query, 'field'))
  if (!field) return `The sandbox searches by ${fields.join(', ')}`
  if (operator !== '=' && operator !== '!=') return 'The sandbox searches with = and !='
  if (value !== null && typeof value !== 'string') return `The value of ${field} must be a string`
  return { field, operator, value }
}

/** E-mails are compared in any case. */
const comparable = (field: Field, value: string | null): string | null =>
  field === 'email' && value !== null ? value.toLowerCase() : value

const matches = (query: Query, contact: ContactState): boolean => {
  if (!('field' in query)) {
    const matching = query.value.filter((member) => matches(member, contact))
    return query.operator === 'AND' ? matching.length === query.value.length : matching.length > 0
  }
  const { field, operator, value } = query
  const same = comparable(field, contact[field]) === comparable(field, value)
  return operator === '=' ? same : !same
}

/** The contacts that an indexed field narrows a query to; undefined if none does. */
const indexed = (query: Query, contacts: Contacts): ContactState[] | undefined => {
  if (!('field' in query)) {
    const parts = query.value.map((member) => indexed(member, contacts))
    if (query.operator === 'AND') return parts.find((part) => part !== undefined)
    const known = parts.filter((part) => part !== undefined)
    return known.length === parts.length ? [...new Set(known.flat())] : undefined
  }
  const field = indexedFields.find((name) => name === query.field)
  const { operator, value } = query
  return field && operator === '=' && value ? contacts.searchable(field, value) : undefined
}

/**
 * Narrows a search by an indexed field if the query allows it; may return more than the matches.
 */
const candidates = (query: Query, contacts: Contacts): ContactState[] =>
  indexed(query, contacts) ?? contacts.searchable()

/** Handles `POST /contacts/search`. */
export const search = (
  body: unknown,
  contacts: Contacts,
  view: (contact: ContactState) => object,
): object | ApiError => {
  const query = readQuery(own(body, 'query'))
  if (typeof query === 'string') return invalid(query)
  const found = candidates(query, contacts).filter((contact) => matches(query, contact))
  const pagination = own(body, 'pagination')
  return toPage(
    found,
    {
      per_page: own(pagination, 'per_page'),
      starting_after: own(pagination, 'starting_after'),
    },
    view,
  )
}
