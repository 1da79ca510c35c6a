import type { ContactState } from './contact-state.ts'
import { invalid, type Refusal } from './refusal.ts'

/** https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/pagination */
const defaultPerPage = 50
const maxPerPage = 150

/** A cursor is opaque to clients; here it is the place of the first contact of its page. */
const toCursor = (offset: number): string => Buffer.from(String(offset)).toString('base64url')
const readCursor = (cursor: unknown): number =>
  typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString()) : 0

/** One page of the contacts found, with the cursor to the next. */
export const toPage = (
  found: readonly ContactState[],
  asked: { readonly per_page: unknown; readonly starting_after: unknown },
  view: (contact: ContactState) => object,
): object | Refusal => {
  const wanted = Number(asked.per_page ?? defaultPerPage)
  const offset = readCursor(asked.starting_after)
  if (!Number.isInteger(wanted) || wanted < 1) return invalid('per_page must be an integer above 0')
  if (!Number.isInteger(offset) || offset < 0) return invalid('starting_after is not a cursor')

  const per_page = Math.min(wanted, maxPerPage)
  const end = offset + per_page
  return {
    type: 'list',
    data: found.slice(offset, end).map(view),
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
