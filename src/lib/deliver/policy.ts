import type { Contact } from '../intercom/contact.ts'
import type { Removal } from '../intercom/contact-request.ts'
import { defaultToleranceSeconds } from '../signature/timestamp.ts'
import { provesTime } from '../signature/verify.ts'
import type { AnySignup, Signup } from '../signup.ts'
import type { Source, SourceOptions } from '../sources/source.ts'
import { tracks } from '../transform/mapping-options.ts'
import { type Claim, ownersOf } from './ownership.ts'

/** What a signup's answers about subscriptions may do. */
export type ConsentPolicy = {
  /** The person has just given them: a live delivery that is no captured one. */
  readonly isFresh: boolean
  /** An earlier receive may have done what they say. */
  readonly isRepeat: boolean
  readonly mayBeRetry: boolean
  /** The name of the source, for the record of a consent. */
  readonly source: string
  readonly targets: NonNullable<SourceOptions['subscriptions']>
}

/** How a replayed dead letter treats an archived contact. */
export type Replay = 'park_archived' | 'restore_archived'

/** How one signup is delivered. */
export type Policy = {
  /** Search for the person before creating a contact. */
  readonly lookup: boolean
  readonly onExisting: NonNullable<SourceOptions['onExisting']>
  /** Names of contact fields and custom attributes that are written once. */
  readonly keep?: readonly string[]
  readonly onArchived: NonNullable<SourceOptions['onArchived']>
  /** What a deletion does; absent: nothing. */
  readonly onDeleted?: Removal
  /** The time of the event in unix seconds, for a source that overwrites; absent if not known. */
  readonly mark?: number
  /** Set for a signup that says what the person subscribes to. */
  readonly consent?: ConsentPolicy
  /** Detach the contact from companies that the signup does not name. */
  readonly exactCompanies?: true
  /**
   * The time that the mark of a company is compared with, unix seconds; NaN if it is not known.
   * Absent: no company, or the source writes no marks.
   */
  readonly companyAt?: number
  /** Set for a source that takes more than new signups. */
  readonly claim?: Claim
  /** Of a source of new signups alone that overwrites: the sources whose contacts it may replace. */
  readonly accountsOf?: Claim['accountsOf']
  /** Set if an archived contact may be unarchived to see whether the person was deleted since. */
  readonly peeks?: true
  /** Set if an earlier receive may have been killed in the middle. */
  readonly mayBeRetry?: true
  /** Set if leads of the same verified e-mail are merged into the contact. */
  readonly mergesLeads?: true
  /** Unix seconds. */
  readonly received_at: number
  /** When a dead letter was sent to the queue, unix milliseconds; absent for a live signup. */
  readonly replayedAtMs?: number
  /** Set if an earlier receive may have created the contact, which is then confirmed. */
  readonly confirms?: true
}

/** Whether a source overwrites existing values, and so needs the mark. */
export const overwrites = (onExisting: SourceOptions['onExisting']): boolean =>
  onExisting !== undefined && onExisting !== 'fill' && onExisting !== 'skip'

/** Whether a contact existed before the signup was received, by Intercom's clock. */
export const existedBefore = ({ created_at }: Contact, { received_at }: Policy): boolean =>
  (created_at ?? 0) < received_at

/** Whether an earlier receive of this signup created a contact. */
export const isOwn = ({ contact: { role } }: Signup, policy: Policy, contact: Contact): boolean =>
  policy.confirms === true && contact.role === role && !existedBefore(contact, policy)

/** When and how a signup was received. */
export type Arrival = {
  /** Unix seconds. */
  readonly received_at: number
  /** Whether its delivery may have been tried before. */
  readonly mayBeRetry: boolean
  /** Whether a contact that an earlier receive created is confirmed. */
  readonly confirms?: boolean
  /** Direct mode: each try of the sender looks like the first. */
  readonly isDirect?: true
  readonly sourceName?: string | undefined
  /** Absent for a live signup. */
  readonly replay?: Replay | undefined
  /** What its source may update and delete. */
  readonly claim?: Claim | undefined
  /** When its record was sent to the queue, unix milliseconds. */
  readonly sentAtMs?: number
}

/**
 * Returns the policy for one signup from its source. What changed at the sender overwrites, unless
 * the source says otherwise. A replayed signup always fills, so that it never undoes a newer change;
 * a change or a deletion has its mark to say so. What only the option `events` takes, and a membership,
 * changes nothing but what is empty: it says nothing of what is newest. An archived contact is restored only by a delivery
 * that proves its time, or by a replay that says so. The mark is never later than the time of receipt,
 * whatever the sender's clock says.
 */
export const policyOf = (
  { options, signature }: Pick<Source, 'options' | 'signature'>,
  signup: Omit<AnySignup, 'event_id'>,
  arrival: Arrival,
): Policy => {
  const { contact, companies, event, isKindless, isMembership, occurred_at, subscriptions } = signup
  const { received_at, mayBeRetry, replay, sentAtMs, claim, sourceName, isDirect } = arrival
  const { lookup = true, onArchived = 'restore', onDeleted = 'archive' } = options
  const saysMore = !isKindless && !isMembership
  const isChange = event === 'updated' && saysMore
  const chosen = options.onExisting ?? (isChange ? 'overwrite' : 'fill')
  const onExisting = saysMore || chosen === 'skip' ? chosen : 'fill'
  const mergesLeads = options.onDuplicate === 'merge' && contact?.email_verified === true
  const isTimely = provesTime(signature, occurred_at, received_at)
  const restores =
    replay === undefined ? onArchived === 'restore' && isTimely : replay === 'restore_archived'
  const confirms = mayBeRetry && arrival.confirms === true
  const writesMarks = overwrites(options.onExisting) || tracks(options)
  const needsMark = saysMore && writesMarks
  // That someone was deleted stays true: its receipt is late enough.
  const at = occurred_at ?? (event === 'deleted' ? received_at : undefined)
  return {
    // An earlier try may have created a lead already, and leads never conflict.
    lookup:
      lookup || confirms || (contact?.role === 'lead' && (mayBeRetry || replay !== undefined)),
    onExisting: replay === undefined || isChange ? onExisting : 'fill',
    ...(options.keep && { keep: options.keep }),
    onArchived: restores ? 'restore' : 'park',
    ...(event === 'deleted' && onDeleted !== 'ignore' && { onDeleted }),
    ...(mergesLeads && { mergesLeads }),
    received_at,
    ...(confirms && { confirms }),
    ...(replay !== undefined && { replayedAtMs: sentAtMs ?? 0 }),
    ...(needsMark && at !== undefined && { mark: Math.min(at, received_at) }),
    ...(subscriptions && {
      consent: {
        // Nothing is sent again from a page: its visitor posts it.
        isFresh:
          replay === undefined &&
          (isTimely || signature.type === 'open') &&
          received_at - (occurred_at ?? received_at) <= defaultToleranceSeconds,
        isRepeat: mayBeRetry && !isDirect,
        mayBeRetry: mayBeRetry || replay !== undefined,
        source: sourceName ?? '',
        targets: options.subscriptions ?? {},
      },
    }),
    ...(options.companies === 'exact' && { exactCompanies: true }),
    ...(writesMarks &&
      companies && { companyAt: Math.min(occurred_at ?? Number.NaN, received_at) }),
    ...(claim && { claim }),
    ...(!claim &&
      overwrites(onExisting) &&
      sourceName !== undefined && { accountsOf: ownersOf(sourceName, options) }),
    ...(claim && onArchived === 'restore' && replay === undefined && { peeks: true }),
    ...(claim && mayBeRetry && !isDirect && { mayBeRetry }),
  }
}
