import { BridgeError } from './errors.ts'
import { fill, toCreate } from './fill.ts'
import type { ContactAnswer, ContactCall } from './intercom/call.ts'
import type { CallContact } from './intercom/client.ts'
import type { Contact } from './intercom/contact.ts'
import { type Recent, withRecent } from './intercom/recent.ts'
import type { Signup } from './signup.ts'
import type { SourceOptions } from './sources/source.ts'

/** What a source decides about delivering. */
export type Policy = Pick<SourceOptions, 'lookup' | 'onExisting'>

/** What happened on the way that an operator may want to count. */
export const deliveryCounts = [
  'email_shared',
  'external_id_differs',
  'extras_left_out',
  'overwrite_degraded',
] as const
export type Count = (typeof deliveryCounts)[number]

export type Outcome = {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly contact: Contact
  readonly counts: readonly Count[]
}

/** A call made for a signup and its answer, oldest first. */
export type History = readonly { readonly call: ContactCall; readonly answer: ContactAnswer }[]

export type Step =
  | { readonly call: ContactCall }
  | { readonly done: Outcome }
  | { readonly fail: BridgeError }

/** Never more calls under /contacts for a signup per receive, so that no rule below can loop. */
export const maxCalls = 6

const isUser = (contact: Contact): boolean => contact.role === 'user'
const latest = (contacts: readonly Contact[], field: 'last_seen_at' | 'created_at') =>
  contacts.toSorted((a, b) => (b[field] ?? 0) - (a[field] ?? 0))[0]

/**
 * Who of the people found is the one who signed up: the same external_id, then a user without one,
 * then (for a signup without one) the user seen last, then the newest lead. Users with other ids
 * are other accounts that share the address.
 */
const choose = (signup: Signup, found: readonly Contact[]): Contact | undefined => {
  const { external_id } = signup.contact
  const users = found.filter(isUser)
  const candidates = external_id === undefined ? users : []
  return (
    users.find((user) => external_id !== undefined && user.external_id === external_id) ??
    users.find((user) => !user.external_id) ??
    latest(candidates, 'last_seen_at') ??
    latest(
      found.filter((contact) => contact.role === 'lead'),
      'created_at',
    )
  )
}

const lookUpCall = ({ contact }: Signup): ContactCall | undefined => {
  if (contact.email !== undefined) return { type: 'search', field: 'email', value: contact.email }
  return contact.role === 'lead' && contact.phone !== undefined
    ? { type: 'search', field: 'phone', value: contact.phone }
    : undefined
}

/** A contact that is gone may stand in Intercom's search for a while. */
const withoutGone = (
  { call, answer }: History[number],
  index: number,
  history: History,
): History[number] => {
  if (answer.type !== 'contacts') return { call, answer }
  const gone = history
    .slice(0, index)
    .flatMap((past) => (past.answer.type === 'gone' && 'id' in past.call ? [past.call.id] : []))
  const contacts = answer.contacts.filter(({ id }) => !gone.includes(id))
  return { call, answer: { ...answer, contacts } }
}

/** The contact that the past calls found to be the person's, or none yet. */
const existingIn = (signup: Signup, { call, answer }: History[number]): Contact | undefined => {
  if (answer.type === 'contacts') {
    const chosen = choose(signup, answer.contacts)
    return chosen && answer.unindexed?.includes(chosen.id) ? undefined : chosen
  }
  const wasRead = call.type === 'get' || call.type === 'find'
  return answer.type === 'contact' && wasRead ? answer.contact : undefined
}

const isOtherAccount = (signup: Signup, contact: Contact | undefined): boolean => {
  const { external_id } = signup.contact
  return !!contact && isUser(contact) && !!external_id && contact.external_id !== external_id
}

const countsOf = (signup: Signup, policy: Policy, history: History): Count[] => {
  const existing = history.map((past) => existingIn(signup, past)).findLast((found) => found)
  const shared = history.some(
    ({ answer }) =>
      answer.type === 'contacts' &&
      answer.contacts.some((contact) => isOtherAccount(signup, contact)) &&
      choose(signup, answer.contacts) === undefined,
  )
  const differs = isOtherAccount(signup, existing) && !!existing?.external_id
  // Without the mark that says what was applied last, newer cannot be told from older.
  const overwrites =
    policy.onExisting !== undefined && !/^(fill|skip)$/.test(`${policy.onExisting}`)
  return [
    ...(shared ? (['email_shared'] as const) : []),
    ...(differs ? (['external_id_differs'] as const) : []),
    ...(existing && overwrites ? (['overwrite_degraded'] as const) : []),
    // Tags, a company and a note are read and not sent yet: say so, each time.
    ...(signup.tags || signup.company || signup.note ? (['extras_left_out'] as const) : []),
  ]
}

const failures = {
  conflict_unresolved:
    'Intercom says the contact exists and neither names nor finds it: the signup waits for its index',
  contact_archived: 'the contact is archived in Intercom: unarchive it there, then replay',
  identity_conflict:
    "the signup's identities belong to different contacts, or the contact went away: merge them in Intercom, then replay",
}
const fail = (code: keyof typeof failures): Step => ({
  fail: new BridgeError(code, failures[code]),
})

/**
 * The next step for a signup after what happened so far. Pure: the same history gives the same step.
 * At most six calls; a contact that is gone is looked for anew, once.
 */
export const nextStep = (signup: Signup, policy: Policy, history: History): Step => {
  const step = decide(signup, policy, history.map(withoutGone))
  return 'call' in step && history.length >= maxCalls ? fail('identity_conflict') : step
}

const decide = (signup: Signup, policy: Policy, history: History): Step => {
  const { external_id } = signup.contact
  const create: Step = { call: { type: 'create', fields: toCreate(signup) } }
  const search = lookUpCall(signup)
  const start: Step = search && policy.lookup !== false ? { call: search } : create
  const done = (outcome: Outcome['outcome'], contact: Contact): Step => ({
    done: { outcome, contact, counts: countsOf(signup, policy, history) },
  })

  const last = history.at(-1)
  if (!last) return start
  const { call, answer } = last

  const existing = existingIn(signup, last)
  if (existing) {
    const missing = policy.onExisting === 'skip' ? {} : fill(signup, existing)
    return Object.keys(missing).length === 0
      ? done('unchanged', existing)
      : { call: { type: 'update', id: existing.id, fields: missing } }
  }
  const searchAfterConflict: Step = search ? { call: search } : fail('conflict_unresolved')
  switch (answer.type) {
    case 'contact':
      return done(call.type === 'create' ? 'created' : 'updated', answer.contact)
    case 'contacts': {
      // Remembered and not yet found by search: it may be gone since, so it is read first.
      const remembered = choose(signup, answer.contacts)
      if (remembered) return { call: { type: 'get', id: remembered.id } }
      const conflicted = history.some((past) => past.answer.type === 'conflict')
      return conflicted ? fail('conflict_unresolved') : create
    }
    case 'conflict':
      if (answer.archived) return fail('contact_archived')
      if (call.type === 'update') return fail('identity_conflict')
      if (answer.id !== undefined) return { call: { type: 'get', id: answer.id } }
      return external_id === undefined
        ? searchAfterConflict
        : { call: { type: 'find', external_id } }
    case 'gone': {
      if (call.type === 'find') return searchAfterConflict
      const timesGone = history.filter(
        (past) => past.answer.type === 'gone' && past.call.type !== 'find',
      ).length
      return timesGone > 1 ? fail('identity_conflict') : start
    }
  }
}

/**
 * Delivers one signup: runs the steps, one call at a time.
 *
 * @throws BridgeError what a step or a call failed with; retry.ts judges it
 */
export const deliver = async (
  signup: Signup,
  policy: Policy,
  { call, recent }: { readonly call: CallContact; readonly recent: Recent },
): Promise<Outcome & { readonly calls: number }> => {
  const history: History[number][] = []
  for (;;) {
    const step = nextStep(signup, policy, history)
    if ('fail' in step) throw step.fail
    if ('done' in step) return { ...step.done, calls: history.length }
    const answered = await call(step.call)
    const answer =
      answered.type === 'contacts' && step.call.type === 'search'
        ? withRecent(answered.contacts, recent.find(step.call.field, step.call.value))
        : answered
    if (answer.type === 'contact') recent.remember(answer.contact)
    if (answer.type === 'gone' && 'id' in step.call) recent.forget(step.call.id)
    history.push({ call: step.call, answer })
  }
}
