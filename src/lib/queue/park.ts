import { isSourceName } from '../config/config.ts'
import { sha256 } from '../digest.ts'
import type { ErrorCode } from '../errors.ts'
import type { QueueMessage } from './message.ts'
import type { QueueRecord } from './record.ts'

/** Why a record was parked: `reason` ours, `code` Intercom's where it gave one. */
export type Parking = {
  readonly reason: ErrorCode
  readonly code?: string | undefined
  readonly source?: string | undefined
  readonly event_id?: string | undefined
}

const parkingNames = ['reason', 'code', 'source', 'event_id'] as const satisfies (keyof Parking)[]

/** No space, no `@` and no `%40`, no phone number: what some senders make the id of an event. */
const plainText = /^(?!\+\d+$)[!-$&-?A-~]{1,256}$/

/**
 * Attributes are read by people and by tools: plain ASCII, or else a digest; also of what looks like
 * an e-mail address, a full name or a phone number.
 */
export const toAttribute = (name: keyof Parking, text: string): string => {
  const plain = name === 'source' ? isSourceName(text) : plainText.test(text)
  return plain ? text : sha256(text)
}

/**
 * The dead letter of a record: its body as it came. Group = the record's id, so that no dead letter
 * waits for another; dedupe id = SHA-256 of that id and the reason, so that parking twice is once.
 */
export const toDeadLetter = (record: QueueRecord, parking: Parking): QueueMessage => ({
  body: record.body,
  groupId: record.messageId,
  dedupeId: sha256(`${record.messageId} ${parking.reason}`),
  attributes: Object.fromEntries(
    parkingNames.flatMap((name) => {
      const text = parking[name]
      return text ? [[name, toAttribute(name, text)]] : []
    }),
  ),
})
