import type { LogFields, Telemetry } from '../../src/lib/telemetry/telemetry.ts'

/**
 * A `Telemetry` that keeps its log lines and the sum of each metric.
 *
 * @param onTelemetry called with every log line and every count; log lines are then not kept
 */
export const captureTelemetry = (onTelemetry?: (output: object) => void) => {
  const logged: (LogFields & { event: string })[] = []
  const counted = new Map<string, number>()
  const telemetry: Telemetry = {
    log: (_level, event, fields) => {
      const line = { event, ...fields }
      if (onTelemetry) onTelemetry(line)
      else logged.push(line)
    },
    count: (metric, value = 1) => {
      onTelemetry?.({ metric })
      counted.set(metric, (counted.get(metric) ?? 0) + value)
    },
    flush: () => {},
  }
  return { telemetry, logged, counted }
}
