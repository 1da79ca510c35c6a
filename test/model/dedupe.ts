/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const intervalMs = 5 * 60_000

/** Remembers for five minutes the message that a group received with a deduplication id. */
export const createDedupe = (now: () => number) => {
  const sent = new Map<string, { readonly messageId: string; readonly untilMs: number }>()
  let sweepAtMs = 0

  /** Runs at most once per interval, to keep `find` cheap. */
  const sweep = (): void => {
    if (now() < sweepAtMs) return
    sweepAtMs = now() + intervalMs
    for (const [key, { untilMs }] of sent) if (untilMs <= now()) sent.delete(key)
  }

  return {
    /** Returns the earlier message's id; without one, remembers this message. */
    find: (groupId: string, dedupeId: string, messageId: string): string | undefined => {
      sweep()
      const key = `${groupId} ${dedupeId}`
      const before = sent.get(key)
      if (before && now() < before.untilMs) return before.messageId
      sent.set(key, { messageId, untilMs: now() + intervalMs })
      return undefined
    },
  }
}
