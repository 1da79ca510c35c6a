import { logLevels } from '../config/env.ts'
import type { LogLevel, Telemetry } from './telemetry.ts'

export type TelemetryOptions = {
  readonly service: 'webhook' | 'worker'
  readonly stage: string
  /** Lines below it are not logged; metrics are written at every level. */
  readonly logLevel: (typeof logLevels)[number]
  readonly now: () => number
  /** Writes one line. */
  readonly write: (line: string) => void
}

const rankOf = (level: (typeof logLevels)[number]): number => logLevels.indexOf(level)

/**
 * Writes log lines as JSON objects, and counts as metrics in CloudWatch's embedded format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const writeTelemetry = ({
  service,
  stage,
  logLevel,
  now,
  write,
}: TelemetryOptions): Telemetry => {
  let counts: Record<string, number> = {}
  const writeJson = (line: object): void => write(`${JSON.stringify(line)}\n`)
  const isLogged = (level: LogLevel): boolean =>
    rankOf(level.toUpperCase() as Uppercase<LogLevel>) >= rankOf(logLevel)
  return {
    log: (level, event, fields) => {
      if (!isLogged(level)) return
      writeJson({
        level: level.toUpperCase(),
        message: event,
        timestamp: new Date(now()).toISOString(),
        service: `signup-bridge-${service}`,
        stage,
        event,
        ...fields,
      })
    },
    count: (metric, value = 1) => {
      counts[metric] = (counts[metric] ?? 0) + value
    },
    flush: () => {
      const names = Object.keys(counts)
      if (names.length === 0) return
      const Metrics = names.map((Name) => ({ Name, Unit: 'Count' }))
      const directive = { Namespace: 'SignupBridge', Dimensions: [['service']], Metrics }
      writeJson({
        _aws: { Timestamp: now(), CloudWatchMetrics: [directive] },
        service: `signup-bridge-${stage}-${service}`,
        ...counts,
      })
      counts = {}
    },
  }
}
