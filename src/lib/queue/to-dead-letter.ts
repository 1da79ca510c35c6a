import { isSourceName } from '../config/config.ts'
import { sha256 } from '../digest.ts'
import type { ErrorCode } from '../errors.ts'
import { isPlainPath } from '../field-names.ts'
import { type QueueMessage, receivedAttribute } from './message.ts'
import type { QueueRecord } from './record.ts'

/**
 * Why a record was parked: `reason` is the bridge's code; `code` and `field` are Intercom's, if it
 * sent them.
 */
export type Parking = {
  readonly reason: ErrorCode
  readonly code?: string | undefined
  readonly field?: string | undefined
  readonly source?: string | undefined
  readonly event_id?: string | undefined
  /** Of a copy: the paths of what the contact was delivered without. */
  readonly left_out?: readonly string[] | undefined
}

const parkingNames = ['reason', 'code', 'field', 'source', 'event_id'] as const
type ParkingName = (typeof parkingNames)[number]

/** No space, `@`, `%` or phone number: some senders use an address or a number as event id. */
const plainText = /^(?!\+\d+$)[!-$&-?A-~]{1,256}$/

const isPlainText = (text: string): boolean => plainText.test(text)
const isPlain: { readonly [name in ParkingName]: (text: string) => boolean } = {
  reason: isPlainText,
  code: isPlainText,
  field: isPlainPath,
  source: isSourceName,
  event_id: isPlainText,
}

/**
 * The text of a message attribute, which people and tools read: unchanged if it is plain ASCII,
 * else its SHA-256. What looks like an e-mail address, a full name or a phone number is hashed too;
 * only the name of a field may have blanks.
 */
export const toAttribute = (name: ParkingName, text: string): string =>
  isPlain[name](text) ? text : sha256(text)

const maxLeftOutLength = 256

/** The attribute `left_out`: the plain names among the paths, by commas; as many as it holds. */
const toLeftOutAttribute = (paths: readonly string[]): string => {
  const text = [...new Set(paths.filter(isPlainPath))].join(',')
  if (text.length <= maxLeftOutLength) return text
  return text.slice(0, text.lastIndexOf(',', maxLeftOutLength))
}

/** The paths in the attribute `left_out`; another producer may use one of the same name. */
export const fromLeftOutAttribute = (text: string): string[] => text.split(',').filter(isPlainPath)

/**
 * The dead letter of a record, with its body unchanged. Group = the record's id, so that no dead
 * letter blocks another. Dedupe id = SHA-256 of that id and the reason, so that parking a record
 * twice stores one dead letter.
 */
export const toDeadLetter = (record: QueueRecord, parking: Parking): QueueMessage => {
  const left_out = toLeftOutAttribute(parking.left_out ?? [])
  const attributes = parkingNames.flatMap((name) => {
    const text = parking[name]
    return text ? [[name, toAttribute(name, text)] as const] : []
  })
  return {
    body: record.body,
    groupId: record.messageId,
    dedupeId: sha256(`${record.messageId} ${parking.reason}`),
    attributes: {
      ...Object.fromEntries(attributes),
      ...(left_out && { left_out }),
      ...receivedAttribute(record),
    },
  }
}
