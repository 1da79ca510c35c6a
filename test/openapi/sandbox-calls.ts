import { startIntercom } from '../../sandbox/intercom/server.ts'
import { own } from '../../src/lib/json-access.ts'
import { createCall, token } from '../sandbox/intercom-client.ts'
import type { Answered } from './exchange.ts'

/** Calls the sandbox's Intercom, keeps the answer, and gives the id in it. */
type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<string>

const email = 'ada@example.com'
const none = '000000000000000000000000'

const everyField = {
  role: 'user',
  external_id: '70',
  email,
  phone: '+353871234567',
  name: 'Ada Lovelace',
  avatar: 'https://example.com/ada.png',
  signed_up_at: 1_734_537_000,
  last_seen_at: 1_734_537_000,
  owner_id: 1,
  unsubscribed_from_emails: true,
  custom_attributes: { plan: 'pro', seats: 3 },
}

/** Writes, reads and finds contacts. */
const callContacts = async (ask: Ask) => {
  const user = await ask('POST', '/contacts', everyField)
  const lead = await ask('POST', '/contacts', { role: 'lead', phone: '+353871234567' })
  await ask('POST', '/contacts', { external_id: '71' })
  await ask('POST', '/contacts', { external_id: '70' })
  await ask('POST', '/contacts', { email, custom_attributes: { unknown: 1 } })
  await ask('POST', '/contacts', { email, owner_id: 2 })
  await ask('POST', '/contacts', { email: 1 })
  await ask('POST', '/contacts', '{')

  await ask('GET', '/contacts')
  await ask('GET', '/contacts?per_page=1')
  await ask('GET', '/contacts?per_page=0')
  for (const id of [user, lead, none]) await ask('GET', `/contacts/${id}`)

  await ask('PUT', `/contacts/${user}`, { name: null, custom_attributes: { seats: 4 } })
  await ask('PUT', `/contacts/${user}`, { role: 'lead' })
  await ask('PUT', `/contacts/${lead}`, { role: 'user', external_id: '70' })
  await ask('PUT', `/contacts/${none}`, { name: 'Ada' })

  const byEmail = { field: 'email', operator: '=', value: email }
  const byRole = { field: 'role', operator: '!=', value: null }
  await ask('POST', '/contacts/search', { query: byEmail })
  await ask('POST', '/contacts/search', { query: byRole, pagination: { per_page: 1 } })
  await ask('POST', '/contacts/search', { query: { operator: 'AND', value: [byEmail, byRole] } })
  await ask('POST', '/contacts/search', { query: {} })
  await ask('GET', '/contacts/find_by_external_id/70')
  await ask('GET', '/contacts/find_by_external_id/none')
}

/** Takes contacts away, and brings them back. */
const callArchive = async (ask: Ask) => {
  const user = await ask('POST', '/contacts', { external_id: '80', email: '80@example.com' })
  const lead = await ask('POST', '/contacts', { role: 'lead', email: '80@example.com' })
  const idless = await ask('POST', '/contacts', { email: '81@example.com' })
  await ask('POST', '/contacts/merge', { from: lead, into: user })
  await ask('POST', '/contacts/merge', { from: lead, into: user })
  await ask('POST', '/contacts/merge', { from: user, into: idless })
  await ask('GET', `/contacts/${lead}`)
  await ask('POST', `/contacts/${lead}/unarchive`)

  for (const id of [user, idless, none]) await ask('POST', `/contacts/${id}/archive`)
  await ask('POST', '/contacts', { external_id: '80' })
  for (const id of [user, idless, none]) await ask('POST', `/contacts/${id}/unarchive`)
  await ask('DELETE', `/contacts/${user}`)
  await ask('DELETE', `/contacts/${idless}`)
  await ask('DELETE', `/contacts/${none}`)
  await ask('POST', `/contacts/${user}/unarchive`)
}

/** Ties tags, companies and notes to a contact. */
const callExtras = async (ask: Ask) => {
  const user = await ask('POST', '/contacts', { external_id: '90' })
  const tag = await ask('POST', '/tags', { name: 'beta' })
  await ask('POST', '/tags', { name: 'gamma', users: [{ id: user }] })
  await ask('POST', '/tags', { name: 'gamma', users: [{ id: none }] })
  await ask('POST', '/tags', {})
  await ask('GET', '/tags')
  await ask('POST', `/contacts/${user}/tags`, { id: tag })
  await ask('POST', `/contacts/${user}/tags`, { id: none })
  await ask('POST', `/contacts/${none}/tags`, { id: tag })

  const company = await ask('POST', '/companies', { company_id: 'c1' })
  await ask('POST', '/companies', {
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
  await ask('POST', '/companies', { company_id: 'c2', unknown: 1 })
  await ask('POST', `/contacts/${user}/companies`, { id: company })
  await ask('POST', `/contacts/${user}/companies`, {})
  await ask('POST', `/contacts/${user}/companies`, { id: none })

  await ask('POST', `/contacts/${user}/notes`, { body: 'Hello' })
  await ask('POST', `/contacts/${user}/notes`, { body: 'Hello', admin_id: '1' })
  await ask('POST', `/contacts/${user}/notes`, { body: 'Hello', admin_id: '2' })
  await ask('POST', `/contacts/${user}/notes`, {})
  await ask('POST', `/contacts/${none}/notes`, { body: 'Hello' })

  await ask('GET', `/contacts/${user}`)
  await ask('DELETE', `/contacts/${user}/tags/${tag}`)
  await ask('DELETE', `/contacts/${user}/tags/${tag}`)
}

/** Asks for the workspace's attributes, makes some, and asks who one is. */
const callWorkspace = async (ask: Ask) => {
  const model = 'contact'
  for (const data_type of ['string', 'integer', 'float', 'boolean', 'datetime', 'date']) {
    await ask('POST', '/data_attributes', { name: `a ${data_type}`, model, data_type })
  }
  const options = [{ value: '1-10' }, { value: '11-50' }]
  const list = { name: 'headcount', model, data_type: 'options', options, description: 'People' }
  await ask('POST', '/data_attributes', list)
  await ask('POST', '/data_attributes', list)
  await ask('POST', '/data_attributes', { name: '!nv@l!d', model, data_type: 'string' })
  await ask('GET', '/data_attributes')
  await ask('GET', '/data_attributes?model=contact')
  await ask('GET', '/data_attributes?model=company')
  await ask('GET', '/me')
}

/** Every call of the sandbox's Intercom. */
const everyCall: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/contacts'],
  ['POST', '/contacts'],
  ['POST', '/contacts/search'],
  ['POST', '/contacts/merge'],
  ['GET', '/contacts/find_by_external_id/70'],
  ['GET', `/contacts/${none}`],
  ['PUT', `/contacts/${none}`],
  ['DELETE', `/contacts/${none}`],
  ['POST', `/contacts/${none}/archive`],
  ['POST', `/contacts/${none}/unarchive`],
  ['GET', '/tags'],
  ['POST', '/tags'],
  ['POST', `/contacts/${none}/tags`],
  ['DELETE', `/contacts/${none}/tags/1`],
  ['POST', '/companies'],
  ['POST', `/contacts/${none}/companies`],
  ['POST', `/contacts/${none}/notes`],
  ['GET', '/data_attributes'],
  ['POST', '/data_attributes'],
  ['GET', '/me'],
]

/** Asks everything of the sandbox's Intercom that it answers, refusals and faults too. */
export const callSandbox = async (version: string): Promise<readonly Answered[]> => {
  const intercom = await startIntercom({
    port: 0,
    access_token: token,
    now: () => 1_734_537_437_000,
    attributes: ['plan', 'seats:integer', 'size:options(small|large)', 'score:float:readonly'],
    admins: [1],
  })
  const call = createCall(intercom.url)
  const answers: Answered[] = []
  const ask: Ask = async (method, path, body, headers) => {
    const answer = await call(method, path, body, { 'intercom-version': version, ...headers })
    const contentType = answer.headers.get('content-type') ?? ''
    answers.push({ method, path, status: answer.status, contentType, json: answer.json })
    return String(own(answer.json, 'id'))
  }
  try {
    await callContacts(ask)
    await callArchive(ask)
    await callExtras(ask)
    await callWorkspace(ask)
    for (const [method, path] of everyCall) {
      await ask(method, path, undefined, { authorization: '' })
      await ask(method, path, undefined, { authorization: 'Bearer bad' })
      await ask(method, path, undefined, { accept: 'text/html' })
      await ask(method, path, undefined, { 'intercom-version': '9.9' })
      for (const status of [403, 404, 408, 409, 422, 429, 500, 502, 503, 504]) {
        intercom.addFault({ status, count: 1 })
        await ask(method, path)
      }
    }
    intercom.addFault({ rate_limit: 0 })
    await ask('GET', '/me')
  } finally {
    await intercom.close()
  }
  return answers
}
