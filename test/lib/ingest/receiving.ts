import { defineBridge } from '../../../src/lib/config/config.ts'
import { clerk, form, signup } from '../../../src/lib/index.ts'
import {
  type IncomingRequest,
  type ReceiveDependencies,
  receive,
} from '../../../src/lib/ingest/receive.ts'
import type { QueueMessage } from '../../../src/lib/queue/message.ts'
import { sign } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes } from '../../support/deliveries.ts'

const bridge = defineBridge({
  sources: {
    backend: signup(),
    clerk: clerk(),
    open: form(),
    waitlist: form({
      role: 'lead',
      redirect: { success: 'https://example.com/thanks', failure: 'https://example.com/sorry' },
      origins: ['https://example.com'],
    }),
    guarded: form({ turnstile: true }),
    thanks: form({ redirect: 'https://example.com/thanks' }),
    throws: signup({
      map: () => {
        throw new Error('canary')
      },
    }),
  },
})
const secrets: Readonly<Record<string, readonly string[]>> = {
  backend: ['s3cret'],
  clerk: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  guarded: ['widget'],
}
const secretsOf = (source: string) => secrets[source] ?? []

export type Post = Partial<Omit<IncomingRequest, 'body'>> & {
  body?: string | Uint8Array | object
}

/** Calls receive() with a POST request and a queue that keeps its messages. */
export const post = async (
  path: string,
  { body = '', ...rest }: Post = {},
  overrides: Partial<ReceiveDependencies> = {},
) => {
  const messages: QueueMessage[] = []
  const raw =
    body instanceof Uint8Array
      ? body
      : bytes(typeof body === 'string' ? body : JSON.stringify(body))
  const request: IncomingRequest = {
    path,
    received_at: start,
    method: 'POST',
    url: `https://bridge.example.com${path}`,
    headers: {},
    encodedBytes: raw.length,
    body: () => raw,
    ...rest,
  }
  const result = await receive(request, {
    bridge,
    secrets: { get: async () => secretsOf, reread: async () => secretsOf },
    sink: {
      mode: 'queue',
      store: async (stored) => {
        messages.push(...stored)
      },
    },
    askTurnstile: async () => 'refused',
    now: () => start,
    ...overrides,
  })
  const { status, headers, body: text } = result.response
  const json = headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined
  return { status, headers, json, text, messages, result }
}

/** Posts an event to the source `clerk`, signed. */
export const postClerk = (event: object, overrides: Partial<ReceiveDependencies> = {}) => {
  const body = JSON.stringify(event)
  const scheme = bridge.sources.clerk?.signature ?? { type: 'open' }
  const unsigned = { timestampSeconds: start, body: bytes(body) }
  const { headers } = sign(scheme, unsigned, secrets.clerk?.[0] ?? '')
  return post('/webhooks/clerk', { body, headers }, overrides)
}

export const bearer = { authorization: 'Bearer s3cret' }
export const ada = { email: 'ada@example.com' }
/** The same person as a form body. */
export const adaForm = 'email=ada%40example.com'
