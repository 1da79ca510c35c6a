import type { ErrorCode } from '../errors.ts'

/** All fields of log lines: codes, names from the config, digests, Intercom's ids, numbers. */
export type LogFields = {
  readonly source?: string | undefined
  /** The dedupe id in the response to the sender: SHA-256, the same in both functions. */
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
  /** The field that Intercom's error is about. */
  readonly field?: string | undefined
  readonly intercom_request_id?: string | undefined
  /** Custom attributes that Intercom refused, and why. */
  readonly attributes?: readonly string[] | undefined
  /** The same of contact fields and extras. */
  readonly fields?: readonly string[] | undefined
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
