import { isSourceName } from '../config/config.ts'
import type { DeliverResult } from '../deliver/deliver.ts'
import { type BridgeError, type ErrorCode, type Issue, toBridgeError } from '../errors.ts'
import { toLoggedPath } from '../field-names.ts'
import type { IngestResult } from '../ingest/ingest.ts'
import type { RecordReport } from '../queue/process-record.ts'
import { attributePrefix } from '../signup.ts'
import type { LeftOut } from '../transform/normalise-values.ts'
import type { LogFields, Telemetry } from './telemetry.ts'

/** The frames of a stack, without its message, which may quote input. */
const stackFrames = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')

/** The log fields of an error: the bridge's message and Intercom's code, never Intercom's text. */
export const errorFields = (error: BridgeError): LogFields => {
  const cause = error.cause instanceof Error ? error.cause : undefined
  return {
    code: error.code,
    advice: error.message,
    intercom_status: error.intercomStatus,
    intercom_code: error.intercomCode,
    field: error.intercomField,
    intercom_request_id: error.requestId,
    ...(cause && { cause: cause.name }),
    ...(cause && error.code === 'unexpected' && { stack: stackFrames(cause) }),
  }
}

/** The log fields that name what Intercom refused, and why: custom attributes apart from the rest. */
const refusedFields = (issues: readonly Issue[]): LogFields => {
  const linesOf = (isAttribute: boolean): string[] =>
    issues
      .filter(({ path }) => path.startsWith(attributePrefix) === isAttribute)
      .map(({ path, reason }) => {
        const shown = toLoggedPath(path)
        return `${isAttribute ? shown.slice(attributePrefix.length) : shown}: ${reason}`
      })
  const [attributes, fields] = [linesOf(true), linesOf(false)]
  return {
    ...(attributes.length > 0 && { attributes }),
    ...(fields.length > 0 && { fields }),
  }
}

/** Logs and counts a delivered signup, for the worker and for direct mode. */
const reportDelivered = (
  telemetry: Telemetry,
  { outcome, contact, calls, counts, incomplete }: DeliverResult,
  fields: LogFields,
): void => {
  telemetry.count(outcome)
  for (const count of counts) telemetry.count(count)
  const contact_id = contact?.id
  telemetry.log('info', 'delivered', { ...fields, outcome, contact_id, calls, counts })
  for (const error of incomplete) {
    telemetry.count(error.code)
    telemetry.log('warn', 'incomplete', {
      ...fields,
      contact_id,
      ...errorFields(error),
      ...refusedFields(error.issues),
    })
  }
}

/** Logs and counts that a secret could not be refreshed; its last good value stays in use. */
export const reportStaleSecret = (telemetry: Telemetry, thrown: unknown): void => {
  telemetry.count('secret_stale')
  telemetry.log('error', 'secret_stale', errorFields(toBridgeError(thrown)))
}

/** Logs and counts that one of a source's secrets cannot be used; its others stay in use. */
export const reportUnusableSecret = (
  telemetry: Telemetry,
  source: string,
  error: BridgeError,
): void => {
  telemetry.count('secret_unusable')
  telemetry.log('error', 'secret_unusable', { source, ...errorFields(error) })
}

/** The log field of what reading left out: the reasons alone, as a path may be a payload's key. */
const leftOutFields = (leftOut: readonly LeftOut[]): LogFields =>
  leftOut.length > 0 ? { left_out: leftOut.map(({ reason }) => reason) } : {}

const countLeftOut = (telemetry: Telemetry, leftOut: readonly LeftOut[]): void => {
  for (const { reason } of leftOut) telemetry.count(reason)
}

/**
 * Logs and counts the result of one HTTP request or invocation.
 *
 * @param shouldLog decides whether an error is logged; it is always counted
 */
export const reportRequest = (
  telemetry: Telemetry,
  result: IngestResult,
  durationMs: number,
  shouldLog: (source: string | undefined, code: ErrorCode) => boolean = () => true,
): void => {
  const { source, error, reading, ids, results, response } = result
  const fields = { source, status: response.status, duration_ms: durationMs }
  if (error) {
    telemetry.count(error.code)
    if (!shouldLog(source, error.code)) return
    const level = response.status >= 500 ? 'error' : 'warn'
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
      ...(index === 0 && leftOutFields(leftOut)),
    })
  }
  for (const delivered of results ?? [])
    reportDelivered(telemetry, delivered, { ...fields, ...leftOutFields(leftOut) })
  if (reading && !ids && !results) {
    telemetry.count('ignored')
    telemetry.log('info', 'ignored', fields)
  }
}

/** Logs and counts what became of one queue record. */
export const reportRecord = (telemetry: Telemetry, result: RecordReport): void => {
  const { record, source = '', durationMs } = result
  const id = record.attributes.MessageDeduplicationId ?? ''
  const fields = {
    // Other producers choose both: only values of the bridge's own form are logged.
    ...(isSourceName(source) && { source }),
    ...(/^[0-9a-f]{64}$/.test(id) && { id }),
    message_id: record.messageId,
    receives: Number(record.attributes.ApproximateReceiveCount),
    duration_ms: durationMs,
  }
  telemetry.count(result.kind)
  switch (result.kind) {
    case 'copy_parked':
      telemetry.log('error', 'copy_parked', {
        ...fields,
        ...errorFields(result.error),
        ...refusedFields(result.leftOut),
      })
      return
    case 'delivered':
      countLeftOut(telemetry, result.leftOut)
      for (const delivered of result.results) {
        reportDelivered(telemetry, delivered, { ...fields, ...leftOutFields(result.leftOut) })
      }
      return
    case 'held':
      // The parts that Intercom refused are reported when the record is confirmed, and tried again.
      for (const { incomplete: _incomplete, ...delivered } of result.results) {
        const confirm = { ...fields, confirm_in_seconds: result.confirmInSeconds }
        reportDelivered(telemetry, { ...delivered, incomplete: [] }, confirm)
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
