import { own } from '../../src/lib/json-access.ts'
import { type ApiError, apiErrors, invalid, isApiError } from './api-error.ts'
import { readCompanyBody } from './company-body.ts'
import type { IsMember } from './contact-body.ts'
import type { Contacts } from './contacts.ts'
import type { KnownAttributes } from './data-attributes.ts'
import type { Extras } from './extras.ts'
import type { Route } from './route.ts'
import { isFrom216, type Version } from './version.ts'

/** Reads an id as a string; some of the reference's examples send numbers. */
const idIn = (body: unknown, key: string): string | undefined => {
  const id = own(body, key)
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}

/** The routes of tags, companies, notes and subscriptions, and of their links to contacts. */
export const createExtraRoutes = (workspace: {
  readonly contacts: Contacts
  readonly extras: Extras
  readonly companyAttributes: KnownAttributes
  readonly isMember: IsMember
}): readonly Route[] => {
  const { contacts, companyAttributes, isMember } = workspace
  const { tags, companies, notes, subscriptions } = workspace.extras

  const withContact = (id: string, act: () => object | ApiError): object | ApiError => {
    const contact = contacts.get(id)
    return isApiError(contact) ? contact : act()
  }

  const tagByName = (body: unknown, version: Version): object | ApiError => {
    const name = own(body, 'name')
    if (typeof name !== 'string' || name.trim() === '') return invalid('invalid tag parameters')
    if (own(body, 'id') !== undefined || own(body, 'companies') !== undefined) {
      return invalid('The sandbox only creates tags and tags contacts')
    }
    const users = own(body, 'users') ?? []
    if (!Array.isArray(users)) return invalid('invalid tag parameters')
    const ids = users.map((user) => idIn(user, 'id') ?? '')
    for (const id of ids) {
      const contact = contacts.get(id)
      if (isApiError(contact)) return contact
    }
    const tag = tags.getOrCreate(name)
    for (const id of ids) tags.apply(id, tag.id)
    return isFrom216(version)
      ? { ...tag, users: ids.map((id) => ({ id, tagged: true })), companies: [] }
      : tag
  }

  const upsertCompany = (json: unknown): object | ApiError => {
    const body = readCompanyBody(json)
    if (isApiError(body)) return body
    for (const [name, value] of Object.entries(body.custom_attributes ?? {})) {
      const problem = companyAttributes.problem(name, value)
      if (problem !== undefined) return invalid(problem)
    }
    return companies.upsert(body)
  }

  const addNote = (contactId: string, body: unknown): object | ApiError => {
    const text = own(body, 'body')
    if (typeof text !== 'string' || text.trim() === '')
      return invalid('body must be a string', 'body')
    const adminId = idIn(body, 'admin_id')
    if (adminId !== undefined && !isMember(Number(adminId))) return apiErrors.resourceNotFound
    return notes.add(contactId, text, adminId)
  }

  return [
    { method: 'GET', path: '/tags', respond: () => tags.list() },
    { method: 'POST', path: '/tags', respond: ({ json, version }) => tagByName(json(), version) },
    {
      method: 'GET',
      path: '/contacts/*/tags',
      respond: ({ id }) => withContact(id, () => tags.listOf(id)),
    },
    {
      method: 'POST',
      path: '/contacts/*/tags',
      respond: ({ id, json }) => withContact(id, () => tags.apply(id, idIn(json(), 'id') ?? '')),
    },
    {
      method: 'DELETE',
      path: '/contacts/*/tags/*',
      respond: ({ id, otherId }) => withContact(id, () => tags.remove(id, otherId)),
    },
    { method: 'GET', path: '/subscription_types', respond: () => subscriptions.list() },
    {
      method: 'GET',
      path: '/contacts/*/subscriptions',
      respond: ({ id }) => withContact(id, () => subscriptions.listOf(id)),
    },
    {
      method: 'POST',
      path: '/contacts/*/subscriptions',
      respond: ({ id, json }) => withContact(id, () => subscriptions.attach(id, json())),
    },
    {
      method: 'DELETE',
      path: '/contacts/*/subscriptions/*',
      respond: ({ id, otherId }) => withContact(id, () => subscriptions.detach(id, otherId)),
    },
    {
      method: 'POST',
      path: '/companies',
      respond: ({ json }) => upsertCompany(json()),
    },
    {
      method: 'GET',
      path: '/contacts/*/companies',
      respond: ({ id, query }) => {
        const page = Number(query.get('page') ?? 1)
        if (!Number.isInteger(page) || page < 1) return invalid('page must be an integer above 0')
        return withContact(id, () => companies.list(id, page))
      },
    },
    {
      method: 'DELETE',
      path: '/contacts/*/companies/*',
      respond: ({ id, otherId }) => withContact(id, () => companies.detach(id, otherId)),
    },
    {
      method: 'POST',
      path: '/contacts/*/companies',
      respond: ({ id, json }) => {
        const companyId = idIn(json(), 'id')
        if (companyId === undefined) return apiErrors.companyMissing
        return withContact(id, () => companies.attach(id, companyId))
      },
    },
    {
      method: 'GET',
      path: '/contacts/*/notes',
      respond: ({ id }) => withContact(id, () => notes.list(id)),
    },
    {
      method: 'POST',
      path: '/contacts/*/notes',
      respond: ({ id, json }) => withContact(id, () => addNote(id, json())),
    },
  ]
}
