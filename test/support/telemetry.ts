import type { LogFields, Telemetry } from '../../src/lib/telemetry/telemetry.ts'
/**
 * Keeps what was told.
 *
 * @param onTold told of every line and every count; the lines are then not kept
 */
export const createNotes = (onTold?: (told: object) => void) => {
  const logged: (LogFields & { event: string })[] = []
  const counted = new Map<string, number>()
  const telemetry: Telemetry = {
    log: (_level, event, fields) => {
      const line = { event, ...fields }
      if (onTold) onTold(line)
      else logged.push(line)
    },
    count: (metric, value = 1) => {
      onTold?.({ metric })
      counted.set(metric, (counted.get(metric) ?? 0) + value)
    },
    flush: () => {},
  }
  return { telemetry, logged, counted }
}
