import type { Bridge } from '../config/config.ts'
import type { DeliverResult } from '../deliver/deliver.ts'
import { isEmailOf } from '../intercom/contact.ts'
import type { AnySignup, Signup } from '../signup.ts'
import { mayGive } from '../sources/source.ts'
import { isByAccount, personKey } from './message.ts'
import { groupIdOf, isFifo, type QueueRecord } from './record.ts'

/**
 * Whether a later signup could create a second contact of a person: Intercom refuses a second user
 * with the same e-mail or account id, but neither a lead beside any contact nor an account beside a
 * user without an id. Without an e-mail only that account itself has the user's group.
 */
const mayBeDoubled = ({ sources }: Bridge, { contact }: Signup): boolean => {
  const { role, email, external_id } = contact
  if (role === 'lead') return true
  return (
    email !== undefined &&
    Object.values(sources).some(
      (source) =>
        mayGive(source, 'lead') || (external_id === undefined && mayGive(source, 'external_id')),
    )
  )
}

/**
 * Whether the contact that a record creates is to be confirmed: the record then keeps its FIFO
 * group, so that the person's next signup starts only when Intercom's search shows the contact. Only
 * where the group is the person: not on a standard queue, nor in a group that another producer chose,
 * nor in that of an account, which does not have the person's other signups.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const isToConfirm = (
  bridge: Bridge,
  record: QueueRecord,
  signup: AnySignup,
): signup is Signup =>
  signup.contact !== undefined &&
  isFifo(record.eventSourceARN) &&
  !isByAccount(signup) &&
  groupIdOf(record) === personKey(signup) &&
  mayBeDoubled(bridge, signup)

const maxHeldIds = 10_000

/**
 * Returns a function that says whether this process holds a record for the first time: search may
 * lag for hours, or never show a contact, and each time the record could create another lead.
 */
export const createHolds = (): ((messageId: string) => boolean) => {
  const ids = new Set<string>()
  return (messageId) => {
    if (ids.has(messageId)) return false
    if (ids.size >= maxHeldIds) ids.clear()
    ids.add(messageId)
    return true
  }
}

/**
 * Whether search does not show a contact yet under the signup's e-mail: it was created, restored or
 * given this e-mail just now, or by an earlier request whose response was lost. Its age says that
 * last from the second receive on: Intercom's clock may be behind. An account that shares an address
 * is not waited for: search shows the other account to who signs up without an id.
 */
export const isUnconfirmed = (
  { outcome, contact, isShown, counts }: DeliverResult,
  { contact: { email } }: Signup,
  {
    nowMs,
    searchLagSeconds,
    isFirstReceive = false,
  }: {
    readonly nowMs: number
    readonly searchLagSeconds: number
    readonly isFirstReceive?: boolean
  },
): boolean => {
  if (contact === undefined) return false
  if (outcome === 'created') return !counts.includes('email_shared')
  if (isShown || (email !== undefined && !isEmailOf(contact, email))) return false
  const ageSeconds = nowMs / 1_000 - (contact.created_at ?? 0)
  return isFirstReceive || outcome === 'updated' || ageSeconds < searchLagSeconds
}
