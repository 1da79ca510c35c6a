import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { ErrorCode } from './errors.ts'

/** All that a log line may hold: codes, names of the config, digests, Intercom's ids, numbers. */
export type LogFields = {
  readonly source?: string | undefined
  /** The dedupe id that the sender was answered: SHA-256, the same at both functions. */
  readonly id?: string | undefined
  readonly message_id?: string | undefined
  readonly code?: ErrorCode | undefined
  readonly status?: number | undefined
  readonly outcome?: string | undefined
  readonly contact_id?: string | undefined
  readonly call?: string | undefined
  readonly calls?: number | undefined
  readonly counts?: readonly string[] | undefined
  readonly receives?: number | undefined
  readonly retry_in_seconds?: number | undefined
  readonly duration_ms?: number | undefined
  readonly left_out?: readonly string[] | undefined
  readonly intercom_status?: number | undefined
  readonly intercom_code?: string | undefined
  readonly intercom_request_id?: string | undefined
  readonly attributes?: readonly string[] | undefined
  readonly advice?: string | undefined
  readonly cause?: string | undefined
  readonly stack?: string | undefined
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type Telemetry = {
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
  readonly count: (metric: string, value?: number) => void
  /** Writes the counts so far as one metrics line. */
  readonly flush: () => void
}

export type TelemetryOptions = {
  readonly service: 'webhook' | 'worker'
  readonly stage: string
  readonly logLevel: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'CRITICAL' | 'SILENT'
}

/**
 * One JSON object a log line, and metrics in CloudWatch's embedded format. Both are written to
 * stdout by Powertools' own console, which Lambda's log formats leave as it is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createTelemetry = ({ service, stage, logLevel }: TelemetryOptions): Telemetry => {
  const logger = new Logger({
    serviceName: `signup-bridge-${service}`,
    logLevel,
    persistentKeys: { stage },
  })
  const metrics = new Metrics({
    namespace: 'SignupBridge',
    serviceName: `signup-bridge-${stage}-${service}`,
  })
  return {
    log: (level, event, fields) => logger[level](event, { event, ...fields }),
    count: (metric, value = 1) => {
      metrics.addMetric(metric, MetricUnit.Count, value)
    },
    flush: () => metrics.publishStoredMetrics(),
  }
}
