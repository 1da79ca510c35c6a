import { own } from '../../src/lib/json-access.ts'
import { readCompanyRequest } from './company-request.ts'
import type { IsMember } from './contact-request.ts'
import type { Contacts } from './contacts.ts'
import type { Extras } from './extras.ts'
import { invalid, isRefusal, type Refusal, refusals } from './refusal.ts'
import type { Route } from './route.ts'

/** Ids are text; the reference's own examples send some as numbers. */
const idIn = (body: unknown, key: string): string | undefined => {
  const id = own(body, key)
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}

/** Tags, companies and notes, and what ties them to contacts. */
export const createExtraRoutes = (workspace: {
  readonly contacts: Contacts
  readonly extras: Extras
  readonly isMember: IsMember
}): readonly Route[] => {
  const { contacts, isMember } = workspace
  const { tags, companies, notes } = workspace.extras

  const ofContact = (id: string, act: () => object | Refusal): object | Refusal => {
    const contact = contacts.get(id)
    return isRefusal(contact) ? contact : act()
  }

  const tagByName = (body: unknown): object | Refusal => {
    const name = own(body, 'name')
    if (typeof name !== 'string' || name.trim() === '') return invalid('invalid tag parameters')
    if (own(body, 'id') !== undefined || own(body, 'companies') !== undefined) {
      return invalid('The sandbox creates tags and tags contacts, and no more')
    }
    const users = own(body, 'users') ?? []
    if (!Array.isArray(users)) return invalid('invalid tag parameters')
    const ids = users.map((user) => idIn(user, 'id') ?? '')
    for (const id of ids) {
      const contact = contacts.get(id)
      if (isRefusal(contact)) return contact
    }
    const tag = tags.named(name)
    for (const id of ids) tags.apply(id, tag.id)
    return tag
  }

  const addNote = (contactId: string, body: unknown): object | Refusal => {
    const text = own(body, 'body')
    if (typeof text !== 'string' || text.trim() === '') return invalid('body must be a string')
    const adminId = idIn(body, 'admin_id')
    if (adminId !== undefined && !isMember(Number(adminId))) return refusals.resourceNotFound
    return notes.add(contactId, text, adminId)
  }

  return [
    { method: 'GET', path: '/tags', respond: () => tags.list() },
    { method: 'POST', path: '/tags', respond: ({ json }) => tagByName(json()) },
    {
      method: 'POST',
      path: '/contacts/*/tags',
      respond: ({ id, json }) => ofContact(id, () => tags.apply(id, idIn(json(), 'id') ?? '')),
    },
    {
      method: 'DELETE',
      path: '/contacts/*/tags/*',
      respond: ({ id, otherId }) => ofContact(id, () => tags.remove(id, otherId)),
    },
    {
      method: 'POST',
      path: '/companies',
      respond: ({ json }) => {
        const request = readCompanyRequest(json())
        return isRefusal(request) ? request : companies.upsert(request)
      },
    },
    {
      method: 'POST',
      path: '/contacts/*/companies',
      respond: ({ id, json }) => {
        const companyId = idIn(json(), 'id')
        if (companyId === undefined) return refusals.companyMissing
        return ofContact(id, () => companies.attach(id, companyId))
      },
    },
    {
      method: 'POST',
      path: '/contacts/*/notes',
      respond: ({ id, json }) => ofContact(id, () => addNote(id, json())),
    },
  ]
}
