import { BridgeError } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import { attachTagRequest, tagRequest } from '../intercom/extra-requests.ts'
import { type ExtrasDependencies, isAttached } from './extra.ts'

const maxTagIds = 1_000

/** Adds a tag, by its name, which is created if there is none. */
export const addTag = async (
  name: string,
  contact: Contact,
  { send, tagIds }: ExtrasDependencies,
): Promise<void> => {
  const attach = async (): Promise<boolean> => {
    const id = tagIds.get(name) ?? (await send(tagRequest(name)))
    if (tagIds.size >= maxTagIds) tagIds.clear()
    tagIds.set(name, id)
    if (isAttached(contact.tags, id)) return true
    if ((await send(attachTagRequest(contact.id, id))) === true) return true
    tagIds.delete(name)
    return false
  }
  // A cached tag may have been deleted since: it is created again, once.
  if ((await attach()) || (await attach())) return
  throw new BridgeError('intercom_rejected', 'the contact or the tag no longer exists')
}
