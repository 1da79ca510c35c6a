/** A queue and its dead letters, by name. */
export type QueueNames = { readonly queue: string; readonly deadLetters: string }

/** The bridge's queues by the names that serverless.yml gives them. */
export const queueNames = (
  service: string,
  stage: string,
): { readonly signups: QueueNames; readonly inbox: QueueNames } => ({
  signups: {
    queue: `${service}-${stage}-signups.fifo`,
    deadLetters: `${service}-${stage}-dead-letters.fifo`,
  },
  inbox: {
    queue: `${service}-${stage}-inbox`,
    deadLetters: `${service}-${stage}-inbox-dead-letters`,
  },
})

/** The queues that `npm start` creates, whatever the service is called. */
export const sandboxQueueNames = queueNames('signup-bridge', 'local')
