import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { defineBridge, form, signup } from '../../src/lib/index.ts'
import { deadLetterQueueUrl } from '../model/queues.ts'
import { createRandom } from '../model/random.ts'
import { inboxArn, record } from '../support/records.ts'
import { dayMs, drainAndAudit, exactly, number, type Row } from './row.ts'
import { type Person, peopleOf, personOf, type Scene, signupOf, startScene } from './scene.ts'

/** What a record says about itself that is not so. */
type Lie = {
  readonly source?: string
  /** Seconds from now, of the event and, in the bridge's own format, of the receipt. */
  readonly seconds?: number
  readonly index?: number
  readonly attributes?: Readonly<Record<string, string>>
  /** What happens to the contact before, and whether the record leaves it as it is. */
  readonly isArchived?: true
  readonly changes?: true
  /** Why it is parked. */
  readonly reason?: string
}

const tenYears = 10 * 365 * 86_400
const lies: Readonly<Record<string, Lie>> = {
  'from the future': { seconds: tenYears, changes: true },
  'from the past': { seconds: -tenYears },
  'a replay from the future': {
    seconds: tenYears,
    attributes: { replay: 'fill', received_at: String(Number.MAX_SAFE_INTEGER) },
  },
  'the index of no signup': { index: 7, reason: 'invalid_signup' },
  'a replay that restores': {
    attributes: { replay: 'restore' },
    isArchived: true,
    reason: 'contact_archived',
  },
  'a source that the inbox may not name': { source: 'partner', reason: 'unknown_source' },
  'a form that the inbox may not name': { source: 'waitlist', reason: 'unknown_source' },
}

const formats = ['own', 'plain'] as const

/** A record of a standard queue, in the bridge's own format or as another producer sends it. */
const forge = (
  { source = 'backend', seconds = 0, index, attributes = {} }: Lie,
  format: (typeof formats)[number],
  body: object,
  nowMs: number,
) => {
  const now = Math.floor(nowMs / 1_000)
  const event = JSON.stringify({ ...body, occurred_at: now + seconds })
  const own = {
    signup_bridge: 1,
    source,
    received_at: now + seconds,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(event).toString('base64'),
    ...(index !== undefined && { index }),
  }
  const named = { ...attributes, ...(format === 'plain' && { source }) }
  return record(format === 'own' ? own : event, {
    messageId: randomUUID(),
    eventSourceARN: inboxArn,
    attributes: { SentTimestamp: String(nowMs) },
    messageAttributes: Object.fromEntries(
      Object.entries(named).map(([name, stringValue]) => [
        name,
        { stringValue, dataType: 'String' },
      ]),
    ),
  }) as never
}

const startInbox = (): Promise<Scene> => {
  const overwriting = signup({ onExisting: 'overwrite' })
  return startScene({
    bridge: defineBridge({
      sources: { backend: overwriting, partner: overwriting, waitlist: form({ role: 'lead' }) },
      inbox: { sources: ['backend'] },
    }),
    attributes: ['signup_bridge_at:integer'],
    environment: { INBOX_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl },
  })
}

/** Each person signs up; a forged record of theirs comes; where it may change them, a newer event. */
const forgeAll = async (lie: Lie, format: (typeof formats)[number], size: number) => {
  const scene = await startInbox()
  const { model, expectContact, post, intercom } = scene
  const people = peopleOf(size, 'account')
  const send = async (person: Person, name: string): Promise<void> => {
    const occurred_at = Math.floor(model.time.now() / 1_000)
    const event_id = `${person.number} at ${occurred_at}`
    assert.equal(await post(...signupOf(person, { event_id, name, occurred_at })), 200)
    expectContact(person.email, { name }, occurred_at)
  }
  for (const person of people) await send(person, person.name)
  await model.drained()
  await model.passes(120_000)
  if (lie.isArchived) {
    for (const { id } of model.contacts()) await intercom('POST', `/contacts/${id}/archive`)
  }
  for (const person of people) {
    const [, body] = signupOf(person, { event_id: 'forged', name: `${person.name} forged` })
    const forged = forge(lie, format, body as object, model.time.now())
    assert.deepEqual(await model.invokeWorker([forged]), [])
  }
  await model.passes(5_000)
  if (lie.changes) for (const person of people) await send(person, `${person.name} now`)
  await model.drained()
  const reasons = new Set(model.parked().map(({ reason }) => reason))
  assert.deepEqual(reasons, new Set(lie.reason === undefined ? [] : [lie.reason]))
  assert.equal(model.contacts().length, lie.isArchived ? 0 : size)
  assert.ok(model.contacts().every(({ name }) => !name?.endsWith('forged')))
  return scene
}

export const trustRows: readonly Row[] = [
  {
    name: 'forged records',
    title:
      'a record of the inbox cannot date itself, pose as a replay that restores, hide a signup or name any source',
    sizes: { short: 1, full: 100 },
    run: async (size) => {
      const scenes: Scene[] = []
      for (const [name, lie] of Object.entries(lies)) {
        for (const format of formats) {
          // Only the bridge's own format has an index.
          if (lie.index !== undefined && format === 'plain') continue
          try {
            const scene = await forgeAll(lie, format, size)
            await drainAndAudit(scene)
            scenes.push(scene)
          } catch (error) {
            throw new Error(`${name}, ${format}`, { cause: error })
          }
        }
      }
      return [
        `${number(size)} records in each of ${scenes.length} cases, in the bridge’s own format and plain`,
        await drainAndAudit(...scenes),
      ]
    },
  },
  {
    name: 'repeats with a note',
    title:
      'a delivery that is repeated after six minutes and after two days is one contact and one note',
    sizes: { short: 4, full: 500 },
    run: async (size) => {
      const scene = await startScene({ workers: 4 })
      const { model, expectContact, request } = scene
      const people = Array.from({ length: size }, (_, index) => personOf(index))
      const sendAll = () =>
        Promise.all(
          people.map(async (person) => {
            const more = {
              note: `Note of ${person.number}`,
              role: person.kind === 'lead' ? 'lead' : 'user',
            }
            const kind = person.kind === 'lead' ? 'user' : person.kind
            assert.equal(await request(...signupOf({ ...person, kind }, more)), 200)
            expectContact(person.email, { name: person.name })
          }),
        )
      for (const laterMs of [0, 360_000, 2 * dayMs]) {
        await model.drained()
        await model.passes(laterMs)
        await model.time.run(sendAll())
      }
      const counters = await drainAndAudit(scene)
      const notes = model.contacts().reduce((sum, contact) => sum + contact.notes.total_count, 0)
      return [
        `${number(3 * size)} deliveries of ${number(size)} signups`,
        exactly('contacts', model.contacts().length, size),
        exactly('notes', notes, size),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'secrets put one second ago',
    title:
      'a signing secret and a token that were put one second ago are used, whenever the last refresh was',
    sizes: { short: 10, full: 1_000 },
    run: async (size) => {
      const scene = await startScene()
      const { model, post, expectContact } = scene
      const random = createRandom(6)
      const signUp = async (number: number, secret: string): Promise<void> => {
        const person = personOf(number, 'account')
        await post(...signupOf(person), { secret })
        expectContact(person.email, { name: person.name })
      }
      let secret = model.secretOf('backend') ?? ''
      for (let at = 0; at < size; at += 1) {
        // Doubts count once in 30 s; the refresh is every five minutes.
        await model.passes(31_000 + Math.floor(random() * 600_000))
        await signUp(3 * at, secret)
        await model.drained()
        const [before, token] = [secret, `token-${at}`]
        secret = `secret-${at}`
        model.putSigningSecrets({ backend: secret })
        model.putToken(token)
        model.workspace.addFault({ access_token: token })
        await model.passes(1_000)
        await signUp(3 * at + 1, secret)
        await signUp(3 * at + 2, before)
      }
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} rotations, ${number(3 * size)} signups`,
        exactly('refused with 401', scene.statuses.get(401) ?? 0, 0),
        exactly('returned to the queue', model.notes.counted.get('handed_back') ?? 0, 0),
        exactly('contacts', model.contacts().length, 3 * size),
        counters,
      ]
    },
  },
]
