import type { Bridge } from '../lib/config/config.ts'
import { findRecordSource } from '../lib/config/config.ts'
import type { Delivery } from '../lib/delivery.ts'
import { toMessages } from '../lib/queue/message.ts'
import { read } from '../lib/transform/read.ts'

/** Has what makes reading load more: a phone number, and an opt-out as a word. */
const sample = {
  event_id: 'rehearsal',
  external_id: 'rehearsal',
  email: 'ada@example.com',
  phone: '+14155550100',
  name: 'Ada Lovelace',
  signed_up_at: 1_767_225_600,
  unsubscribed_from_emails: 'no',
  custom_attributes: { plan: 'free', seats: 1 },
  tags: ['beta'],
  company: { name: 'Example' },
}

const delivery: Delivery = {
  source: 'queue',
  received_at: 1_767_225_600,
  method: 'POST',
  url: '',
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify(sample)),
}

/**
 * Reads a made-up signup and drops it: V8 compiles a function when it is first called, which takes
 * seven times as long in the first invocation as in Lambda's init.
 */
export const rehearse = async (bridge: Bridge): Promise<void> => {
  const source = findRecordSource(bridge, delivery.source)
  const reading = source && (await read(source, delivery))
  if (reading && reading.kind !== 'ignored') toMessages(delivery, reading)
}
