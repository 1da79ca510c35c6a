import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { openDeadLetterQueue } from '../lib/aws/sqs-dead-letters.ts'
import type { Environment } from '../lib/config/env.ts'
import { type QueueNames, sandboxQueueNames } from '../lib/queue/names.ts'
import { isFifo } from '../lib/queue/record.ts'
import type { DeadLetterQueue } from '../lib/queue/replay.ts'
import { CliError, explainAws } from './errors.ts'
import { readStackOutputs, type StackOutputs } from './stack.ts'

export type QueueName = keyof typeof sandboxQueueNames

/** A queue of the bridge by its dead letters. */
export type BridgeQueue = { readonly name: QueueName; readonly deadLetters: DeadLetterQueue }

/** Which bridge the command works on. */
export type Target =
  /** The one that `npm start` runs on this machine. */
  | { readonly type: 'sandbox' }
  /** A deployed one, by its CloudFormation stack. */
  | { readonly type: 'stack'; readonly stackName: string }
  /** One queue and its dead letters, by their URLs. */
  | { readonly type: 'urls'; readonly urls: QueueUrls }

export type QueueUrls = { readonly queueUrl: string; readonly deadLettersUrl: string }

export type BridgeQueues = {
  readonly queues: readonly BridgeQueue[]
  /** Which bridge it is, for messages. */
  readonly where: string
  readonly close: () => void
}

/** What a queue's dead letters and itself are called in the outputs of serverless.yml. */
const outputNames = {
  signups: { queue: 'QueueUrl', deadLetters: 'DeadLetterQueueUrl' },
  inbox: { queue: 'InboxUrl', deadLetters: 'InboxDeadLetterQueueUrl' },
} as const satisfies Record<QueueName, QueueNames>

const urlsInOutputs = (outputs: StackOutputs, name: QueueName): QueueUrls | undefined => {
  const queueUrl = outputs[outputNames[name].queue]
  const deadLettersUrl = outputs[outputNames[name].deadLetters]
  return queueUrl && deadLettersUrl ? { queueUrl, deadLettersUrl } : undefined
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(thrown.name)

const sandboxUrl = (env: Environment): string => {
  const port = env.SQS_PORT || '4102'
  if (!/^\d{1,5}$/.test(port)) throw new CliError(`SQS_PORT=${port} is not a port`)
  return `http://127.0.0.1:${port}`
}

const createClient = (sandboxEndpoint: string | undefined): SQSClient =>
  new SQSClient({
    ...(sandboxEndpoint !== undefined && {
      endpoint: sandboxEndpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
      maxAttempts: 1,
    }),
    // Well above the time that a receive waits for messages.
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  })

/** The URLs of both sandbox queues; the inbox may not exist. */
const findSandboxUrls = async (client: SQSClient, endpoint: string) => {
  const urlOf = async (QueueName: string): Promise<string> => {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName }))
    return new URL(new URL(QueueUrl).pathname, endpoint).href
  }
  const urlsOf = async ({ queue, deadLetters }: QueueNames): Promise<QueueUrls> => ({
    queueUrl: await urlOf(queue),
    deadLettersUrl: await urlOf(deadLetters),
  })
  return {
    signups: await urlsOf(sandboxQueueNames.signups),
    inbox: await urlsOf(sandboxQueueNames.inbox).catch((thrown: unknown) => {
      if (isMissing(thrown)) return undefined
      throw thrown
    }),
  }
}

/** The URLs of the bridge's queues in the outputs of its stack; the inbox may not exist. */
const findStackUrls = async (stackName: string, endpoint: string | undefined) => {
  const outputs = await readStackOutputs(stackName)
  const signups = urlsInOutputs(outputs, 'signups')
  if (!signups) {
    throw new CliError(
      `the stack ${stackName} has no outputs ${outputNames.signups.queue} and ${outputNames.signups.deadLetters}: deploy it again, or name the queues with --queue-url and --dead-letter-queue-url`,
    )
  }
  const atEndpoint = (url: string): string =>
    // A queue of another endpoint than AWS's may have a host name that does not resolve.
    endpoint === undefined ? url : new URL(new URL(url).pathname, endpoint).href
  const reachable = ({ queueUrl, deadLettersUrl }: QueueUrls): QueueUrls => ({
    queueUrl: atEndpoint(queueUrl),
    deadLettersUrl: atEndpoint(deadLettersUrl),
  })
  const inbox = urlsInOutputs(outputs, 'inbox')
  return { signups: reachable(signups), inbox: inbox && reachable(inbox) }
}

/**
 * Opens the dead letters of a bridge: those of its queue for signups, and of the inbox if it has one.
 *
 * @throws CliError when the queues do not exist, or AWS refuses
 */
export const openBridgeQueues = async (target: Target, env: Environment): Promise<BridgeQueues> => {
  const sandboxEndpoint = target.type === 'sandbox' ? sandboxUrl(env) : undefined
  const client = createClient(sandboxEndpoint)
  const findUrls = async (): Promise<{ [name in QueueName]?: QueueUrls | undefined }> => {
    if (target.type === 'urls') {
      return { [isFifo(target.urls.queueUrl) ? 'signups' : 'inbox']: target.urls }
    }
    if (target.type === 'stack') {
      return findStackUrls(target.stackName, env.AWS_ENDPOINT_URL_SQS || undefined)
    }
    return findSandboxUrls(client, sandboxUrl(env))
  }
  const describe = async (): Promise<string> => {
    if (sandboxEndpoint !== undefined) return sandboxEndpoint
    const region = await client.config.region()
    return target.type === 'stack' ? `the stack ${target.stackName} in ${region}` : region
  }
  const open = async (name: QueueName, urls: QueueUrls): Promise<BridgeQueue> => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: urls.deadLettersUrl,
        AttributeNames: ['QueueArn'],
      }),
    )
    const deadLetters = openDeadLetterQueue(client, {
      ...urls,
      deadLettersArn: Attributes.QueueArn ?? '',
      waitSeconds: target.type === 'sandbox' ? 0 : 1,
    })
    return { name, deadLetters }
  }
  try {
    const { signups, inbox } = await findUrls()
    const queues = [
      ...(signups ? [await open('signups', signups)] : []),
      ...(inbox ? [await open('inbox', inbox)] : []),
    ]
    return { queues, where: await describe(), close: () => client.destroy() }
  } catch (cause) {
    client.destroy()
    if (cause instanceof CliError) throw cause
    const where = await describe().catch(() => 'AWS')
    throw new CliError(explainAws(cause, where), { cause })
  }
}
