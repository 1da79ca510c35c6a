import type { Bridge } from '../src/lib/config/config.ts'
import { own } from '../src/lib/json-access.ts'
import { createBundles } from './bundles.ts'
import { configuredAttributes, configuredCompanyAttributes } from './configured-attributes.ts'
import { configuredSubscriptions } from './configured-subscriptions.ts'
import { type EventSource, startEventSource } from './event-source.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { createInbox } from './inbox.ts'
import { type SandboxIntercom, startIntercom } from './intercom/server.ts'
import { createLambda, type Lambda } from './lambda.ts'
import { leftOutIn } from './left-out.ts'
import type { SandboxOptions } from './sandbox-options.ts'
import { type SandboxSecrets, startSecretsManager } from './secrets-manager.ts'
import { type Sender, sendersOf } from './senders.ts'
import { type SandboxSqs, startSqs } from './sqs.ts'
import { readTemplate, type TemplateQueue } from './template.ts'
import { startTurnstile } from './turnstile.ts'

const stage = 'local'
const sandboxToken = 'sandbox-access-token'

const names = {
  signing: `signup-bridge/${stage}/signing`,
  intercom: `signup-bridge/${stage}/intercom`,
} as const

export type Sandbox = {
  readonly url: string
  readonly bridge: Bridge
  readonly senders: readonly Sender[]
  readonly intercom: SandboxIntercom
  /** The token that the sandbox's Intercom accepts. */
  readonly token: string
  readonly secrets: SandboxSecrets
  readonly sqs: SandboxSqs
  readonly eventSource: EventSource
  /** The functions, each in a process of its own; as many workers as were needed so far. */
  readonly webhook: Lambda
  readonly workers: readonly Lambda[]
  /** The standard queue for other producers, where the template has one. */
  readonly inbox?: { readonly queueUrl: string; readonly deadLetterQueueUrl: string }
  /** The names of the two secrets. */
  readonly names: typeof names
  readonly close: () => Promise<void>
}

/** Starts both functions as they are deployed, and every service that they use. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const { root, configFile, local = {}, live, onLine = () => {} } = options
  const template = readTemplate(`${root}/serverless.yml`, stage, {
    delivery: options.environment?.DELIVERY ?? 'queue',
  })
  const bundles = await createBundles(configFile)
  let { bridge } = bundles.current()
  let senders = sendersOf(bridge, local)
  const signingSecret = () =>
    JSON.stringify(
      Object.fromEntries(senders.flatMap(({ name, secret }) => (secret ? [[name, secret]] : []))),
    )

  const access_token = live?.access_token ?? sandboxToken
  const ports = typeof options.ports === 'function' ? await options.ports() : options.ports
  const [turnstile, intercom, secrets, sqs] = await Promise.all([
    startTurnstile(0),
    startIntercom({
      port: ports.intercom,
      access_token,
      attributes: configuredAttributes(bridge),
      subscriptionTypes: configuredSubscriptions(bridge),
      companyAttributes: configuredCompanyAttributes(bridge),
      onIndexLag: (ms) => setSearchLag(ms),
      ...(options.onCall && { onCall: options.onCall }),
    }),
    startSecretsManager({
      port: ports.secrets,
      secrets: { [names.signing]: signingSecret(), [names.intercom]: access_token },
    }),
    startSqs({ port: ports.sqs, queue: template.queue, deadLetters: template.deadLetters }),
  ])

  const inbox = template.inbox && (await createInbox(sqs, template.inbox))

  // Before the functions: senders sign its address.
  const gateway: Gateway = await startGateway({
    port: ports.gateway,
    publicBaseUrl: local.PUBLIC_BASE_URL,
    ...(options.onUnrouted && { onUnrouted: options.onUnrouted }),
    ...(options.onRefused && { onRefused: options.onRefused }),
    invoke: async (event) => {
      const response = await webhook.invoke(event)
      const status = Number(own(response, 'statusCode'))
      if (options.onResponse) {
        options.onResponse({
          path: event.rawPath,
          status,
          body: String(own(response, 'body') ?? ''),
          location: String(own(own(response, 'headers'), 'location') ?? ''),
          left_out: status < 400 ? await leftOutIn(bridge, event) : [],
        })
      }
      return response
    },
  })

  const environment: Record<string, string | undefined> = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    SIGNUP_BRIDGE_STAGE: stage,
    LOG_LEVEL: options.logLevel ?? 'info',
    QUEUE_URL: sqs.queueUrl,
    SIGNING_SECRET_ID: names.signing,
    INTERCOM_SECRET_ID: names.intercom,
    DEAD_LETTER_QUEUE_URL: sqs.deadLetterQueueUrl,
    INBOX_DEAD_LETTER_QUEUE_URL: inbox?.deadLetterQueueUrl,
    INTERCOM_BASE_URL: live?.baseUrl ?? intercom.url,
    ...(live
      ? { INTERCOM_REGION: live.region, INTERCOM_VERSION: live.version }
      : { SEARCH_LAG_SECONDS: '0' }),
    PUBLIC_BASE_URL: local.PUBLIC_BASE_URL || gateway.url,
    TURNSTILE_BASE_URL: local.TURNSTILE_BASE_URL || turnstile.url,
    ...options.environment,
  }
  const start = (name: 'webhook' | 'worker'): Lambda =>
    createLambda({
      name,
      bundle: () => bundles.current().bundleOf(name),
      env: environment,
      timeoutMs: template.functions[name].timeoutSeconds * 1_000,
      memoryMb: template.functions[name].memoryMb,
      onLine,
    })
  const webhook = start('webhook')
  const workers: Lambda[] = []
  const createWorker = () => {
    const worker = start('worker')
    workers.push(worker)
    return worker
  }

  const reload = () => Promise.all([webhook, ...workers].map((lambda) => lambda.reload()))
  /** The bridge waits for the sandbox's search as long as it lags. */
  const setSearchLag = (ms: number): void => {
    if (live) return
    environment.SEARCH_LAG_SECONDS = String(Math.min(300, Math.ceil(ms / 1_000)))
    reload().catch(() => undefined)
  }

  const startDraining = (
    { eventSource, queue }: TemplateQueue,
    queueUrl: string,
    queueArn: string,
  ) =>
    startEventSource({
      client: sqs.client,
      queueUrl,
      queueArn,
      ...eventSource,
      ...(options.visibilitySeconds !== undefined && {
        visibilityTimeoutSeconds: options.visibilitySeconds,
      }),
      createWorker,
      onBatch: ({ records, error }) => {
        if (error) {
          const again = `${records.length} records are retried after ${queue.visibilityTimeoutSeconds} s`
          onLine(`the worker failed: ${error.message}; ${again}`)
        }
      },
    })
  const eventSource = startDraining(template, sqs.queueUrl, sqs.queueArn)
  const inboxEventSource =
    template.inbox && inbox && startDraining(template.inbox, inbox.queueUrl, inbox.queueArn)
  let stored = signingSecret()
  const takeNewBundles = async () => {
    bridge = bundles.current().bridge
    senders = sendersOf(bridge, local)
    intercom.addFault({
      attributes: configuredAttributes(bridge),
      company_attributes: configuredCompanyAttributes(bridge),
      subscription_types: configuredSubscriptions(bridge),
    })
    const signing = signingSecret()
    // A new version without a change would replace the previous secrets.
    if (signing !== stored) secrets.put(names.signing, signing)
    stored = signing
    await reload()
    options.onReload?.()
  }
  if (options.watch) await bundles.watch(takeNewBundles, (problem) => options.onReload?.(problem))

  return {
    url: gateway.url,
    get bridge() {
      return bridge
    },
    get senders() {
      return senders
    },
    intercom,
    token: sandboxToken,
    secrets,
    sqs,
    eventSource,
    webhook,
    workers,
    ...(inbox && { inbox }),
    names,
    close: async () => {
      await gateway.close()
      await Promise.all([eventSource.close(), inboxEventSource?.close()])
      await Promise.all([webhook.close(), intercom.close(), secrets.close(), sqs.close()])
      await turnstile.close()
      await bundles.close()
    },
  }
}
