import type { Invocation } from '../../test/model/event-source.ts'
import { type Model, startModel } from '../../test/model/model.ts'
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
 * What Powertools adds to the fields of a log line, and writes for an invocation's metrics: once, for
 * each name, and for each further value; what Lambda writes for each invocation (START, END and
 * REPORT). In bytes, newlines included.
 */
const lineBytes = 200
const metricsBytes = 175
const metricBytes = 43
const valueBytes = 2
const invocationBytes = 330

const isNumber = (value: unknown): value is number => typeof value === 'number'
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Counts the bytes of the log that this output becomes, and the requests by receive. */
const watchOutput = () => {
  const metrics = new Set<unknown>()
  const calls: { readonly first: number[]; readonly later: number[] } = { first: [], later: [] }
  const watch = { logBytes: 0, calls }
  const onTelemetry = (output: object): void => {
    const line: Readonly<Record<string, unknown>> = { ...output }
    // These are written at the level `debug`, which is not deployed.
    if (line.event === 'intercom' || line.event === 'untried') return
    if ('metric' in line) watch.logBytes += metrics.has(line.metric) ? valueBytes : metricBytes
    else watch.logBytes += lineBytes + JSON.stringify(line).length
    metrics.add(line.metric)
    if (isNumber(line.calls)) calls[line.receives === 1 ? 'first' : 'later'].push(line.calls)
  }
  const onInvocation = (): void => {
    watch.logBytes += invocationBytes + metricsBytes
    metrics.clear()
  }
  return { watch, onTelemetry, onInvocation }
}

/** Counts the requests to SQS, the invocations, and when each signup got its contact. */
const watchInvocations = () => {
  const watch = { invocations: 0, ms: 0, sqsRequests: 0, waitsMs: [] as number[], lastMs: 0 }
  const onInvocation = ({ records, failed, startedMs, endedMs }: Invocation): void => {
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

/** Lets signups arrive at random; returns how many, and what waited and what was in flight at most. */
const sendSignups = async (
  { passes, enqueue, queue, time }: Model,
  { signupsPerSecond, seconds }: ModelLoad,
) => {
  const random = createRandom(1)
  const endMs = time.now() + seconds * 1_000
  let [signups, maxQueued, maxInFlight, sampleMs] = [0, 0, 0, 0]
  for (;;) {
    const pauseMs = (-Math.log(1 - random()) * 1_000) / signupsPerSecond
    if (time.now() + pauseMs >= endMs) break
    await passes(pauseMs)
    await enqueue('backend', [{ email: `person-${signups}@example.com` }])
    signups += 1
    if (time.now() < sampleMs) continue
    sampleMs = time.now() + 1_000
    const visible = queue.visible()
    maxQueued = Math.max(maxQueued, visible)
    maxInFlight = Math.max(maxInFlight, queue.size() - visible)
  }
  await passes(Math.max(0, endMs - time.now()))
  return { signups, maxQueued, maxInFlight }
}

/** Starts the model of a load, and counts what it does from now on. */
const startLoad = async ({ workers, memoryMb, rate_limit, latencyMs, ...load }: ModelLoad) => {
  const output = watchOutput()
  const work = watchInvocations()
  const model = await startModel({
    workers,
    rate_limit,
    latencyMs,
    requestCpuMs: requestCpuMs(memoryMb),
    indexLagMs: load.searchLagSeconds * 1_000,
    environment: { SEARCH_LAG_SECONDS: String(load.searchLagSeconds) },
    onTelemetry: output.onTelemetry,
    onInvocation: (invocation) => {
      output.onInvocation()
      work.onInvocation(invocation)
    },
  })
  return { model, output: output.watch, work: work.watch }
}

/** Delivers signups that arrive at random with the model, and measures what one of them takes. */
export const measureSignups = async (load: ModelLoad) => {
  const { model, output, work } = await startLoad(load)
  const sent = await sendSignups(model, load)
  const endMs = model.time.now()
  const busyWorkers = work.ms / (load.seconds * 1_000)
  await model.drained()
  const waitsMs = work.waitsMs.toSorted((a, b) => a - b)
  const requests = Object.values(model.workspace.callCounts()).reduce((sum, each) => sum + each, 0)
  const perSignup = (total: number): number => total / sent.signups
  return {
    ...sent,
    delivered: model.contacts().length,
    busyWorkers,
    medianWaitSeconds: (waitsMs[Math.floor(waitsMs.length / 2)] ?? 0) / 1_000,
    lastWaitSeconds: Math.max(0, work.lastMs - endMs) / 1_000,
    drainSeconds: (model.time.now() - endMs) / 1_000,
    requests: perSignup(requests),
    createRequests: mean(output.calls.first),
    confirmRequests: mean(output.calls.later),
    workerInvocations: perSignup(work.invocations),
    workerMs: perSignup(work.ms),
    /** With the request that stored it. */
    sqsRequests: 1 + perSignup(work.sqsRequests),
    workerLogBytes: perSignup(output.logBytes),
  }
}

/** Posts two signups, and measures the second: how long the webhook waits, and what it logs. */
export const measureWebhook = async () => {
  const { watch, onTelemetry, onInvocation } = watchOutput()
  const model = await startModel({ onTelemetry })
  await model.post('backend', { email: 'person-1@example.com' })
  const startMs = model.time.now()
  watch.logBytes = 0
  onInvocation()
  await model.post('backend', { email: 'person-2@example.com' })
  return { waitMs: model.time.now() - startMs, logBytes: watch.logBytes }
}
