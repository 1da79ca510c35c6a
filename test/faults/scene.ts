import type { SandboxContact } from '../../sandbox/intercom/contact-view.ts'
import { createRespond } from '../../sandbox/intercom/respond.ts'
import { defineBridge, form, signup } from '../../src/lib/index.ts'
import { isRecord } from '../../src/lib/json-access.ts'
import type { SourceOptions } from '../../src/lib/sources/source.ts'
import { type Model, startModel } from '../model/model.ts'
import type { ModelOptions } from '../model/options.ts'
import type { Body, PostOptions } from '../model/requests.ts'
import { canary } from '../support/canary.ts'

/** What must be 0, whatever happens. */
export type Counters = {
  /** Signups that were answered 200, and are neither a contact nor a dead letter. */
  readonly lost: number
  /** Contacts of a person, beyond one. */
  readonly duplicated: number
  /** People whose contact does not show the newest of their events. */
  readonly stale: number
  /** Log lines, counts, answers and attributes of dead letters that hold anybody's data. */
  readonly leaked: number
}

/** One person: every word that is theirs is a canary. */
export type Person = {
  readonly number: number
  readonly email: string
  readonly name: string
  readonly kind: 'account' | 'user' | 'lead'
}

/** What every phone number begins with; no digest holds a plus. */
const phonePrefix = '+1415555'

const kinds = ['account', 'user', 'account', 'lead'] as const

export const personOf = (
  number: number,
  kind = kinds[number % kinds.length] ?? 'user',
): Person => ({
  number,
  email: `${canary}.${number}@${canary}.example.com`,
  name: `${canary} ${number}`,
  kind,
})

export const peopleOf = (count: number, kind?: Person['kind']): Person[] =>
  Array.from({ length: count }, (_, number) => personOf(number, kind))

/** What a sender posts for a person, by source and body. */
export const signupOf = (person: Person, more: object = {}): [source: string, body: Body] => {
  const { number, email, name, kind } = person
  if (kind === 'lead') return ['waitlist', new URLSearchParams({ email, name })]
  const account = kind === 'account' && { external_id: `account-${number}` }
  const phone = `${phonePrefix}${1_000 + (number % 9_000)}`
  return ['backend', { event_id: `event-${number}`, email, name, phone, ...account, ...more }]
}

/** How many posts are under way at a time. */
const postsAtOnce = 50
/** Intercom's search lags, and nobody's signup may double for it. */
const indexLagMs = 60_000

export type SceneOptions = ModelOptions & { readonly source?: SourceOptions }

/**
 * A bridge with the source `backend` of these options, a form of leads `waitlist`, and what is known
 * of every person whose signup was answered 200.
 */
export const startScene = async ({ source = {}, ...options }: SceneOptions = {}) => {
  let leaked = 0
  const watch = (told: unknown): void => {
    const text = JSON.stringify(told).toLowerCase()
    if (text.includes(canary) || text.includes(phonePrefix)) leaked += 1
  }
  const model: Model = await startModel({
    bridge: defineBridge({
      sources: { backend: signup(source), waitlist: form({ role: 'lead' }) },
    }),
    indexLagMs,
    onTold: watch,
    ...options,
  })
  /** By e-mail: what the newest event of a person should have left on the contact. */
  const newest = new Map<string, { readonly at: number; readonly fields: object }>()
  const statuses = new Map<number, number>()

  const expectOf = (email: string, fields: object, at = 0): void => {
    const before = newest.get(email)
    if (!before || at >= before.at) newest.set(email, { at, fields })
  }

  const request = async (sourceName: string, body: Body, postOptions?: PostOptions) => {
    const { status: answered, text, headers } = await model.request(sourceName, body, postOptions)
    watch({ text, headers })
    // A browser is thanked by a page.
    const status = answered === 303 ? 200 : answered
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    return status
  }

  const shows = (contact: SandboxContact, fields: object): boolean =>
    Object.entries(fields).every(
      ([name, value]) => (contact as Readonly<Record<string, unknown>>)[name] === value,
    )

  /** Who a dead letter is about, by the address in its delivery. */
  const personIn = (body: string): string | undefined => {
    const message: unknown = JSON.parse(body)
    const raw = isRecord(message) && typeof message.body === 'string' ? message.body : ''
    const text = decodeURIComponent(Buffer.from(raw, 'base64').toString().replaceAll('+', ' '))
    return /[\w.]+@[\w.]+/.exec(text)?.[0]
  }

  return {
    model,
    watch,
    /** Posts once; gives the status, a browser's thanks as 200. */
    post: (sourceName: string, body: Body, postOptions?: PostOptions) =>
      model.time.run(request(sourceName, body, postOptions)),
    /** The same within work that is run already. */
    request,
    expectOf,
    /** How often which status was answered. */
    statuses,
    /** Calls of Intercom so far, by status; 0: no answer. */
    calls: (status?: number): number => {
      const counts = model.workspace.callCounts()
      if (status !== undefined) return counts[status] ?? 0
      return Object.values(counts).reduce((sum, calls) => sum + calls, 0)
    },
    /** Everybody signs up by the webhook, some at a time. */
    signUp: async (people: readonly Person[], more: object = {}): Promise<void> => {
      const waiting = people.values()
      const work = async (): Promise<void> => {
        for (const person of waiting) {
          const status = await request(...signupOf(person, more))
          if (status !== 200) throw new Error(`a signup was answered ${status}`)
          expectOf(person.email, { name: person.name })
        }
      }
      await model.time.run(Promise.all(Array.from({ length: postsAtOnce }, work)))
    },
    /** Somebody else's call of Intercom, by hand. */
    intercom: async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<string> => {
      const answerCall = createRespond(model.workspace, model.time.sleep)
      const reply = await model.time.run(
        answerCall({
          method,
          path,
          query: new URLSearchParams(),
          headers: {
            accept: 'application/json',
            authorization: 'Bearer the-token',
            'content-type': 'application/json',
            'intercom-version': options.version ?? '2.14',
          },
          body: body === undefined ? '' : JSON.stringify(body),
        }),
      )
      if (reply.kind !== 'answer' || reply.status !== 200) throw new Error(JSON.stringify(reply))
      const json: unknown = JSON.parse(reply.body)
      return isRecord(json) ? String(json.id) : ''
    },
    /** Empties Intercom, and what is known of people. */
    forget: (): void => {
      model.workspace.reset()
      newest.clear()
    },
    /** What stands in Intercom and in the dead letters, against what was answered 200. */
    audit: (): Counters => {
      const contacts = Map.groupBy(model.contacts(), ({ email }) => email ?? '')
      const parked = new Set<string>()
      for (const { body, ...attributes } of model.parked()) {
        watch(attributes)
        parked.add(personIn(body) ?? '')
      }
      let [lost, duplicated, stale] = [0, 0, 0]
      for (const [email, { fields }] of newest) {
        const [contact, ...others] = contacts.get(email) ?? []
        duplicated += others.length
        if (parked.has(email)) continue
        if (!contact) lost += 1
        else if (!shows(contact, fields)) stale += 1
      }
      return { lost, duplicated, stale, leaked }
    },
  }
}

export type Scene = Awaited<ReturnType<typeof startScene>>
