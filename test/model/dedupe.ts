/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const intervalMs = 5 * 60_000

/** Remembers for five minutes which message a group was sent under a deduplication id. */
export const createDedupe = (now: () => number) => {
  const sent = new Map<string, { readonly messageId: string; readonly untilMs: number }>()
  let sweepAtMs = 0

  /** Seldom, so that remembering costs nothing to speak of. */
  const sweep = (): void => {
    if (now() < sweepAtMs) return
    sweepAtMs = now() + intervalMs
    for (const [key, { untilMs }] of sent) if (untilMs <= now()) sent.delete(key)
  }

  return {
    /** The message that was sent before, if one was; else remembers this one. */
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
