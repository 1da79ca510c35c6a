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

/** Creates notes on contacts; the same text twice makes two notes. */
export const createNotes = (now: () => number) => {
  let count = 0
  const links = createLinks()
  return {
    add: (contactId: string, text: string, adminId: string | undefined): object => {
      count += 1
      const id = String(count)
      const created_at = toUnixSeconds(now())
      links.add(contactId, id, created_at)
      return {
        type: 'note',
        id,
        created_at,
        contact: { type: 'contact', id: contactId },
        author: adminId === undefined ? null : toAuthor(adminId),
        body: toHtml(text),
      }
    },
    of: links.of,
    move: links.move,
    clear: (): void => {
      count = 0
      links.clear()
    },
  }
}
