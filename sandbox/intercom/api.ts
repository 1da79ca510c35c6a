import type { LoopbackRequest } from '../loopback.ts'
import { readContactRequest } from './contact-request.ts'
import type { ContactState } from './contact-state.ts'
import { viewContact, workspaceId } from './contact-view.ts'
import type { Contacts } from './contacts.ts'
import type { KnownAttributes } from './data-attributes.ts'
import { matchPath } from './path-pattern.ts'
import { invalid, isRefusal, type Refusal, refusals } from './refusal.ts'
import { search } from './search.ts'

/** Versions whose contacts have the shape that contact-view.ts gives. */
const versions = ['2.10', '2.11', '2.12', '2.13', '2.14', '2.15']
/** The version of the app's package, for requests that name none. */
export const defaultVersion = '2.14'

type Call = {
  /** What `*` stands for in the route's path. */
  readonly id: string
  readonly query: URLSearchParams
  readonly json: () => unknown
}
type Route = {
  readonly method: string
  readonly path: string
  readonly answer: (call: Call) => object | Refusal
}

const me = {
  type: 'admin',
  id: '1',
  email: 'sandbox@example.com',
  name: 'Sandbox',
  email_verified: true,
  app: {
    type: 'app',
    id_code: workspaceId,
    name: 'Sandbox',
    created_at: 1_734_537_243,
    secure: false,
    identity_verification: false,
    timezone: 'Etc/UTC',
    region: 'US',
  },
  avatar: { type: 'avatar', image_url: null },
  has_inbox_seat: true,
}

const view = (result: ContactState | Refusal): object | Refusal =>
  isRefusal(result) ? result : viewContact(result)

/** Archive, unarchive and delete answer with little more than the id. */
const reference = (result: ContactState | Refusal, state: object): object | Refusal =>
  isRefusal(result)
    ? result
    : { type: 'contact', id: result.id, external_id: result.external_id, ...state }

const createRoutes = (contacts: Contacts, attributes: KnownAttributes): readonly Route[] => {
  const withRequest = (
    json: unknown,
    act: (
      request: Exclude<ReturnType<typeof readContactRequest>, Refusal>,
    ) => ContactState | Refusal,
  ) => {
    const request = readContactRequest(json, attributes)
    return isRefusal(request) ? request : view(act(request))
  }
  return [
    {
      method: 'POST',
      path: '/contacts',
      answer: ({ json }) => withRequest(json(), contacts.create),
    },
    { method: 'POST', path: '/contacts/search', answer: ({ json }) => search(json(), contacts) },
    {
      method: 'GET',
      path: '/contacts/find_by_external_id/*',
      answer: ({ id }) => view(contacts.findByExternalId(id)),
    },
    { method: 'GET', path: '/contacts/*', answer: ({ id }) => view(contacts.get(id)) },
    {
      method: 'PUT',
      path: '/contacts/*',
      answer: ({ id, json }) => withRequest(json(), (request) => contacts.update(id, request)),
    },
    {
      method: 'DELETE',
      path: '/contacts/*',
      answer: ({ id }) => reference(contacts.remove(id), { deleted: true }),
    },
    {
      method: 'POST',
      path: '/contacts/*/archive',
      answer: ({ id }) => reference(contacts.archive(id), { archived: true }),
    },
    {
      method: 'POST',
      path: '/contacts/*/unarchive',
      answer: ({ id }) => reference(contacts.unarchive(id), { archived: false }),
    },
    {
      method: 'GET',
      path: '/data_attributes',
      answer: ({ query }) => {
        const isContact = (query.get('model') ?? 'contact') === 'contact'
        return { type: 'list', data: isContact ? attributes.list() : [] }
      },
    },
    { method: 'GET', path: '/me', answer: () => me },
  ]
}

/** Intercom behind its doors: whoever gets here is allowed in and within the rate limit. */
export const createApi = (contacts: Contacts, attributes: KnownAttributes) => {
  const routes = createRoutes(contacts, attributes)
  return ({ method, path, query, headers, body }: LoopbackRequest): object | Refusal => {
    if (!/\bapplication\/json\b/i.test(headers.accept ?? '')) return refusals.notAcceptable
    const version = headers['intercom-version'] ?? defaultVersion
    if (!versions.some((known) => known === version)) return refusals.versionUnknown
    try {
      for (const route of routes) {
        const encoded = route.method === method ? matchPath(route.path, path) : undefined
        if (encoded === undefined) continue
        const id = decodeURIComponent(encoded)
        return route.answer({ id, query, json: () => JSON.parse(body) })
      }
      return refusals.pathNotFound
    } catch (error) {
      if (error instanceof SyntaxError) return invalid('The request body is not valid JSON')
      if (error instanceof URIError) return refusals.pathNotFound
      throw error
    }
  }
}
