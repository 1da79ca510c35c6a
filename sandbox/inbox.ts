import { sandboxQueueNames } from '../src/lib/queue/names.ts'
import type { SandboxSqs } from './sqs.ts'
import type { Lane } from './template.ts'

/** The standard queue for other producers, and its dead letters. */
export const createInbox = async (sqs: SandboxSqs, { queue, deadLetters }: Lane) => {
  const parked = await sqs.createQueue(sandboxQueueNames.inbox.deadLetters, deadLetters)
  const { url, arn } = await sqs.createQueue(sandboxQueueNames.inbox.queue, {
    attributes: queue.attributes,
    redrive: { deadLetterArn: parked.arn, maxReceiveCount: queue.maxReceiveCount },
  })
  return { queueUrl: url, queueArn: arn, deadLetterQueueUrl: parked.url }
}
