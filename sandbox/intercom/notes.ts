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

/** Notes are text in the request and HTML in the answer. */
const toHtml = (text: string): string => (text.startsWith('<') ? text : `<p>${text}</p>`)

/** The notes about contacts; each is a new one, whatever it says. */
export const createNotes = (now: () => number) => {
  let written = 0
  const links = createLinks()
  return {
    add: (contactId: string, text: string, adminId: string | undefined): object => {
      written += 1
      const id = String(written)
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
      written = 0
      links.clear()
    },
  }
}
