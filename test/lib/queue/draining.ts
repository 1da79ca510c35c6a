import * as z from 'zod/mini'
import { type Bridge, defineBridge } from '../../../src/lib/config/config.ts'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { clerk, defineSource, signup as signupSource } from '../../../src/lib/index.ts'
import type { DrainDependencies } from '../../../src/lib/queue/batch.ts'
import { toMessages } from '../../../src/lib/queue/message.ts'
import type { RecordReport } from '../../../src/lib/queue/process-record.ts'
import type { RecordRetry } from '../../../src/lib/queue/queues.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import type { Parking } from '../../../src/lib/queue/to-dead-letter.ts'
import type { AnySignup } from '../../../src/lib/signup.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { delivery } from '../../support/deliveries.ts'
import { fifoArn, record } from '../../support/records.ts'

export const bridge: Bridge = defineBridge({
  sources: {
    backend: signupSource(),
    broken: signupSource({
      map: () => {
        throw new Error('canary')
      },
    }),
    clerk: clerk(),
  },
})

/** A source of several signups: a list of names, `null` for one without an identity. */
export const team = defineSource({
  docs: 'https://example.com',
  signature: { type: 'bearer' },
  payload: { format: 'json', schema: z.array(z.nullable(z.string())) },
  eventId: () => 'e1',
  toSignup: (names) => names.map((name) => ({ contact: { email: name && `${name}@example.com` } })),
})
export const teamBridge: Bridge = defineBridge({ sources: { team: team() } })

let queuedSoFar = 0
/** A FIFO record of the bridge's own, as the webhook queues it. */
export const queued = async (
  person: string,
  more: { source?: string; receives?: number; event_id?: string; body?: object } = {},
): Promise<QueueRecord> => {
  queuedSoFar += 1
  const { source = 'backend', receives = 1 } = more
  const body = more.body ?? {
    email: `${person}@example.com`,
    event_id: more.event_id ?? `e${queuedSoFar}`,
  }
  const received = { ...delivery(body), source, url: '' }
  const configured = bridge.sources[source] ?? signupSource()
  const reading = await read(configured, received)
  if (reading.kind === 'ignored') throw new Error('ignored')
  const [message] = toMessages(received, reading)
  return record(message?.body ?? '', {
    messageId: `m${queuedSoFar}-${person}`,
    eventSourceARN: fifoArn,
    attributes: { ApproximateReceiveCount: String(receives), MessageGroupId: message?.groupId },
  })
}

/** The name in a signup's e-mail address. */
export const nameOf = ({ contact }: AnySignup): string => contact?.email?.split('@')[0] ?? ''

/** The result of a signup whose contact was created, with the errors of what is incomplete. */
export const created = (id: string, ...incomplete: BridgeError[]): DeliverResult => ({
  outcome: 'created',
  contact: { type: 'contact', id },
  counts: [],
  isShown: false,
  calls: 2,
  incomplete,
})

/** Dependencies that record their calls. `failures` are the errors of `deliver`, by person. */
export const createFakes = (
  failures: Readonly<Record<string, ErrorCode | Error>> = {},
  more: Partial<DrainDependencies> = {},
) => {
  const started: string[] = []
  const delivered: string[] = []
  const parked: { record: QueueRecord; parking: Parking }[] = []
  const retries: RecordRetry[] = []
  const reports: RecordReport[] = []
  const dependencies: DrainDependencies = {
    bridge,
    searchLagSeconds: 180,
    confirmAfterSeconds: 0,
    mayHold: () => true,
    deliver: async (signup) => {
      const name = nameOf(signup)
      started.push(name)
      await new Promise(setImmediate)
      const failure = failures[name]
      if (failure instanceof Error) throw failure
      if (failure !== undefined)
        throw new BridgeError(failure, 'text', {
          intercomCode: 'not_found',
          ...(failure === 'create_unclear' && { retryAfterSeconds: 180 }),
        })
      delivered.push(name)
      return created(name)
    },
    park: async (parkedRecord, parking) => {
      parked.push({ record: parkedRecord, parking })
    },
    setCrashVisibility: async () => {},
    setVisibility: async (changed) => {
      retries.push(...changed)
    },
    remainingMs: () => 60_000,
    random: () => 0,
    now: () => start * 1000,
    onResult: (report) => reports.push(report),
    ...more,
  }
  return { dependencies, started, delivered, parked, retries, reports }
}
