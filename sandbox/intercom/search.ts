import { indexedFields } from './contact-index.ts'
import type { ContactState } from './contact-state.ts'
import { viewContact } from './contact-view.ts'
import type { Contacts } from './contacts.ts'
import { invalid, type Refusal } from './refusal.ts'

/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/searchcontacts */
const maxFiltersInGroup = 15
const maxNestedGroups = 2
const defaultPerPage = 50
const maxPerPage = 150

const fields = ['email', 'external_id', 'phone', 'role', 'id'] as const
type Field = (typeof fields)[number]

type Filter = {
  readonly field: Field
  readonly operator: '=' | '!='
  readonly value: string | null
}
type Group = { readonly operator: 'AND' | 'OR'; readonly value: readonly Query[] }
type Query = Filter | Group

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

/** Reads a query, or says what is wrong with it; the wording is not Intercom's. */
const readQuery = (query: unknown, groups = 0): Query | string => {
  const operator = own(query, 'operator')
  const value = own(query, 'value')
  if (operator === 'AND' || operator === 'OR') {
    if (!Array.isArray(value) || value.length === 0) return `${operator} needs a list of filters`
    if (value.length > maxFiltersInGroup) return `${operator} takes ${maxFiltersInGroup} filters`
    if (groups >= maxNestedGroups) return `Filters nest ${maxNestedGroups} deep`
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

/** E-mails are the same in any case. */
const comparable = (field: Field, value: string | null): string | null =>
  field === 'email' && value !== null ? value.toLowerCase() : value

const matches = (query: Query, contact: ContactState): boolean => {
  if (!('field' in query)) {
    const some = query.value.filter((member) => matches(member, contact))
    return query.operator === 'AND' ? some.length === query.value.length : some.length > 0
  }
  const { field, operator, value } = query
  const same = comparable(field, contact[field]) === comparable(field, value)
  return operator === '=' ? same : !same
}

/** At least the contacts that a query can match: few where it asks for one e-mail, say. */
const candidates = (query: Query, contacts: Contacts): ContactState[] => {
  const filters = 'field' in query ? [query] : query.operator === 'AND' ? query.value : []
  for (const filter of filters) {
    if (!('field' in filter) || filter.operator !== '=' || !filter.value) continue
    const field = indexedFields.find((indexed) => indexed === filter.field)
    if (field) return contacts.searchable(field, filter.value)
  }
  return contacts.searchable()
}

/** A cursor is opaque to clients; here it is the place of the first contact of its page. */
const toCursor = (offset: number): string => Buffer.from(String(offset)).toString('base64url')
const readCursor = (cursor: unknown): number =>
  typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString()) : 0

/** Answers `POST /contacts/search`. */
export const search = (body: unknown, contacts: Contacts): object | Refusal => {
  const query = readQuery(own(body, 'query'))
  if (typeof query === 'string') return invalid(query)
  const pagination = own(body, 'pagination')
  const wanted = Number(own(pagination, 'per_page') ?? defaultPerPage)
  const offset = readCursor(own(pagination, 'starting_after'))
  if (!Number.isInteger(wanted) || wanted < 1) return invalid('per_page must be an integer above 0')
  if (!Number.isInteger(offset) || offset < 0) return invalid('starting_after is not a cursor')

  const per_page = Math.min(wanted, maxPerPage)
  const found = candidates(query, contacts).filter((contact) => matches(query, contact))
  const end = offset + per_page
  return {
    type: 'list',
    data: found.slice(offset, end).map(viewContact),
    total_count: found.length,
    pages: {
      type: 'pages',
      ...(end < found.length && { next: { per_page, starting_after: toCursor(end) } }),
      page: Math.floor(offset / per_page) + 1,
      per_page,
      total_pages: Math.ceil(found.length / per_page),
    },
  }
}
