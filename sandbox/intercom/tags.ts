import { type ApiError, apiErrors } from './api-error.ts'
import { createLinks } from './links.ts'
import { toUnixSeconds } from './unix-time.ts'

type Tag = { readonly type: 'tag'; readonly id: string; readonly name: string }

/** The admin that the token belongs to. */
const applied_by = { type: 'admin', id: '1' }

/** Keeps the workspace's tags and their links to contacts. Names are compared in any case. */
export const createTags = (now: () => number) => {
  const byId = new Map<string, Tag>()
  const byName = new Map<string, Tag>()
  const links = createLinks()

  const applied = (tag: Tag, applied_at: number) => ({ ...tag, applied_at, applied_by })

  return {
    /** Returns the tag with that name, creating it if needed. */
    getOrCreate: (name: string): Tag => {
      const key = name.toLowerCase()
      const existing = byName.get(key)
      if (existing) return existing
      const tag: Tag = { type: 'tag', id: String(byId.size + 1), name }
      byId.set(tag.id, tag)
      byName.set(key, tag)
      return tag
    },
    list: () => ({ type: 'list', data: [...byId.values()] }),
    /** Tags a contact. An existing link is kept. */
    apply: (contactId: string, tagId: string): object | ApiError => {
      const tag = byId.get(tagId)
      if (!tag) return apiErrors.resourceNotFound
      return applied(tag, links.add(contactId, tagId, toUnixSeconds(now())))
    },
    remove: (contactId: string, tagId: string): object | ApiError => {
      const tag = byId.get(tagId)
      const since = links.remove(contactId, tagId)
      return tag && since !== undefined ? applied(tag, since) : apiErrors.resourceNotFound
    },
    /** The tags of a contact, the oldest link first. */
    listOf: (contactId: string): object => ({
      type: 'list',
      data: links.of(contactId).flatMap((tagId) => {
        const tag = byId.get(tagId)
        return tag ? [applied(tag, links.add(contactId, tagId, 0))] : []
      }),
    }),
    of: links.of,
    move: links.move,
    clear: (): void => {
      byId.clear()
      byName.clear()
      links.clear()
    },
  }
}
