import { createLinks } from './links.ts'
import { toUnixSeconds } from './unix-time.ts'

const toAuthor = (id: string) => ({
  type: 'admin',
  id,
  name: `Admin ${id}`,
  email: `admin${id}@example.com`,
  away_mode_enabled: false,
  away_mode_reassign: false,
})

/** A note is text in the request and HTML in the response. */
const toHtml = (text: string): string => (text.startsWith('<') ? text : `<p>${text}</p>`)

const perPage = 50

type Note = ReturnType<typeof toNote>

const toNote = (
  id: string,
  contactId: string,
  created_at: number,
  text: string,
  adminId: string | undefined,
) => ({
  type: 'note',
  id,
  created_at,
  contact: { type: 'contact', id: contactId },
  author: adminId === undefined ? null : toAuthor(adminId),
  body: toHtml(text),
})

/** Creates notes on contacts; the same text twice makes two notes. */
export const createNotes = (now: () => number) => {
  const byId = new Map<string, Note>()
  const links = createLinks()
  return {
    add: (contactId: string, text: string, adminId: string | undefined): Note => {
      const id = String(byId.size + 1)
      const created_at = toUnixSeconds(now())
      links.add(contactId, id, created_at)
      const note = toNote(id, contactId, created_at, text, adminId)
      byId.set(id, note)
      return note
    },
    /**
     * The newest page of a contact's notes, the newest first.
     * https://developers.intercom.com/docs/references/2.17/rest-api/api.intercom.io/notes/listnotes
     */
    list: (contactId: string): object => {
      const ids = links.of(contactId)
      return {
        type: 'list',
        data: ids
          .toReversed()
          .slice(0, perPage)
          .map((id) => ({ ...byId.get(id), contact: { type: 'contact', id: contactId } })),
        total_count: ids.length,
        pages: {
          type: 'pages',
          next: null,
          page: 1,
          per_page: perPage,
          total_pages: Math.ceil(ids.length / perPage),
        },
      }
    },
    of: links.of,
    move: links.move,
    clear: (): void => {
      byId.clear()
      links.clear()
    },
  }
}
