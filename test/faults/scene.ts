import type { SandboxContact } from '../../sandbox/intercom/contact-view.ts'
import { createRespond } from '../../sandbox/intercom/respond.ts'
import { defineBridge, form, signup } from '../../src/lib/index.ts'
import { isRecord } from '../../src/lib/json-access.ts'
import type { SourceOptions } from '../../src/lib/sources/source.ts'
import { type Model, startModel } from '../model/model.ts'
import type { ModelOptions } from '../model/options.ts'
import type { Body, PostOptions } from '../model/requests.ts'
import { canary } from '../support/canary.ts'

/** Counters that must be 0 after every row. */
export type Counters = {
  /** Signups with a 200 response that are neither a contact nor a dead letter. */
  readonly lost: number
  /** Contacts of a person beyond the first. */
  readonly duplicated: number
  /** People whose contact does not show the newest of their events. */
  readonly stale: number
  /** Log lines, metrics, responses and attributes of dead letters with personal data. */
  readonly leaked: number
}

/** One person; every value has the canary in it. */
export type Person = {
  readonly number: number
  readonly email: string
  readonly name: string
  readonly kind: 'account' | 'user' | 'lead'
}

/** The start of every phone number; no digest has a plus. */
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

/** The source and the body that a sender posts for a person. */
export const signupOf = (person: Person, more: object = {}): [source: string, body: Body] => {
  const { number, email, name, kind } = person
  if (kind === 'lead') return ['waitlist', new URLSearchParams({ email, name })]
  const account = kind === 'account' && { external_id: `account-${number}` }
  const phone = `${phonePrefix}${1_000 + (number % 9_000)}`
  return ['backend', { event_id: `event-${number}`, email, name, phone, ...account, ...more }]
}

/** How many posts are in flight at a time. */
const postsAtOnce = 50
/** Intercom's search lags; no signup may be duplicated because of it. */
const indexLagMs = 60_000

/** The requests of a signup that becomes a contact: a search, a create, the search that confirms. */
export const requestsPerSignup = 3

/** For signups that no other one could double: no source has leads, and each has its account id. */
export const accountsOnly = (source: SourceOptions = {}): ModelOptions => ({
  bridge: defineBridge({ sources: { backend: signup({ role: 'user', ...source }) } }),
})

export type SceneOptions = ModelOptions & { readonly source?: SourceOptions }

/**
 * Starts a bridge with the source `backend` of these options and `waitlist`, a form of leads. It
 * remembers what every signup with a 200 response must leave in Intercom.
 */
export const startScene = async ({ source = {}, ...options }: SceneOptions = {}) => {
  let leaked = 0
  const watch = (output: unknown): void => {
    const text = JSON.stringify(output).toLowerCase()
    if (text.includes(canary) || text.includes(phonePrefix)) leaked += 1
  }
  const model: Model = await startModel({
    bridge: defineBridge({
      sources: { backend: signup(source), waitlist: form({ role: 'lead' }) },
    }),
    indexLagMs,
    onTelemetry: watch,
    ...options,
  })
  /** By e-mail: the fields that the newest event of a person leaves on the contact. */
  const newest = new Map<string, { readonly at: number; readonly fields: object }>()
  const statuses = new Map<number, number>()

  const expectContact = (email: string, fields: object, at = 0): void => {
    const before = newest.get(email)
    if (!before || at >= before.at) newest.set(email, { at, fields })
  }

  const request = async (sourceName: string, body: Body, postOptions?: PostOptions) => {
    const { status: rawStatus, text, headers } = await model.request(sourceName, body, postOptions)
    watch({ text, headers })
    // A form post from a browser is redirected to a page.
    const status = rawStatus === 303 ? 200 : rawStatus
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    return status
  }

  const hasFields = (contact: SandboxContact, fields: object): boolean =>
    Object.entries(fields).every(
      ([name, value]) => (contact as Readonly<Record<string, unknown>>)[name] === value,
    )

  /** The e-mail address in a dead letter's delivery. */
  const emailIn = (body: string): string | undefined => {
    const message: unknown = JSON.parse(body)
    const isOwn = isRecord(message) && typeof message.body === 'string'
    const text = isOwn ? Buffer.from(String(message.body), 'base64').toString() : body
    return /[\w.]+@[\w.]+/.exec(decodeURIComponent(text.replaceAll('+', ' ')))?.[0]
  }

  return {
    model,
    watch,
    /** Posts once and returns the status, 200 for a redirected browser. */
    post: (sourceName: string, body: Body, postOptions?: PostOptions) =>
      model.time.run(request(sourceName, body, postOptions)),
    /** The same, inside a `time.run`. */
    request,
    expectContact,
    /** How many responses had each status. */
    statuses,
    /** Requests to Intercom so far, all or with this status; 0: no response. */
    calls: (status?: number): number => {
      const counts = model.workspace.callCounts()
      if (status !== undefined) return counts[status] ?? 0
      return Object.values(counts).reduce((sum, calls) => sum + calls, 0)
    },
    /** Signs everyone up at the webhook, `postsAtOnce` at a time. */
    signUp: async (people: readonly Person[], more: object = {}): Promise<void> => {
      const waiting = people.values()
      const work = async (): Promise<void> => {
        for (const person of waiting) {
          const status = await request(...signupOf(person, more))
          if (status !== 200) throw new Error(`a signup got a ${status}`)
          expectContact(person.email, { name: person.name })
        }
      }
      await model.time.run(Promise.all(Array.from({ length: postsAtOnce }, work)))
    },
    /** Sends Intercom a request that is not the bridge's; returns the id in the response. */
    intercom: async (
      method: 'POST' | 'PUT' | 'DELETE',
      path: string,
      body?: object,
    ): Promise<string> => {
      const respond = createRespond(model.workspace, model.time.sleep)
      const reply = await model.time.run(
        respond({
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
      if (reply.kind !== 'response' || reply.status !== 200) throw new Error(JSON.stringify(reply))
      const json: unknown = JSON.parse(reply.body)
      return isRecord(json) ? String(json.id) : ''
    },
    /** Empties Intercom, and what is remembered of people. */
    forget: (): void => {
      model.workspace.reset()
      newest.clear()
    },
    /** How long after an instant the last contact was created, in milliseconds. */
    createdWithinMs: (sinceMs: number): number =>
      Math.max(...model.contacts().map(({ created_at }) => created_at * 1_000 - sinceMs)),
    /** Compares Intercom and the dead letters with the signups that got a 200. */
    audit: (): Counters => {
      const contacts = Map.groupBy(model.contacts(), ({ email }) => email ?? '')
      const parked = new Set<string>()
      for (const { body, ...attributes } of model.parked()) {
        watch(attributes)
        parked.add(emailIn(body) ?? '')
      }
      let [lost, duplicated, stale] = [0, 0, 0]
      for (const [email, { fields }] of newest) {
        const [contact, ...others] = contacts.get(email) ?? []
        duplicated += others.length
        if (parked.has(email)) continue
        if (!contact) lost += 1
        else if (!hasFields(contact, fields)) stale += 1
      }
      return { lost, duplicated, stale, leaked }
    },
  }
}

export type Scene = Awaited<ReturnType<typeof startScene>>
