import type { LogFields, Telemetry } from '../../src/lib/telemetry.ts'

/** Keeps what was told. */
export const createNotes = () => {
  const logged: (LogFields & { event: string })[] = []
  const counted = new Map<string, number>()
  const telemetry: Telemetry = {
    log: (_level, event, fields) => {
      logged.push({ event, ...fields })
    },
    count: (metric, value = 1) => {
      counted.set(metric, (counted.get(metric) ?? 0) + value)
    },
    flush: () => {},
  }
  return { telemetry, logged, counted }
}
