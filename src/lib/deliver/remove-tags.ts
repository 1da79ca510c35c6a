import type { Contact } from '../intercom/contact.ts'
import { detachTagRequest, listTagsRequest } from '../intercom/extra-requests.ts'
import type { Signup } from '../signup.ts'
import { allowedTag } from '../transform/tags-from.ts'
import type { ExtrasDependencies } from './extra.ts'

/** Removes the contact's tags that the source's rules allow and that its payload no longer names. */
export const removeTags = async (
  { exactTags = [], tags = [] }: Signup,
  { id }: Contact,
  { send }: ExtrasDependencies,
): Promise<void> => {
  const kept = new Set(tags.map((name) => name.toLowerCase()))
  const isStale = (name: string): boolean =>
    !kept.has(name.toLowerCase()) && exactTags.some((rule) => allowedTag(rule, name) !== undefined)
  for (const tag of await send(listTagsRequest(id))) {
    if (isStale(tag.name)) await send(detachTagRequest(id, tag.id))
  }
}
