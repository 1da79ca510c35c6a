import { resolve } from 'node:path'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { startSandbox } from '../../sandbox/sandbox.ts'
import type { SandboxOptions } from '../../sandbox/sandbox-options.ts'
import type { Environment } from '../../src/lib/config/env.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import { bytes } from '../support/deliveries.ts'

type Body = string | object | URLSearchParams | FormData

/** Starts the deployed bundles in their own processes, from the gateway to Intercom. */
export const startBridge = async (
  environment: Environment = {},
  more: Partial<SandboxOptions> = {},
) => {
  const written: string[] = []
  const answered: string[] = []
  const root = resolve(import.meta.dirname, '../..')
  const sandbox = await startSandbox({
    root,
    configFile: `${root}/test/e2e/bridge.config.ts`,
    ports: { gateway: 0, intercom: 0, sqs: 0, secrets: 0 },
    logLevel: 'debug',
    environment,
    onLine: (line) => written.push(line),
    onResponse: ({ body }) => answered.push(body),
    ...more,
  })
  let messages = 0

  return {
    ...sandbox,
    /** Every log line of both functions. */
    written,
    /** Every response body of the gateway. */
    answered,
    /** Posts as the source's sender does; each post has a new message id unless one is given. */
    post: async (
      name: string,
      body: Body,
      { id, headers }: { id?: string; headers?: Record<string, string> } = {},
    ) => {
      messages += 1
      const sender = sandbox.senders.find((candidate) => candidate.name === name)
      const source = sandbox.bridge.sources[name]
      if (!sender || !source) throw new Error(`no source ${name}`)
      const isForm = body instanceof URLSearchParams || body instanceof FormData
      const raw = isForm || typeof body === 'string' ? body : JSON.stringify(body)
      const unsigned = {
        id: id ?? `msg_${messages}`,
        timestampSeconds: Math.floor(Date.now() / 1000),
        url: `${sandbox.url}${sender.path}`,
        body: bytes(String(raw)),
      }
      const signed = sign(source.signature, unsigned, sender.secret ?? '')
      const response = await fetch(signed.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          ...(!isForm && { 'content-type': 'application/json' }),
          ...signed.headers,
          ...headers,
        },
        body: raw,
      })
      const location = response.headers.get('location')
      return { status: response.status, location, text: await response.text() }
    },
    /** The response of `GET /_sandbox/contacts` once the queue is empty. */
    contacts: async () => {
      await sandbox.eventSource.drained()
      const response = await fetch(`${sandbox.intercom.url}/_sandbox/contacts`)
      const { contacts } = (await response.json()) as { contacts: { [field: string]: unknown }[] }
      return contacts
    },
    /** The reasons of the dead letters. */
    parked: async (queueUrl = sandbox.sqs.deadLetterQueueUrl) => {
      const { Messages = [] } = await sandbox.sqs.client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 0,
        }),
      )
      return Messages.map(({ MessageAttributes }) => MessageAttributes?.reason?.StringValue)
    },
  }
}
export type RunningBridge = Awaited<ReturnType<typeof startBridge>>
