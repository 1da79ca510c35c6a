import * as z from 'zod/mini'
import type { ReadableSource } from './payload-types.ts'

const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * Reads an event of a type that is none of a preset's: its `id` may be another entity's, so nothing is
 * read by the preset but the event's own id and time, where they are as in its other events.
 */
export const foreignReader = ({
  payload,
  eventId,
  toSignup,
  options,
}: ReadableSource): ReadableSource => ({
  payload: { ...payload, schema: z.unknown() },
  eventId: (event, delivery) => orUndefined(() => eventId(event, delivery)),
  toSignup: (event, delivery) => {
    const [first] = [orUndefined(() => toSignup(event, delivery, []))].flat()
    return { occurred_at: first?.occurred_at, contact: {} }
  },
  options,
})
