import { BridgeError, type ErrorCode } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { DataAttribute } from '../intercom/data-attributes.ts'
import type { SendRequest } from '../intercom/request-types.ts'
import type { ListSubscriptionTypes } from '../intercom/subscription-types.ts'

/** Tag ids by name, cached by this process. */
export type TagIds = Map<string, string>

export type ExtrasDependencies = {
  readonly send: SendRequest
  readonly tagIds: TagIds
  readonly listSubscriptionTypes: ListSubscriptionTypes
  /** This pass created the contact: it has no notes yet. */
  readonly isNew: boolean
  /** An earlier receive created the contact. */
  readonly isConfirmed: boolean
  /** Fill only the empty fields of an existing company: a replay must not undo newer changes. */
  readonly fillsOnly: boolean
  /** `false`: companies are filled, and the contact is not attached. */
  readonly attaches?: boolean
  /** Detach the contact from companies that the signup does not name. */
  readonly detaches?: boolean
  /** The workspace's attributes of companies; `again`: the list that is known may be too old. */
  readonly companyList?: (again: boolean) => Promise<readonly DataAttribute[] | undefined>
  /** What the mark of a company is compared with (`Policy`). */
  readonly companyAt?: number | undefined
  /** Fill a company that has no mark to say whether a replayed change is newer. */
  readonly fillsUnmarked?: boolean
  /** Something changed: within the same second that counts after a signup. */
  readonly isChange?: boolean
}

/** Whether a contact has a tag, a company or another thing with this id. */
export const isAttached = (references: Contact['tags'], id: string): boolean =>
  references?.data?.some((reference) => reference.id === id) ?? false

/** Temporary errors, those that an operator can fix without a replay, and a note that may be there. */
export const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'create_unclear',
  'intercom_rate_limited',
  'intercom_unauthorized',
  'intercom_unavailable',
  'misconfigured',
  'temporarily_unavailable',
])

/** Whether Intercom's response shows that its version or address is wrong: for all signups alike. */
export const showsWrongAddress = ({ code, intercomStatus }: BridgeError): boolean =>
  code === 'misconfigured' && intercomStatus !== undefined

/** Unexpected errors are retried, too: the contact exists; a lead must not be created twice. */
export const isPermanent = (error: unknown): error is BridgeError =>
  error instanceof BridgeError && error.code !== 'out_of_time' && !retryableCodes.has(error.code)
