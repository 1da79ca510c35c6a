import { GetQueueUrlCommand, type SQS } from '@aws-sdk/client-sqs'
import { type QueueNames, sandboxQueueNames } from '../lib/queue/names.ts'
import { CliError } from './errors.ts'
import { readStackOutputs, type StackOutputs } from './stack.ts'

export type QueueName = keyof typeof sandboxQueueNames

export type QueueUrls = { readonly queueUrl: string; readonly deadLettersUrl: string }

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

/** The URLs of both sandbox queues; the inbox may not exist. */
export const findSandboxUrls = async (client: SQS, endpoint: string) => {
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
export const findStackUrls = async (stackName: string, endpoint: string | undefined) => {
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
