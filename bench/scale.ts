import {
  appLimit,
  coreShare,
  deployed,
  latencyMs,
  requestCpuMs,
  webhookCpuMs,
  workspaceLimit,
} from './measured.ts'
import { measurePace } from './pace.ts'
import { alternatives, billOf } from './scale/bill.ts'
import { measureSignups, measureWebhook } from './scale/measure.ts'
import { type Course, simulate } from './scale/simulate.ts'
import { printTable } from './table.ts'

const hourSeconds = 3_600
/** Signups a second, with how many requests Intercom allows in 10 s, and the workers that use them. */
const cases = [
  { signupsPerSecond: 1, rate_limit: appLimit, workers: deployed.workers },
  { signupsPerSecond: 10, rate_limit: appLimit, workers: deployed.workers },
  { signupsPerSecond: 100, rate_limit: appLimit, workers: deployed.workers },
  { signupsPerSecond: 1_000, rate_limit: appLimit, workers: deployed.workers },
  { signupsPerSecond: 100, rate_limit: workspaceLimit, workers: 6 },
  { signupsPerSecond: 1_000, rate_limit: workspaceLimit, workers: 6 },
] as const
type Case = (typeof cases)[number]
/** Up to this rate the model delivers every single signup; beyond it signups are an amount. */
const maxModelled = 10
/** In the model a backlog of this many seconds at 100 a second fills every batch. */
const backlogSeconds = 60

const { memoryMb, searchLagSeconds } = deployed
const number = (value: number): string => Math.round(value).toLocaleString('en')
const dollars = (price: number): string => price.toFixed(2)

/** A time as `4.2 s`, `52 min` or `17.8 h`. */
const duration = (seconds: number): string => {
  if (seconds < 100) return `${seconds.toFixed(1)} s`
  return seconds < 2 * hourSeconds
    ? `${number(seconds / 60)} min`
    : `${(seconds / hourSeconds).toFixed(1)} h`
}

const measure = (load: Case & { readonly seconds: number }) =>
  measureSignups({ ...load, memoryMb, latencyMs, searchLagSeconds })
type Measured = Awaited<ReturnType<typeof measure>>

/** Simulates an hour with the figures of a measured backlog. */
const simulateHour = async (
  { signupsPerSecond, rate_limit, workers }: Case,
  { createRequests, confirmRequests }: Measured,
): Promise<Course & { readonly busyWorkers: number }> => {
  const cpuMs = requestCpuMs(memoryMb)
  const { utilisation } = await measurePace({ workers, rate_limit, latencyMs, cpuMs })
  const requestsPerSecond = (utilisation * rate_limit) / 10
  const course = simulate({
    signupsPerSecond,
    seconds: hourSeconds,
    requestsPerSecond,
    createRequests,
    confirmRequests,
    holdSeconds: searchLagSeconds,
  })
  const wanted = signupsPerSecond * (createRequests + confirmRequests)
  return { ...course, busyWorkers: workers * Math.min(1, wanted / requestsPerSecond) }
}

const queuedAtMinutes = [15, 30, 60, 120, 360, 720]
type Webhook = Awaited<ReturnType<typeof measureWebhook>>
const webhookMsOf = ({ waitMs }: Webhook): number => waitMs + webhookCpuMs / coreShare(memoryMb)

/** The cells of one case: its hour, its queue over time if that was simulated, and its bill. */
const cellsOf = async (load: Case, webhook: Webhook, backlog: Measured) => {
  const { signupsPerSecond, rate_limit } = load
  const isModelled = signupsPerSecond <= maxModelled
  const measured = isModelled ? await measure({ ...load, seconds: hourSeconds }) : backlog
  const course = isModelled ? measured : await simulateHour(load, measured)
  const webhookMs = webhookMsOf(webhook)
  const logBytes = webhook.logBytes + measured.workerLogBytes
  const name = [number(signupsPerSecond), number(rate_limit)]
  return {
    hour: [
      ...name,
      isModelled ? 'model' : 'amounts',
      ((signupsPerSecond * webhookMs) / 1_000).toFixed(1),
      course.busyWorkers.toFixed(1),
      number(course.maxQueued),
      number(course.maxInFlight),
      duration(course.medianWaitSeconds),
      duration(course.lastWaitSeconds),
      duration(course.drainSeconds),
    ],
    queue:
      'queued' in course
        ? [...name, ...queuedAtMinutes.map((at) => number(course.queued[at * 60] ?? 0))]
        : undefined,
    bill: [
      ...name,
      measured.requests.toFixed(1),
      ...Object.values(billOf({ ...measured, memoryMb, webhookMs, logBytes })).map(dollars),
    ],
  }
}

/** Prints what an hour of 1 to 1,000 signups a second does to the queue, the functions and the bill. */
export const run = async (): Promise<void> => {
  const webhook = await measureWebhook()
  const [, , manySignups] = cases
  const backlog = await measure({ ...manySignups, seconds: backlogSeconds })
  const rows = []
  for (const load of cases) rows.push(await cellsOf(load, webhook, backlog))
  const name = ['signups/s', 'limit/10 s']
  printTable(
    `An hour of new people, each confirmed after ${searchLagSeconds} s, ${latencyMs} ms a request, ${memoryMb} MB:`,
    [
      ...name,
      'by',
      'webhooks',
      'workers',
      'queued',
      'in flight',
      'half wait',
      'last waits',
      'drained after',
    ],
    rows.map(({ hour }) => hour),
  )
  printTable(
    'Signups without a contact, after minutes:',
    [...name, ...queuedAtMinutes.map(String)],
    rows.flatMap(({ queue }) => (queue ? [queue] : [])),
  )
  printTable(
    'US dollars per million signups, with the requests to Intercom of each:',
    [...name, 'requests', 'HTTP API', 'webhook', 'SQS', 'worker', 'logs', 'total'],
    rows.map(({ bill }) => bill),
  )
  printTable('Elsewhere, at list prices:', Object.keys(alternatives), [
    Object.values(alternatives).map(number),
  ])
}
