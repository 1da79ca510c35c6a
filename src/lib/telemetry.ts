import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { RecordResult } from './batch.ts'
import { isSourceName } from './config.ts'
import { type BridgeError, type ErrorCode, toBridgeError } from './errors.ts'
import type { Received } from './receive.ts'
import type { LeftOut } from './values.ts'

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

/** The frames alone: the first line of a stack is a message, which may quote what it choked on. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')

/** What a log line says of an error: our words, Intercom's code, and never its text. */
export const errorFields = (error: BridgeError): LogFields => {
  const cause = error.cause instanceof Error ? error.cause : undefined
  return {
    code: error.code,
    advice: error.message,
    intercom_status: error.intercomStatus,
    intercom_code: error.intercomCode,
    intercom_request_id: error.requestId,
    ...(cause && { cause: cause.name }),
    ...(cause && error.code === 'unexpected' && { stack: framesOf(cause) }),
  }
}

/** Tells that a secret could not be refreshed and its last good value serves on. */
export const tellStale = (telemetry: Telemetry, thrown: unknown): void => {
  telemetry.count('secret_stale')
  telemetry.log('error', 'secret_stale', errorFields(toBridgeError(thrown)))
}

const reasonsOf = (leftOut: readonly LeftOut[]): string[] => leftOut.map(({ reason }) => reason)

const countLeftOut = (telemetry: Telemetry, leftOut: readonly LeftOut[]): void => {
  for (const reason of reasonsOf(leftOut)) telemetry.count(reason)
}

/** Codes that strangers cause at will: counted each time, and logged once a minute for a source. */
const seldomLogged: ReadonlySet<ErrorCode> = new Set([
  'body_too_large',
  'method_not_allowed',
  'origin_refused',
  'signature_expired',
  'signature_invalid',
  'signature_missing',
])
const seldomMs = 60_000

/**
 * Says whether a line that strangers can cause may be logged now: once a minute for a source and a
 * code, so that a wrong secret shows, and logging is no way to run up a bill.
 */
export const createMayTell = (
  now: () => number,
): ((source: string | undefined, code: ErrorCode) => boolean) => {
  const toldAtMs = new Map<string, number>()
  return (source, code) => {
    // Any number of addresses can be made up; sources are few.
    if (source === undefined) return false
    if (!seldomLogged.has(code)) return true
    const key = `${source} ${code}`
    if (now() - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < seldomMs) return false
    toldAtMs.set(key, now())
    return true
  }
}

/** Tells of one HTTP request. */
export const tellReceived = (
  telemetry: Telemetry,
  received: Received,
  durationMs: number,
  mayTell: (source: string | undefined, code: ErrorCode) => boolean = () => true,
): void => {
  const { source, error, reading, ids, outcomes, answer } = received
  const fields = { source, status: answer.status, duration_ms: durationMs }
  if (error) {
    telemetry.count(error.code)
    if (!mayTell(source, error.code)) return
    const level = answer.status >= 500 ? 'error' : 'warn'
    telemetry.log(level, 'refused', { ...fields, ...errorFields(error) })
    return
  }
  const leftOut = reading?.kind === 'signups' ? reading.leftOut : []
  countLeftOut(telemetry, leftOut)
  for (const [index, id] of (ids ?? []).entries()) {
    telemetry.count('accepted')
    telemetry.log('info', 'accepted', {
      ...fields,
      id,
      ...(index === 0 && leftOut.length > 0 && { left_out: reasonsOf(leftOut) }),
    })
  }
  for (const { outcome, contact, calls, counts } of outcomes ?? []) {
    telemetry.count(outcome)
    for (const count of counts) telemetry.count(count)
    telemetry.log('info', 'delivered', {
      ...fields,
      outcome,
      contact_id: contact.id,
      calls,
      counts,
    })
  }
  if (reading && !ids && !outcomes) {
    telemetry.count('ignored')
    telemetry.log('info', 'ignored', fields)
  }
}

/** Tells of one queue record. */
export const tellRecord = (telemetry: Telemetry, result: RecordResult): void => {
  const { record, source = '', durationMs } = result
  const id = record.attributes.MessageDeduplicationId ?? ''
  const fields = {
    // Other producers choose both as they like; only what has the shape of ours is told.
    ...(isSourceName(source) && { source }),
    ...(/^[0-9a-f]{64}$/.test(id) && { id }),
    message_id: record.messageId,
    receives: Number(record.attributes.ApproximateReceiveCount),
    duration_ms: durationMs,
  }
  telemetry.count(result.kind)
  switch (result.kind) {
    case 'delivered':
      countLeftOut(telemetry, result.leftOut)
      for (const { outcome, contact, calls, counts } of result.outcomes) {
        telemetry.count(outcome)
        for (const count of counts) telemetry.count(count)
        telemetry.log('info', 'delivered', {
          ...fields,
          outcome,
          contact_id: contact.id,
          calls,
          counts,
          ...(result.leftOut.length > 0 && { left_out: reasonsOf(result.leftOut) }),
        })
      }
      return
    case 'ignored':
      telemetry.log('info', 'ignored', fields)
      return
    case 'parked':
      telemetry.count(result.error.code)
      telemetry.log('error', 'parked', { ...fields, ...errorFields(result.error) })
      return
    case 'handed_back':
      telemetry.count(result.error.code)
      telemetry.log('warn', 'handed_back', {
        ...fields,
        ...errorFields(result.error),
        retry_in_seconds: result.retryInSeconds,
      })
      return
    case 'untried':
      telemetry.log('debug', 'untried', { ...fields, retry_in_seconds: result.retryInSeconds })
  }
}
