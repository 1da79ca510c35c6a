import type { IngestResult } from '../../src/lib/ingest/ingest.ts'
import { receive } from '../../src/lib/ingest/receive.ts'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import { start } from '../support/clock.ts'
import { everyPreset, secretOf } from '../support/fixtures.ts'
import { type Request, toIncomingRequest } from '../support/requests.ts'

const secretsOf = (name: string) => [secretOf(name)]
const secrets = { get: async () => secretsOf, reread: async () => secretsOf }

export type Posted = {
  readonly status: number
  readonly received: IngestResult
  readonly stored: readonly QueueMessage[]
}

/** Posts a request to a bridge with every preset. */
export const post = async (request: Request): Promise<Posted> => {
  const stored: QueueMessage[] = []
  const received = await receive(toIncomingRequest(request, start), {
    bridge: everyPreset,
    secrets,
    sink: { mode: 'queue', store: async (messages) => void stored.push(...messages) },
    askTurnstile: async () => 'refused',
    now: () => start,
  })
  return { status: received.response.status, received, stored }
}
