import { BridgeError, type ErrorCode, renamed } from './errors.ts'
import type { SendCall } from './intercom/call.ts'
import type { Contact } from './intercom/contact.ts'
import {
  attachCompanyCall,
  attachTagCall,
  companyCall,
  noteCall,
  tagCall,
} from './intercom/extra-calls.ts'
import type { Signup } from './signup.ts'

/** Ids of tags by name, as this process learnt them. */
export type TagIds = Map<string, string>
const maxTagIds = 1_000

type Extra = () => Promise<void>

const isTied = (ties: Contact['tags'], id: string): boolean =>
  ties?.data?.some((tie) => tie.id === id) ?? false

const tagExtra = (name: string, contact: Contact, send: SendCall, tagIds: TagIds): Extra => {
  const attach = async (): Promise<boolean> => {
    const id = tagIds.get(name) ?? (await send(tagCall(name)))
    if (tagIds.size >= maxTagIds) tagIds.clear()
    tagIds.set(name, id)
    if (isTied(contact.tags, id)) return true
    if ((await send(attachTagCall(contact.id, id))) === true) return true
    tagIds.delete(name)
    return false
  }
  return async () => {
    // A tag that this process knew may have been deleted since: it is made anew, once.
    if ((await attach()) || (await attach())) return
    throw new BridgeError('intercom_rejected', 'the contact or its tag went away')
  }
}

const companyExtra =
  (company: NonNullable<Signup['company']>, contact: Contact, send: SendCall): Extra =>
  async () => {
    const id = await send(companyCall(company))
    if (!isTied(contact.companies, id)) await send(attachCompanyCall(contact.id, id))
  }

/** Trouble that passes, or that an operator ends without a replay. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'intercom_rate_limited',
  'intercom_unauthorized',
  'intercom_unavailable',
  'misconfigured',
  'temporarily_unavailable',
])

/**
 * Gives a contact what a signup brings beside its fields: tags by name, then its company, then a
 * note. All but the note are the same when given twice, so the note comes last.
 *
 * @returns what Intercom refuses for good, the first of it; the rest was given
 * @throws BridgeError `extras_unavailable` for trouble that passes: all of it is to be given again
 */
export const giveExtras = async (
  { tags = [], company, note }: Signup,
  contact: Contact,
  send: SendCall,
  tagIds: TagIds,
): Promise<BridgeError | undefined> => {
  const extras: Extra[] = [
    ...tags.map((name) => tagExtra(name, contact, send, tagIds)),
    ...(company ? [companyExtra(company, contact, send)] : []),
    ...(note === undefined ? [] : [async () => void (await send(noteCall(contact.id, note)))]),
  ]
  let failed: BridgeError | undefined
  for (const give of extras) {
    try {
      await give()
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code === 'out_of_time') throw error
      if (passing.has(error.code)) {
        const message =
          'the contact is there; its tags, company or note wait until Intercom takes them'
        throw renamed(error, 'extras_unavailable', message)
      }
      const message =
        'the contact is there; Intercom refuses its tags, company or note: look up the code, mend, then replay'
      failed ??= renamed(error, 'extras_failed', message)
    }
  }
  return failed
}
