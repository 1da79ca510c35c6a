import { startIntercom } from '../../sandbox/intercom/server.ts'
import { own } from '../../src/lib/json-access.ts'
import { createClient, token } from '../sandbox/intercom-client.ts'
import type { ReceivedResponse } from './exchange.ts'

/** Sends a request to the sandbox's Intercom, records the response, and returns the id in it. */
type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<string>

const email = 'ada@example.com'
const unknownId = '000000000000000000000000'

/** Every field, as the version knows them. */
const everyField = (version: string) => ({
  role: 'user',
  external_id: '70',
  email,
  phone: '+353871234567',
  name: 'Ada Lovelace',
  avatar: 'https://example.com/ada.png',
  signed_up_at: 1_734_537_000,
  last_seen_at: 1_734_537_000,
  ...(version === '2.16' ? { owner_id: '1', email_verified: true } : { owner_id: 1 }),
  unsubscribed_from_emails: true,
  custom_attributes: { plan: 'pro', seats: 3 },
})

/** Creates, updates, reads and searches contacts. */
const sendContactRequests = async (send: Send, version: string) => {
  const user = await send('POST', '/contacts', everyField(version))
  const lead = await send('POST', '/contacts', { role: 'lead', phone: '+353871234567' })
  await send('POST', '/contacts', { external_id: '71' })
  await send('POST', '/contacts', { external_id: '70' })
  await send('POST', '/contacts', { email, custom_attributes: { unknown: 1 } })
  await send('POST', '/contacts', { email, owner_id: 2 })
  await send('POST', '/contacts', { email: 1 })
  await send('POST', '/contacts', { external_id: '72', email_verified: true })
  await send('POST', '/contacts', '{')

  await send('GET', '/contacts')
  await send('GET', '/contacts?per_page=1')
  await send('GET', '/contacts?per_page=0')
  for (const id of [user, lead, unknownId]) await send('GET', `/contacts/${id}`)

  await send('PUT', `/contacts/${user}`, { name: null, custom_attributes: { seats: -4 } })
  await send('PUT', `/contacts/${user}`, { role: 'lead' })
  await send('PUT', `/contacts/${lead}`, { role: 'user', external_id: '70' })
  await send('PUT', `/contacts/${unknownId}`, { name: 'Ada' })

  const byEmail = { field: 'email', operator: '=', value: email }
  const byRole = { field: 'role', operator: '!=', value: null }
  await send('POST', '/contacts/search', { query: byEmail })
  await send('POST', '/contacts/search', { query: byRole, pagination: { per_page: 1 } })
  await send('POST', '/contacts/search', { query: { operator: 'AND', value: [byEmail, byRole] } })
  await send('POST', '/contacts/search', { query: {} })
  await send('POST', '/contacts/search', { query: byEmail, sort: { order: 'desc' } })
  await send('GET', '/contacts/find_by_external_id/70')
  await send('GET', '/contacts/find_by_external_id/none')
}

/** Merges, archives, unarchives, blocks and deletes contacts. */
const sendArchiveRequests = async (send: Send) => {
  const user = await send('POST', '/contacts', { external_id: '80', email: '80@example.com' })
  const lead = await send('POST', '/contacts', { role: 'lead', email: '80@example.com' })
  const idless = await send('POST', '/contacts', { email: '81@example.com' })
  await send('POST', '/contacts/merge', { from: lead, into: user })
  await send('POST', '/contacts/merge', { from: lead, into: user })
  await send('POST', '/contacts/merge', { from: user, into: idless })
  await send('GET', `/contacts/${lead}`)
  await send('POST', `/contacts/${lead}/unarchive`)

  for (const id of [user, idless, unknownId]) await send('POST', `/contacts/${id}/archive`)
  await send('POST', '/contacts', { external_id: '80' })
  for (const id of [user, idless, unknownId]) await send('POST', `/contacts/${id}/unarchive`)
  await send('DELETE', `/contacts/${user}`)
  await send('DELETE', `/contacts/${idless}`)
  await send('DELETE', `/contacts/${unknownId}`)
  await send('POST', `/contacts/${user}/unarchive`)

  const spammer = await send('POST', '/contacts', { external_id: '82' })
  for (const id of [spammer, unknownId]) await send('POST', `/contacts/${id}/block`)
  await send('POST', `/contacts/${spammer}/unarchive`)
}

/** Adds tags, companies and notes to a contact. */
const sendExtraRequests = async (send: Send) => {
  const user = await send('POST', '/contacts', { external_id: '90' })
  const tag = await send('POST', '/tags', { name: 'beta' })
  await send('POST', '/tags', { name: 'gamma', users: [{ id: user }] })
  await send('POST', '/tags', { name: 'gamma', users: [{ id: unknownId }] })
  await send('POST', '/tags', {})
  await send('GET', '/tags')
  await send('POST', `/contacts/${user}/tags`, { id: tag })
  await send('POST', `/contacts/${user}/tags`, { id: unknownId })
  await send('POST', `/contacts/${unknownId}/tags`, { id: tag })
  await send('GET', `/contacts/${user}/tags`)
  await send('GET', `/contacts/${unknownId}/tags`)

  await send('GET', '/subscription_types')
  const path = `/contacts/${user}/subscriptions`
  await send('POST', path, { id: '1', consent_type: 'opt_out' })
  await send('POST', path, { id: '2', consent_type: 'opt_in' })
  await send('POST', path, { id: '2', consent_type: 'opt_out' })
  await send('POST', path, { id: unknownId, consent_type: 'opt_in' })
  await send('POST', path, { id: '2' })
  await send('GET', path)
  // Both: the description has no contact with a subscription, so that any would match it.
  for (const id of ['1', '2', '2']) await send('DELETE', `${path}/${id}`)

  await send('POST', '/companies', { company_id: 'c0' })
  const company = await send('POST', '/companies', {
    company_id: 'c1',
    name: 'Analytics',
    remote_created_at: 1_734_537_000,
  })
  await send('POST', '/companies', {
    company_id: 'c2',
    name: 'Engines',
    plan: 'pro',
    size: 2,
    website: 'https://example.com',
    industry: 'Machines',
    remote_created_at: 1_734_537_000,
    monthly_spend: 100,
    custom_attributes: { floor: 'first', rooms: 12 },
  })
  await send('POST', '/companies', { company_id: 'c2', unknown: 1 })
  await send('POST', `/contacts/${user}/companies`, { id: company })
  await send('POST', `/contacts/${user}/companies`, {})
  await send('POST', `/contacts/${user}/companies`, { id: unknownId })
  await send('GET', `/contacts/${user}/companies`)
  await send('GET', `/contacts/${unknownId}/companies`)
  await send('DELETE', `/contacts/${user}/companies/${company}`)
  await send('DELETE', `/contacts/${user}/companies/${company}`)

  await send('POST', `/contacts/${user}/notes`, { body: 'Hello' })
  await send('POST', `/contacts/${user}/notes`, { body: 'Hello', admin_id: '1' })
  await send('POST', `/contacts/${user}/notes`, { body: 'Hello', admin_id: '2' })
  await send('POST', `/contacts/${user}/notes`, {})
  await send('POST', `/contacts/${unknownId}/notes`, { body: 'Hello' })
  await send('GET', `/contacts/${user}/notes`)
  await send('GET', `/contacts/${unknownId}/notes`)

  const event = { event_name: 'paid', created_at: 1_734_537_000 }
  await send('POST', '/events', { ...event, id: user, metadata: { plan: 'pro', seats: 3 } })
  await send('POST', '/events', { ...event, id: unknownId })
  await send('POST', '/events', event)

  await send('GET', `/contacts/${user}`)
  await send('DELETE', `/contacts/${user}/tags/${tag}`)
  await send('DELETE', `/contacts/${user}/tags/${tag}`)
}

/** Creates and lists data attributes, and reads the token's admin. */
const sendWorkspaceRequests = async (send: Send) => {
  const model = 'contact'
  for (const data_type of ['string', 'integer', 'float', 'boolean', 'datetime', 'date']) {
    await send('POST', '/data_attributes', { name: `a ${data_type}`, model, data_type })
  }
  const options = [{ value: '1-10' }, { value: '11-50' }]
  const list = { name: 'headcount', model, data_type: 'options', options, description: 'People' }
  await send('POST', '/data_attributes', list)
  await send('POST', '/data_attributes', list)
  await send('POST', '/data_attributes', { name: '!nv@l!d', model, data_type: 'string' })
  await send('POST', '/data_attributes', { name: 'tier', model: 'company', data_type: 'string' })
  await send('GET', '/data_attributes')
  await send('GET', '/data_attributes?model=contact')
  await send('GET', '/data_attributes?model=company')
  await send('GET', '/me')
}

/** Every route of the sandbox's Intercom. */
const everyRoute: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/contacts'],
  ['POST', '/contacts'],
  ['POST', '/contacts/search'],
  ['POST', '/contacts/merge'],
  ['GET', '/contacts/find_by_external_id/70'],
  ['GET', `/contacts/${unknownId}`],
  ['PUT', `/contacts/${unknownId}`],
  ['DELETE', `/contacts/${unknownId}`],
  ['POST', `/contacts/${unknownId}/archive`],
  ['POST', `/contacts/${unknownId}/block`],
  ['POST', `/contacts/${unknownId}/unarchive`],
  ['GET', '/tags'],
  ['POST', '/tags'],
  ['GET', `/contacts/${unknownId}/tags`],
  ['POST', `/contacts/${unknownId}/tags`],
  ['DELETE', `/contacts/${unknownId}/tags/1`],
  ['GET', '/subscription_types'],
  ['GET', `/contacts/${unknownId}/subscriptions`],
  ['POST', `/contacts/${unknownId}/subscriptions`],
  ['DELETE', `/contacts/${unknownId}/subscriptions/1`],
  ['POST', '/companies'],
  ['POST', `/contacts/${unknownId}/companies`],
  ['GET', `/contacts/${unknownId}/companies`],
  ['DELETE', `/contacts/${unknownId}/companies/1`],
  ['GET', `/contacts/${unknownId}/notes`],
  ['POST', `/contacts/${unknownId}/notes`],
  ['POST', '/events'],
  ['GET', '/data_attributes'],
  ['POST', '/data_attributes'],
  ['GET', '/me'],
]

/** Sends every kind of request to the sandbox's Intercom, errors and faults included. */
export const collectSandboxResponses = async (
  version: string,
): Promise<readonly ReceivedResponse[]> => {
  const intercom = await startIntercom({
    port: 0,
    access_token: token,
    now: () => 1_734_537_437_000,
    attributes: ['plan', 'seats:integer', 'size:options(small|large)', 'score:float:readonly'],
    admins: [1],
  })
  const request = createClient(intercom.url)
  const responses: ReceivedResponse[] = []
  const send: Send = async (method, path, body, headers) => {
    const response = await request(method, path, body, { 'intercom-version': version, ...headers })
    const contentType = response.headers.get('content-type') ?? ''
    responses.push({ method, path, status: response.status, contentType, json: response.json })
    return String(own(response.json, 'id'))
  }
  try {
    await sendContactRequests(send, version)
    await sendArchiveRequests(send)
    await sendExtraRequests(send)
    await sendWorkspaceRequests(send)
    for (const [method, path] of everyRoute) {
      await send(method, path, undefined, { authorization: '' })
      await send(method, path, undefined, { authorization: 'Bearer bad' })
      await send(method, path, undefined, { accept: 'text/html' })
      await send(method, path, undefined, { 'intercom-version': '9.9' })
      for (const status of [403, 404, 408, 409, 422, 429, 500, 502, 503, 504]) {
        intercom.addFault({ status, count: 1 })
        await send(method, path)
      }
    }
    intercom.addFault({ rate_limit: 0 })
    await send('GET', '/me')
  } finally {
    await intercom.close()
  }
  return responses
}
