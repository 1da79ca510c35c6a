import { createLinks } from './links.ts'
import { type Refusal, refusals } from './refusal.ts'
import { toUnixSeconds } from './unix-time.ts'

type Tag = { readonly type: 'tag'; readonly id: string; readonly name: string }

/** Who applies a tag: the admin that the token belongs to. */
const applied_by = { type: 'admin', id: '1' }

/** The workspace's tags and who has them; a name is the same in any case. */
export const createTags = (now: () => number) => {
  const byId = new Map<string, Tag>()
  const byName = new Map<string, Tag>()
  const links = createLinks()

  const applied = (tag: Tag, applied_at: number) => ({ ...tag, applied_at, applied_by })

  return {
    /** The tag of that name, made where there is none. */
    named: (name: string): Tag => {
      const key = name.toLowerCase()
      const known = byName.get(key)
      if (known) return known
      const tag: Tag = { type: 'tag', id: String(byId.size + 1), name }
      byId.set(tag.id, tag)
      byName.set(key, tag)
      return tag
    },
    list: () => ({ type: 'list', data: [...byId.values()] }),
    /** Tags a contact; a second time changes nothing. */
    apply: (contactId: string, tagId: string): object | Refusal => {
      const tag = byId.get(tagId)
      if (!tag) return refusals.resourceNotFound
      return applied(tag, links.add(contactId, tagId, toUnixSeconds(now())))
    },
    remove: (contactId: string, tagId: string): object | Refusal => {
      const tag = byId.get(tagId)
      const since = links.remove(contactId, tagId)
      return tag && since !== undefined ? applied(tag, since) : refusals.resourceNotFound
    },
    of: links.of,
    move: links.move,
    clear: (): void => {
      byId.clear()
      byName.clear()
      links.clear()
    },
  }
}
