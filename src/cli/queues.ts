import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type DeadLetterAddresses, openDeadLetterQueue } from '../lib/aws/sqs-dead-letters.ts'
import type { Environment } from '../lib/config/env.ts'
import { type QueueNames, queueNames, sandboxQueueNames } from '../lib/queue/names.ts'
import type { DeadLetterQueue } from '../lib/queue/replay.ts'
import { CliError, explainAws } from './errors.ts'

export type LaneName = keyof typeof sandboxQueueNames

/** The dead letters of one queue. */
export type Lane = { readonly name: LaneName; readonly deadLetters: DeadLetterQueue }

/** Which bridge is meant. */
export type Target = {
  readonly service: string
  readonly stage: string
  /** The one that `npm start` runs on this machine. */
  readonly sandbox: boolean
}

export type Lanes = {
  readonly lanes: readonly Lane[]
  /** Which bridge it is, for messages. */
  readonly where: string
  readonly close: () => void
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(thrown.name)

/**
 * Finds the queues of a stage: those for signups, and the inbox where there is one.
 *
 * @throws CliError when they are not there, or AWS refuses
 */
export const openLanes = async (target: Target, env: Environment): Promise<Lanes> => {
  const port = env.SQS_PORT || '4102'
  const sandbox = `http://127.0.0.1:${port}`
  if (!/^\d{1,5}$/.test(port)) throw new CliError(`SQS_PORT=${port} is no port`)
  const endpoint = target.sandbox ? sandbox : env.AWS_ENDPOINT_URL_SQS || undefined
  const client = new SQSClient({
    ...(target.sandbox && {
      endpoint: sandbox,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
      maxAttempts: 1,
    }),
    // Well above what a receive waits for messages.
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  })
  const whereIs = async (): Promise<string> =>
    target.sandbox ? sandbox : `stage ${target.stage} in ${await client.config.region()}`
  const urlOf = async (QueueName: string): Promise<string> => {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName }))
    // A queue of another endpoint than AWS's may have a host name that nobody resolves.
    return endpoint === undefined ? QueueUrl : new URL(new URL(QueueUrl).pathname, endpoint).href
  }
  const addressesOf = async (lane: QueueNames): Promise<DeadLetterAddresses> => {
    const deadLettersUrl = await urlOf(lane.deadLetters)
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLettersUrl, AttributeNames: ['QueueArn'] }),
    )
    return {
      queueUrl: await urlOf(lane.queue),
      deadLettersUrl,
      deadLettersArn: Attributes.QueueArn ?? '',
      waitSeconds: target.sandbox ? 0 : 1,
    }
  }
  try {
    const names = target.sandbox ? sandboxQueueNames : queueNames(target.service, target.stage)
    const signups = await addressesOf(names.signups)
    const inbox = await addressesOf(names.inbox).catch((thrown: unknown) => {
      if (isMissing(thrown)) return undefined
      throw thrown
    })
    const lane = (name: LaneName, addresses: DeadLetterAddresses): Lane => ({
      name,
      deadLetters: openDeadLetterQueue(client, addresses),
    })
    return {
      lanes: [lane('signups', signups), ...(inbox ? [lane('inbox', inbox)] : [])],
      where: await whereIs(),
      close: () => client.destroy(),
    }
  } catch (cause) {
    client.destroy()
    const where = await whereIs().catch(() => `stage ${target.stage}`)
    throw new CliError(explainAws(cause, where), { cause })
  }
}
