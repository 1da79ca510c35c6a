import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Telemetry } from '../telemetry/telemetry.ts'

export type TelemetryOptions = {
  readonly service: 'webhook' | 'worker'
  readonly stage: string
  readonly logLevel: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'CRITICAL' | 'SILENT'
}

/**
 * Writes log lines as JSON objects, and metrics in CloudWatch's embedded format. Powertools writes
 * both to stdout through its own console, which Lambda's log formats do not change.
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
    flush: () => {
      // Without any, it writes a warning as text.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
    },
  }
}
