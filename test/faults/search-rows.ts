import { strict as assert } from 'node:assert'
import type { SandboxContact } from '../../sandbox/intercom/contact-view.ts'
import { drainAndAudit, exactly, number, type Row } from './row.ts'
import { type Person, personOf, type Scene, signupOf, startScene } from './scene.ts'

/** How long search shows what was there before a change. */
const staleMs = 170_000
const mark = 'signup_bridge_at'
const byHand = 'By hand'

/** A contact that search shows as it was before a change. */
type Case = {
  readonly version?: string
  readonly kind: Person['kind']
  /** The contact's fields yesterday, beside its identity. */
  readonly before: object
  readonly change: (scene: Scene, id: string, person: Person) => Promise<unknown>
  /** The seconds between the mark that the contact has now and the event that arrives. */
  readonly eventIsNewerBy: number
  /** The name that the contact has in the end: the signup's without one. */
  readonly name: { readonly fill?: string; readonly overwrite?: string }
  /** Why it is parked. */
  readonly reason?: string
}

const markOf = (at: number) => ({ custom_attributes: { [mark]: at } })
/** The mark that search shows, and the one of the contact. */
const [yesterday, now] = [1_700_000_000, 1_700_080_000]

const rename: Case['change'] = ({ intercom }, id) =>
  intercom('PUT', `/contacts/${id}`, { name: byHand })
const archive: Case['change'] = ({ intercom }, id) => intercom('POST', `/contacts/${id}/archive`)
const remove: Case['change'] = ({ intercom }, id) => intercom('DELETE', `/contacts/${id}`)
const merge: Case['change'] = async ({ intercom }, from, { email }) => {
  const into = await intercom('POST', '/contacts', { role: 'user', email, name: byHand })
  await intercom('POST', '/contacts/merge', { from, into })
}
const markAgain: Case['change'] = ({ intercom }, id) =>
  intercom('PUT', `/contacts/${id}`, { name: byHand, ...markOf(now) })

const kept = { fill: byHand, overwrite: byHand }
const filledOnly = { fill: byHand }

const cases: Readonly<Record<string, Case>> = {
  'named by a teammate': {
    kind: 'user',
    before: {},
    change: rename,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'renamed by a teammate': {
    kind: 'account',
    before: { name: 'Before' },
    change: rename,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'renamed, a lead': {
    kind: 'lead',
    before: {},
    change: rename,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'marked since, an older event': {
    kind: 'account',
    before: { name: 'Before', ...markOf(yesterday) },
    change: markAgain,
    eventIsNewerBy: -1_000,
    name: kept,
  },
  'marked since, a newer event': {
    kind: 'user',
    before: { name: 'Before', ...markOf(yesterday) },
    change: markAgain,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'first marked since, an older event': {
    kind: 'user',
    before: {},
    change: markAgain,
    eventIsNewerBy: -1_000,
    name: kept,
  },
  archived: {
    kind: 'account',
    before: { name: byHand },
    change: archive,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'archived, a lead': {
    kind: 'lead',
    before: { name: 'Before' },
    change: archive,
    eventIsNewerBy: 1_000,
    name: {},
  },
  'merged into a user': {
    kind: 'user',
    before: { role: 'lead' },
    change: merge,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  'merged into a user, 2.16': {
    version: '2.16',
    kind: 'account',
    before: { role: 'lead' },
    change: merge,
    eventIsNewerBy: 1_000,
    name: filledOnly,
  },
  deleted: {
    kind: 'account',
    before: { name: 'Before' },
    change: remove,
    eventIsNewerBy: 1_000,
    name: {},
    reason: 'contact_deleted',
  },
  'deleted, a lead': {
    kind: 'lead',
    before: { name: 'Before' },
    change: remove,
    eventIsNewerBy: 1_000,
    name: {},
  },
}

const runCase = async (
  { version, kind, before, change, eventIsNewerBy, name, reason }: Case,
  onExisting: 'fill' | 'overwrite',
  size: number,
): Promise<Scene> => {
  const shown = new Map<string, { readonly contact: SandboxContact; readonly untilMs: number }>()
  let scene: Scene | undefined
  scene = await startScene({
    source: { onExisting },
    attributes: [`${mark}:integer`],
    ...(version && { version }),
    intercept: ({ path, body = '' }) => {
      if (path !== '/contacts/search') return undefined
      const stale = [...shown].find(([email]) => body.includes(`"${email}"`))?.[1]
      if (!stale || !scene || scene.model.time.now() >= stale.untilMs) return undefined
      const list = { type: 'list', data: [stale.contact], total_count: 1, pages: { type: 'pages' } }
      return { status: 200, headers: {}, body: JSON.stringify(list) }
    },
  })
  const { model, intercom, expectContact, post } = scene
  for (let at = 0; at < size; at += 1) {
    const person = personOf(at, kind)
    const { email } = person
    const identity = { email, ...(kind === 'account' && { external_id: `account-${at}` }) }
    const role = kind === 'lead' ? 'lead' : 'user'
    const id = await intercom('POST', '/contacts', { role, ...identity, ...before })
    const contact = model.contacts().find((candidate) => candidate.id === id)
    assert.ok(contact)
    await change(scene, id, person)
    shown.set(email, { contact, untilMs: model.time.now() + staleMs })
    const more = { role, occurred_at: now + eventIsNewerBy }
    const sent = kind === 'lead' ? 'user' : kind
    assert.equal(await post(...signupOf({ ...person, kind: sent }, more)), 200)
    expectContact(email, { name: name[onExisting] ?? person.name })
  }
  await model.drained()
  const reasons = new Set(model.parked().map((letter) => letter.reason))
  assert.deepEqual(reasons, new Set(reason === undefined ? [] : [reason]))
  assert.equal(model.contacts().length, reason === undefined ? size : 0)
  return scene
}

export const searchRows: readonly Row[] = [
  {
    name: 'search shows old values',
    title:
      'search says where to look, the contact says what is there: fill replaces nothing, overwrite obeys the mark',
    sizes: { short: 1, full: 100 },
    run: async (size) => {
      const figures: string[] = []
      for (const onExisting of ['fill', 'overwrite'] as const) {
        const scenes: Scene[] = []
        for (const [name, stale] of Object.entries(cases)) {
          try {
            scenes.push(await runCase(stale, onExisting, size))
            await drainAndAudit(...scenes)
          } catch (error) {
            throw new Error(`${onExisting}, ${name}`, { cause: error })
          }
        }
        figures.push(
          `${onExisting}: ${number(size)} people in each of ${scenes.length} cases`,
          exactly('parked', scenes.flatMap(({ model }) => model.parked()).length, size),
          await drainAndAudit(...scenes),
        )
      }
      return figures
    },
  },
]
