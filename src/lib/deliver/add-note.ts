import type { Contact } from '../intercom/contact.ts'
import { listNotesRequest, noteRequest } from '../intercom/extra-requests.ts'
import { saysText } from '../intercom/note-body.ts'
import { type ExtrasDependencies, isPermanent } from './extra.ts'

/**
 * Adds a note, unless one of its text is there. A list that is permanently refused shows none, but
 * a contact that an earlier receive created and that has a note has this one.
 */
export const addNote = async (
  text: string,
  { id, notes: shown }: Contact,
  { send, isNew, isConfirmed }: ExtrasDependencies,
): Promise<void> => {
  const listNotes = () =>
    send(listNotesRequest(id)).catch((error: unknown) => {
      if (isPermanent(error)) return undefined
      throw error
    })
  const notes = isNew ? [] : await listNotes()
  const isThere = notes
    ? notes.some((html) => saysText(html, text))
    : isConfirmed && (shown?.data?.length ?? 0) > 0
  if (!isThere) await send(noteRequest(id, text))
}
