import { own } from '../../src/lib/json-access.ts'
import { type ApiError, apiErrors, invalid, isApiError, sortOrderInvalid } from './api-error.ts'
import { type IsMember, readContactBody } from './contact-body.ts'
import type { ContactState } from './contact-state.ts'
import { viewContactIn } from './contact-view.ts'
import type { Contacts } from './contacts.ts'
import type { KnownAttributes } from './data-attributes.ts'
import type { Extras } from './extras.ts'
import { toPage } from './page.ts'
import type { Route } from './route.ts'
import { search } from './search.ts'
import { isFrom216, type Version } from './version.ts'

/** The response body of archive, unarchive, block and delete: the ids and the new state. */
const reference = (result: ContactState | ApiError, state: object): object | ApiError =>
  isApiError(result)
    ? result
    : { type: 'contact', id: result.id, external_id: result.external_id, ...state }

const areDuplicates = (one: ContactState, other: ContactState): boolean =>
  (!!one.email && one.email.toLowerCase() === other.email?.toLowerCase()) ||
  (!!one.phone && one.phone === other.phone)

/** The routes that create, read, update, list, search, archive, block, delete and merge contacts. */
export const createContactRoutes = (workspace: {
  readonly contacts: Contacts
  readonly extras: Extras
  readonly attributes: KnownAttributes
  readonly isMember: IsMember
}): readonly Route[] => {
  const { contacts, extras, attributes, isMember } = workspace

  const viewIn = (version: Version) => (contact: ContactState) =>
    viewContactIn(version, contact, extras.of(contact.id))
  const view = (result: ContactState | ApiError, version: Version): object | ApiError =>
    isApiError(result) ? result : viewIn(version)(result)

  const merge = (body: unknown, version: Version): ContactState | ApiError => {
    const from = own(body, 'from')
    const into = own(body, 'into')
    if (typeof from !== 'string' || typeof into !== 'string') {
      return invalid('from and into must be ids of contacts')
    }
    const [lead, user] = [contacts.get(from), contacts.get(into)]
    if (isApiError(lead)) return lead
    if (isApiError(user)) return user
    const mustMatch = isFrom216(version) && own(body, 'skip_duplicate_validation') !== true
    if (mustMatch && !areDuplicates(lead, user)) return apiErrors.notDuplicates
    const result = contacts.merge(lead, user)
    if (!isApiError(result)) extras.move(from, into)
    return result
  }

  return [
    {
      method: 'POST',
      path: '/contacts',
      respond: ({ json, version }) => {
        const body = readContactBody(json(), { version, attributes, isMember })
        return isApiError(body) ? body : view(contacts.create(body), version)
      },
    },
    {
      method: 'GET',
      path: '/contacts',
      respond: ({ query, version }) => {
        const pagination = {
          per_page: query.get('per_page'),
          starting_after: query.get('starting_after'),
        }
        return toPage(contacts.all(), pagination, viewIn(version))
      },
    },
    {
      method: 'POST',
      path: '/contacts/search',
      respond: ({ json, version }) => {
        const body = json()
        const order = own(own(body, 'sort'), 'order') ?? 'ascending'
        const isKnown = order === 'ascending' || order === 'descending'
        return isKnown || !isFrom216(version)
          ? search(body, contacts, viewIn(version))
          : sortOrderInvalid(order)
      },
    },
    {
      method: 'POST',
      path: '/contacts/merge',
      respond: ({ json, version }) => view(merge(json(), version), version),
    },
    {
      method: 'GET',
      path: '/contacts/find_by_external_id/*',
      respond: ({ id, version }) => view(contacts.findByExternalId(id), version),
    },
    {
      method: 'GET',
      path: '/contacts/*',
      respond: ({ id, version }) => view(contacts.get(id), version),
    },
    {
      method: 'PUT',
      path: '/contacts/*',
      respond: ({ id, json, version }) => {
        const body = readContactBody(json(), { version, attributes, isMember })
        return isApiError(body) ? body : view(contacts.update(id, body), version)
      },
    },
    {
      method: 'DELETE',
      path: '/contacts/*',
      respond: ({ id }) => reference(contacts.remove(id), { deleted: true }),
    },
    {
      method: 'POST',
      path: '/contacts/*/archive',
      respond: ({ id }) => reference(contacts.archive(id), { archived: true }),
    },
    {
      method: 'POST',
      path: '/contacts/*/block',
      respond: ({ id }) => reference(contacts.block(id), { blocked: true }),
    },
    {
      method: 'POST',
      path: '/contacts/*/unarchive',
      respond: ({ id }) => reference(contacts.unarchive(id), { archived: false }),
    },
  ]
}
