import { own } from '../../src/lib/json-access.ts'
import { workspaceId } from './contact-view.ts'
import type { KnownAttributes } from './data-attributes.ts'
import type { Route } from './route.ts'

/** The id of the admin that the token belongs to. */
export const tokenAdminId = 1

const me = {
  type: 'admin',
  id: String(tokenAdminId),
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

/** The routes of the workspace: its data attributes, and the admin the token belongs to. */
export const createWorkspaceRoutes = (
  attributes: KnownAttributes,
  companyAttributes: KnownAttributes,
): readonly Route[] => [
  {
    method: 'GET',
    path: '/data_attributes',
    respond: ({ query }) => {
      const withArchived = query.get('include_archived') === 'true'
      const model = query.get('model') ?? 'contact'
      if (model === 'company') return companyAttributes.list(withArchived)
      return model === 'contact' ? attributes.list(withArchived) : { type: 'list', data: [] }
    },
  },
  {
    method: 'POST',
    path: '/data_attributes',
    respond: ({ json }) => {
      const body = json()
      return own(body, 'model') === 'company'
        ? companyAttributes.create(body, attributes.has)
        : attributes.create(body, companyAttributes.has)
    },
  },
  { method: 'GET', path: '/me', respond: () => me },
]
