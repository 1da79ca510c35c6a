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
export const createWorkspaceRoutes = (attributes: KnownAttributes): readonly Route[] => [
  {
    method: 'GET',
    path: '/data_attributes',
    respond: ({ query }) => {
      const isContact = (query.get('model') ?? 'contact') === 'contact'
      return isContact
        ? attributes.list(query.get('include_archived') === 'true')
        : { type: 'list', data: [] }
    },
  },
  {
    method: 'POST',
    path: '/data_attributes',
    respond: ({ json }) => attributes.create(json()),
  },
  { method: 'GET', path: '/me', respond: () => me },
]
