/** A queue and its dead letters, by name. */
export type QueueNames = { readonly queue: string; readonly deadLetters: string }

/** The queues that `npm start` creates, and `bridge --sandbox` finds. */
export const sandboxQueueNames = {
  signups: {
    queue: 'signup-bridge-local-signups.fifo',
    deadLetters: 'signup-bridge-local-dead-letters.fifo',
  },
  inbox: {
    queue: 'signup-bridge-local-inbox',
    deadLetters: 'signup-bridge-local-inbox-dead-letters',
  },
} as const satisfies Readonly<Record<string, QueueNames>>
