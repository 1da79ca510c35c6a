import { sandboxQueueNames } from '../src/lib/queue/names.ts'
import type { SandboxSqs } from './sqs.ts'
import type { TemplateQueue } from './template.ts'

/** Creates the standard queue for other producers, and its dead letter queue. */
export const createInbox = async (sqs: SandboxSqs, { queue, deadLetters }: TemplateQueue) => {
  const deadLetterQueue = await sqs.createQueue(sandboxQueueNames.inbox.deadLetters, deadLetters)
  const { url, arn } = await sqs.createQueue(sandboxQueueNames.inbox.queue, {
    attributes: queue.attributes,
    redrive: { deadLetterArn: deadLetterQueue.arn, maxReceiveCount: queue.maxReceiveCount },
  })
  return { queueUrl: url, queueArn: arn, deadLetterQueueUrl: deadLetterQueue.url }
}
