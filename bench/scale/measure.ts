import { startModel } from '../../test/model/model.ts'
import { createRandom } from '../../test/model/random.ts'
import { requestCpuMs } from '../measured.ts'

/** Signups that the model of the bridge delivers; every one is a new person who is confirmed. */
export type ModelLoad = {
  readonly signupsPerSecond: number
  readonly seconds: number
  readonly workers: number
  readonly memoryMb: number
  /** Requests in a window of 10 s. */
  readonly rate_limit: number
  readonly latencyMs: number
  readonly searchLagSeconds: number
}

/**
 * What Powertools adds to the fields of a log line, and to a line of metrics for each of them; what
 * Lambda writes for each invocation (START, END and REPORT). In bytes, newlines included.
 */
const lineBytes = 200
const metricsBytes = 175
const metricBytes = 60
const invocationBytes = 330

const isNumber = (value: unknown): value is number => typeof value === 'number'
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Counts the bytes of the log that this output becomes, and the requests by receive. */
const watchOutput = () => {
  const calls: { readonly first: number[]; readonly later: number[] } = { first: [], later: [] }
  const watch = { logBytes: 0, calls }
  const onTelemetry = (output: object): void => {
    const line: Readonly<Record<string, unknown>> = { ...output }
    // These are written at the level `debug`, which is not deployed.
    if (line.event === 'intercom' || line.event === 'untried') return
    watch.logBytes += 'metric' in line ? metricBytes : lineBytes + JSON.stringify(line).length
    if (isNumber(line.calls)) calls[line.receives === 1 ? 'first' : 'later'].push(line.calls)
  }
  return { watch, onTelemetry }
}

/** Counts the requests to SQS, the invocations, and when each signup got its contact. */
const watchInvocations = () => {
  const watch = { invocations: 0, ms: 0, sqsRequests: 0, waitsMs: [] as number[], lastMs: 0 }
  const onInvocation = (invocation: {
    readonly records: readonly {
      readonly attributes: { ApproximateReceiveCount: string; SentTimestamp: string }
    }[]
    readonly failed: readonly string[]
    readonly startedMs: number
    readonly endedMs: number
  }): void => {
    const { records, failed, startedMs, endedMs } = invocation
    watch.invocations += 1
    watch.ms += endedMs - startedMs
    // It receives the batch, hides again what is held, and deletes the rest.
    watch.sqsRequests += 1 + Number(failed.length > 0) + Number(failed.length < records.length)
    for (const { attributes } of records) {
      if (attributes.ApproximateReceiveCount !== '1') continue
      watch.waitsMs.push(endedMs - Number(attributes.SentTimestamp))
      watch.lastMs = endedMs
    }
  }
  return { watch, onInvocation }
}

/** Delivers signups that arrive at random with the model, and measures what one of them takes. */
export const measureSignups = async (load: ModelLoad) => {
  const { signupsPerSecond, seconds, workers, memoryMb, rate_limit, latencyMs } = load
  const { watch: output, onTelemetry } = watchOutput()
  const { watch: work, onInvocation } = watchInvocations()
  const model = await startModel({
    workers,
    rate_limit,
    latencyMs,
    requestCpuMs: requestCpuMs(memoryMb),
    indexLagMs: load.searchLagSeconds * 1_000,
    environment: { SEARCH_LAG_SECONDS: String(load.searchLagSeconds) },
    onTelemetry,
    onInvocation,
  })
  const { queue, time, workspace } = model
  const random = createRandom(1)
  const startMs = time.now()
  const endMs = startMs + seconds * 1_000
  let [signups, maxQueued, maxInFlight, sampleMs] = [0, 0, 0, startMs]
  for (;;) {
    const pauseMs = (-Math.log(1 - random()) * 1_000) / signupsPerSecond
    if (time.now() + pauseMs >= endMs) break
    await model.passes(pauseMs)
    await model.enqueue('backend', [{ email: `person-${signups}@example.com` }])
    signups += 1
    if (time.now() < sampleMs) continue
    sampleMs += 1_000
    const visible = queue.visible()
    maxQueued = Math.max(maxQueued, visible)
    maxInFlight = Math.max(maxInFlight, queue.size() - visible)
  }
  const busyWorkers = work.ms / (time.now() - startMs)
  await model.drained()
  const waitsMs = work.waitsMs.toSorted((a, b) => a - b)
  const requests = Object.values(workspace.callCounts()).reduce((sum, count) => sum + count, 0)
  return {
    signups,
    delivered: model.contacts().length,
    maxQueued,
    maxInFlight,
    busyWorkers,
    medianWaitSeconds: (waitsMs[Math.floor(waitsMs.length / 2)] ?? 0) / 1_000,
    lastWaitSeconds: Math.max(0, work.lastMs - endMs) / 1_000,
    drainSeconds: (time.now() - endMs) / 1_000,
    requests: requests / signups,
    createRequests: mean(output.calls.first),
    confirmRequests: mean(output.calls.later),
    workerInvocations: work.invocations / signups,
    workerMs: work.ms / signups,
    /** With the request that stored it. */
    sqsRequests: 1 + work.sqsRequests / signups,
    workerLogBytes:
      (output.logBytes + work.invocations * (invocationBytes + metricsBytes)) / signups,
  }
}

/** Posts two signups, and measures the second: how long the webhook waits, and what it logs. */
export const measureWebhook = async () => {
  const { watch, onTelemetry } = watchOutput()
  const model = await startModel({ onTelemetry })
  await model.post('backend', { email: 'person-1@example.com' })
  const startMs = model.time.now()
  watch.logBytes = invocationBytes + metricsBytes
  await model.post('backend', { email: 'person-2@example.com' })
  return { waitMs: model.time.now() - startMs, logBytes: watch.logBytes }
}
