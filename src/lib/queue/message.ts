import * as z from 'zod/mini'
import { queueSourceName } from '../config/config.ts'
import type { Replay } from '../deliver/policy.ts'
import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, errorCodes } from '../errors.ts'
import { parseJson } from '../json.ts'
import { isRecord } from '../json-access.ts'
import type { AnySignup } from '../signup.ts'
import type { Reading } from '../transform/read.ts'
import { unwrapMessage } from './envelope.ts'
import { isFifo, type QueueRecord } from './record.ts'

/** A message to send to SQS; group and dedupe id are not sent to a standard queue. */
export type QueueMessage = {
  readonly body: string
  readonly groupId: string
  readonly dedupeId: string
  readonly attributes?: Readonly<Record<string, string>>
}

const format = 1
const queuedDelivery = z.looseObject({
  signup_bridge: z.literal(format),
  source: z.string(),
  received_at: z.int(),
  headers: z.record(z.string(), z.string()),
  /** Raw bytes as base64: SQS refuses some characters that JSON allows. */
  body: z.string(),
  /** Which of the delivery's signups; absent: all of them. */
  index: z.optional(z.int()),
})

/**
 * Whether a signup's group is the account: of a source that says more than the signup, and whose
 * e-mails may change.
 */
export const isByAccount = (signup: AnySignup): boolean =>
  signup.isByAccount === true && signup.contact?.external_id !== undefined

/**
 * The key of a person, the FIFO group: SHA-256 of the e-mail, else external_id, else phone; of an
 * account the external_id; of a company its id.
 */
export const personKey = (signup: AnySignup): string => {
  if (!signup.contact) return sha256(signup.companies[0].company_id)
  const { email, external_id, phone } = signup.contact
  return sha256((isByAccount(signup) ? external_id : email) ?? external_id ?? phone ?? '')
}

/** The keys that records of one person may share: the person's, and the account's. */
export const personKeys = (signup: AnySignup): string[] => {
  const { external_id } = signup.contact ?? {}
  return [personKey(signup), ...(external_id === undefined ? [] : [sha256(external_id)])]
}

/**
 * The messages of a delivery, one per signup; refused signups are queued too, for the worker to
 * park. Group = the person, else SHA-256 of the body. Dedupe id = SHA-256 of source, event id,
 * index and body, so that SQS drops a message only if its body is the same to the byte.
 */
export const toMessages = (
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
): QueueMessage[] => {
  const { source, received_at, headers, body } = delivery
  const message = (index: number | undefined, event_id: string, groupId: string): QueueMessage => ({
    body: JSON.stringify({
      signup_bridge: format,
      source,
      received_at,
      headers,
      body: Buffer.from(body).toString('base64'),
      ...(index !== undefined && { index }),
    } satisfies z.infer<typeof queuedDelivery>),
    groupId,
    dedupeId: sha256(JSON.stringify([source, event_id, index ?? null, sha256(body)])),
  })
  if (reading.kind === 'refused') return [message(undefined, reading.event_id, sha256(body))]
  return [
    ...reading.signups.map((signup, at) =>
      message(reading.indexes[at], signup.event_id, personKey(signup)),
    ),
    ...reading.refusals.map(({ index }) => message(index, reading.event_id, sha256(body))),
  ]
}

/** The delivery that a record carries, and how it was queued. */
export type RecordContent = {
  readonly delivery: Delivery
  /** Which of the delivery's signups the record is for; absent: all of them. */
  readonly index?: number
  /** Set for a replayed dead letter. */
  readonly replay?: Replay
}

/**
 * Whether a record is a replayed dead letter, and how it treats an archived contact. `bridge dlq
 * replay` sets the attribute `replay`; a dead letter that SQS moved back still has its `reason`.
 * Only the webhook and operators may send to the FIFO queue; what others claim makes a delivery
 * neither overwrite nor restore.
 */
const replayOf = ({ messageAttributes, eventSourceARN }: QueueRecord): Replay | undefined => {
  const mayRestore = isFifo(eventSourceARN)
  if (mayRestore && messageAttributes.replay?.stringValue === 'restore') return 'restore_archived'
  const reason = messageAttributes.reason?.stringValue
  const wasParked = errorCodes.some((code) => code === reason)
  return wasParked || messageAttributes.replay ? 'park_archived' : undefined
}

/** The bridge's own message, parsed; `undefined` for one of another producer. */
const ownMessage = ({ body }: QueueRecord): Record<string, unknown> | undefined => {
  const parsed = parseJson(body)
  return isRecord(parsed) && Object.hasOwn(parsed, 'signup_bridge') ? parsed : undefined
}

/** When its dead letter says that another producer's message was received, unix seconds. */
const notedAt = (record: QueueRecord): number => {
  const noted = record.messageAttributes.received_at?.stringValue ?? ''
  return replayOf(record) !== undefined && /^\d{1,12}$/.test(noted) ? Number(noted) : 0
}

/**
 * When a record's message was received, unix seconds: when it says, but never later than SQS took
 * it; 0 if neither is known.
 *
 * @param said 0 if the message does not say
 */
const receivedAt = (record: QueueRecord, said = notedAt(record)): number => {
  const sentAt = Math.floor(Number(record.attributes.SentTimestamp) / 1000)
  const times = [said, sentAt].filter((time) => Number.isSafeInteger(time) && time > 0)
  return times.length > 0 ? Math.min(...times) : 0
}

/**
 * The attribute of a dead letter, and of its replay, that keeps when another producer's message was
 * received: the bridge's own messages have that in the body.
 */
export const receivedAttribute = (record: QueueRecord): { readonly received_at?: string } => {
  const received_at = ownMessage(record) ? 0 : receivedAt(record)
  return received_at > 0 ? { received_at: String(received_at) } : {}
}

/**
 * Parses a queue record into its delivery. The message is the bridge's own, or another producer's,
 * plain or in the envelopes of other AWS services. A message without a source is of `queue`.
 *
 * @throws BridgeError `invalid_message` for a message of the bridge's own that is incomplete
 */
export const fromRecord = (record: QueueRecord): RecordContent => {
  const replay = replayOf(record)
  const message = ownMessage(record)
  if (message) {
    const parsed = z.safeParse(queuedDelivery, message)
    if (!parsed.success) {
      throw new BridgeError(
        'invalid_message',
        'the queued message has an unknown format: replay it with the version that wrote it',
      )
    }
    const { source, headers, body, index } = parsed.data
    const received_at = receivedAt(record, parsed.data.received_at)
    const bytes = new Uint8Array(Buffer.from(body, 'base64'))
    const delivery = { source, received_at, method: 'POST', url: '', headers, body: bytes }
    return { delivery, ...(index !== undefined && { index }), ...(replay && { replay }) }
  }
  const { body, source, headers } = unwrapMessage(
    record.body,
    record.messageAttributes.source?.stringValue,
  )
  return {
    delivery: {
      source: source ?? queueSourceName,
      received_at: receivedAt(record),
      method: 'POST',
      url: '',
      headers,
      body: new TextEncoder().encode(body),
    },
    ...(replay && { replay }),
  }
}
