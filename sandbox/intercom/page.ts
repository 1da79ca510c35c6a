import { type ApiError, invalid } from './api-error.ts'
import type { ContactState } from './contact-state.ts'

/** https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/pagination */
const defaultPerPage = 50
const maxPerPage = 150

/** The cursor is opaque to clients; here it encodes the offset of its page. */
const toCursor = (offset: number): string => Buffer.from(String(offset)).toString('base64url')
const readCursor = (cursor: unknown): number =>
  typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString()) : 0

/** Returns one page of contacts, with the cursor of the next page. */
export const toPage = (
  contacts: readonly ContactState[],
  pagination: { readonly per_page: unknown; readonly starting_after: unknown },
  view: (contact: ContactState) => object,
): object | ApiError => {
  const wanted = Number(pagination.per_page ?? defaultPerPage)
  const offset = readCursor(pagination.starting_after)
  if (!Number.isInteger(wanted) || wanted < 1) return invalid('per_page must be an integer above 0')
  if (!Number.isInteger(offset) || offset < 0) return invalid('starting_after is not a cursor')

  const per_page = Math.min(wanted, maxPerPage)
  const end = offset + per_page
  return {
    type: 'list',
    data: contacts.slice(offset, end).map(view),
    total_count: contacts.length,
    pages: {
      type: 'pages',
      ...(end < contacts.length && { next: { per_page, starting_after: toCursor(end) } }),
      page: Math.floor(offset / per_page) + 1,
      per_page,
      total_pages: Math.ceil(contacts.length / per_page),
    },
  }
}
