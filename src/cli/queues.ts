import { GetQueueAttributesCommand, SQS, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { openDeadLetterQueue } from '../lib/aws/sqs-dead-letters.ts'
import type { Environment } from '../lib/config/env.ts'
import { parseJson } from '../lib/json.ts'
import { own } from '../lib/json-access.ts'
import { isFifo } from '../lib/queue/record.ts'
import type { DeadLetterQueue } from '../lib/queue/replay.ts'
import { CliError, explainAws } from './errors.ts'
import { findSandboxUrls, findStackUrls, type QueueName, type QueueUrls } from './queue-urls.ts'

/** A queue of the bridge by its dead letters, whose replay goes to the FIFO queue. */
export type BridgeQueue = { readonly name: QueueName; readonly deadLetters: DeadLetterQueue }

/** Which bridge the command works on. */
export type Target =
  /** The one that `npm start` runs on this machine. */
  | { readonly type: 'sandbox' }
  /** A deployed one, by its CloudFormation stack. */
  | { readonly type: 'stack'; readonly stackName: string }
  /** One queue and its dead letters, by their URLs. */
  | { readonly type: 'urls'; readonly urls: QueueUrls }
export type BridgeQueues = {
  readonly queues: readonly BridgeQueue[]
  /** Which bridge it is, for messages. */
  readonly where: string
  readonly close: () => void
}
const sandboxUrl = (env: Environment): string => {
  const port = env.SQS_PORT || '4102'
  if (!/^\d{1,5}$/.test(port)) throw new CliError(`SQS_PORT=${port} is not a port`)
  return `http://127.0.0.1:${port}`
}

const sandboxSettings = (env: Environment): SQSClientConfig => ({
  endpoint: sandboxUrl(env),
  region: 'eu-west-1',
  credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  maxAttempts: 1,
})

/** The endpoint and the region of a queue's URL, such as https://sqs.eu-west-1.amazonaws.com/1/name */
const settingsOf = (queueUrl: string): SQSClientConfig => {
  const { origin, hostname } = new URL(queueUrl)
  const [, region] = /^sqs\.([\w-]+)\.amazonaws\.com/.exec(hostname) ?? []
  return { endpoint: origin, ...(region !== undefined && { region }) }
}

const createClient = (settings: SQSClientConfig): SQS =>
  new SQS({
    ...settings,
    // Well above the time that a receive waits for messages.
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  })

const attributesOf = async (client: SQS, QueueUrl: string) => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'RedrivePolicy'] }),
  )
  return { arn: Attributes.QueueArn ?? '', redrivePolicy: Attributes.RedrivePolicy }
}

/**
 * Checks that two queues belong together: a replay into the wrong queue would move its messages.
 *
 * @throws CliError
 */
const assertPair = async (client: SQS, { queueUrl, deadLettersUrl }: QueueUrls): Promise<void> => {
  if (isFifo(deadLettersUrl) && !isFifo(queueUrl)) {
    throw new CliError('FIFO dead letters go back to a FIFO queue: name it with --queue-url')
  }
  const deadLetters = await attributesOf(client, deadLettersUrl)
  const { arn, redrivePolicy } = await attributesOf(client, queueUrl)
  if (deadLetters.redrivePolicy !== undefined || deadLetters.arn === arn) {
    throw new CliError(
      `${deadLettersUrl} is not a dead-letter queue: check which URL belongs to which option`,
    )
  }
  // Those of an inbox go to the FIFO queue, which has dead letters of its own.
  if (isFifo(queueUrl) !== isFifo(deadLettersUrl)) return
  const target = own(parseJson(redrivePolicy ?? ''), 'deadLetterTargetArn')
  if (target !== undefined && target !== deadLetters.arn) {
    throw new CliError(`the dead letters of ${queueUrl} are in another queue: ${target}`)
  }
}
/** Where the target's queues are, for the client and for messages. */
const locate = (target: Target, env: Environment) => {
  if (target.type === 'sandbox') return { settings: sandboxSettings(env), where: sandboxUrl(env) }
  if (target.type === 'stack') return { settings: {}, where: `the stack ${target.stackName}` }
  const { queueUrl, deadLettersUrl } = target.urls
  const wrong = [queueUrl, deadLettersUrl].find((url) => !URL.canParse(url))
  if (wrong !== undefined) throw new CliError(`${wrong} is not a URL`)
  return { settings: settingsOf(queueUrl), where: new URL(queueUrl).origin }
}

/**
 * Opens the dead letters of a bridge: those of its queue for signups, and of the inbox if it has one.
 *
 * @throws CliError when the queues do not exist or do not belong together, or AWS refuses
 */
export const openBridgeQueues = async (target: Target, env: Environment): Promise<BridgeQueues> => {
  const { settings, where: name } = locate(target, env)
  const client = createClient(settings)
  const findUrls = async (): Promise<{ [name in QueueName]?: QueueUrls | undefined }> => {
    if (target.type === 'sandbox') return findSandboxUrls(client, sandboxUrl(env))
    if (target.type === 'stack') {
      return findStackUrls(target.stackName, env.AWS_ENDPOINT_URL_SQS || undefined)
    }
    await assertPair(client, target.urls)
    return { [isFifo(target.urls.deadLettersUrl) ? 'signups' : 'inbox']: target.urls }
  }
  const describe = async (): Promise<string> =>
    target.type === 'stack' ? `${name} in ${await client.config.region()}` : name
  const open = async (queueName: QueueName, urls: QueueUrls): Promise<BridgeQueue> => {
    const deadLetters = openDeadLetterQueue(client, {
      ...urls,
      deadLettersArn: (await attributesOf(client, urls.deadLettersUrl)).arn,
      waitSeconds: target.type === 'sandbox' ? 0 : 1,
    })
    return { name: queueName, deadLetters }
  }
  try {
    const { signups, inbox } = await findUrls()
    const queues = [
      ...(signups ? [await open('signups', signups)] : []),
      // The inbox has no groups, and a replay on it is not the bridge's own: it may not restore.
      ...(inbox
        ? [await open('inbox', { ...inbox, ...(signups && { queueUrl: signups.queueUrl }) })]
        : []),
    ]
    return { queues, where: await describe(), close: () => client.destroy() }
  } catch (cause) {
    client.destroy()
    if (cause instanceof CliError) throw cause
    throw new CliError(explainAws(cause, await describe().catch(() => name)), { cause })
  }
}
