import { expect, test } from 'vitest'
import { clerk, defineBridge } from '../../../src/lib/index.ts'
import { startModel } from '../../model/model.ts'
import { account, startScene } from './scene.ts'

const minutes = 60_000
const days = 24 * 60 * minutes
const signup = { ...account, event_id: 'e-1', note: 'met at the "fair":\nstand 5 & 6' }
const search = 'POST /contacts/search 200'
const list = 'GET /contacts/*/notes 200'
const add = 'POST /contacts/*/notes 200'
const oneNote = [{ email: account.email, notes: { total_count: 1 } }]

test.each([
  ['six minutes', 6 * minutes],
  ['two days', 2 * days],
])('a delivery that is repeated after %s adds its note once', async (_name, later) => {
  const { signUp, contacts, time } = await startScene()
  expect(await signUp(signup)).toEqual([search, 'POST /contacts 200', add])
  await time.advance(later)

  expect(await signUp(signup)).toEqual([search, list])
  expect(contacts()).toMatchObject(oneNote)
})

test.each([6 * minutes, 2 * days])(
  'a sender’s own retry, signed again after %i ms, adds its note once',
  async (later) => {
    const bridge = defineBridge({ sources: { clerk: clerk({ note: 'data.about' }) } })
    const model = await startModel({ bridge })
    const { email } = account
    const data = { id: 'user_1', email_addresses: [{ id: 'a', email_address: email }], about: 'hi' }
    for (const _try of [1, 2]) {
      await model.post('clerk', { type: 'user.created', data }, { id: 'msg_retried' })
      await model.drained()
      await model.passes(later)
    }

    expect(model.notes.counted.get('delivered')).toBe(2)
    expect(model.contacts()).toMatchObject(oneNote)
  },
)

test('the sender’s retry in direct mode adds its note once', async () => {
  const { post, contacts, workspace } = await startScene({}, { delivery: 'direct' })
  workspace.addFault({ method: 'POST', path: '/contacts/*/notes', lost: true, count: 1 })

  expect((await post('backend', signup)).status).toBe(503)
  expect((await post('backend', signup)).status).toBe(200)
  expect(contacts()).toMatchObject(oneNote)
})

test.each([
  ['a lost response', { lost: true }],
  ['a 503', { status: 503 }],
] as const)(
  'after %s to its note the record is received again, and lists first',
  async (_name, fault) => {
    const { signUp, contacts, count, reasons, workspace } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts/*/notes', count: 1, ...fault })

    expect((await signUp(signup)).slice(3, 5)).toEqual([search, list])
    expect(contacts()).toMatchObject(oneNote)
    expect([count('extras_unavailable'), reasons()]).toEqual([1, []])
  },
)

test('a worker that dies after its note adds none when the record is received again', async () => {
  let deaths = 0
  const model = await startModel({
    onAwait: ({ call, when }) => {
      if (call !== 'POST /contacts/*/notes' || when !== 'after' || deaths > 0) return
      deaths += 1
      model.crash()
    },
  })

  await model.post('backend', signup)
  await model.drained()

  expect(deaths).toBe(1)
  expect(model.contacts()).toMatchObject(oneNote)
})

test('a note whose HTML Intercom changed is not added again', async () => {
  const { signUp, addContact, intercom, contacts } = await startScene()
  const id = await addContact(account)
  const body = '<div><p>met at the &quot;fair&quot;:<br />stand&nbsp;5 &amp; 6</p></div>'
  await intercom('POST', `/contacts/${id}/notes`, { body })

  expect(await signUp(signup)).toEqual([search, list])
  expect(contacts()).toMatchObject(oneNote)
})

test('two notes of different text are both added, in any order and number of repeats', async () => {
  const { signUp, contacts } = await startScene()
  for (const note of ['one', 'two', 'one', 'two']) await signUp({ ...account, note })

  expect(contacts()).toMatchObject([{ notes: { total_count: 2 } }])
})

test('a replay adds a note that is missing, and none that is there', async () => {
  const { signUp, contacts, workspace, replay, drained, reasons } = await startScene()
  workspace.addFault({ path: '/tags', status: 403, count: 1 })
  await signUp({ ...signup, tags: ['beta'] })
  workspace.addFault({ method: 'POST', path: '/contacts/*/notes', status: 403, count: 1 })
  await signUp({ ...account, email: 'grace@example.com', external_id: '2', note: 'hello' })

  await replay()
  await drained()

  expect(reasons()).toEqual([])
  expect(contacts()).toMatchObject([...oneNote, { notes: { total_count: 1 } }])
})
