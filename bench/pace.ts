import { createInProcessSend } from '../sandbox/intercom/in-process.ts'
import { createWorkspace } from '../sandbox/intercom/workspace.ts'
import { startModel } from '../test/model/model.ts'
import { createTime } from '../test/model/time.ts'
import {
  appLimit,
  batchSize,
  coreShare,
  memorySizes,
  latencyMs as nearMs,
  requestCpuMs,
} from './measured.ts'
import { percent, printTable } from './table.ts'

const windowMs = 10_000
/** Measured windows, after the first ones: then as many contacts are confirmed as are created. */
const windows = 3
const firstWindows = 2
const searchLagSeconds = 15
/** Search, create, and the search that confirms. */
const requestsPerSignup = 3

type Load = {
  readonly workers: number
  /** Requests in a window of 10 s. */
  readonly rate_limit: number
  /** How long Intercom takes to respond. */
  readonly latencyMs: number
  /** How long a request occupies the CPU of its worker; default 0. */
  readonly cpuMs?: number
}

/** The requests that Intercom did not refuse for its rate limit. */
const acceptedOf = ({ 429: _refused, ...accepted }: Readonly<Record<number, number>>): number =>
  Object.values(accepted).reduce((sum, requests) => sum + requests, 0)

/** Measures how much of Intercom's rate limit the workers use under a backlog. */
export const measurePace = async ({ workers, rate_limit, latencyMs, cpuMs = 0 }: Load) => {
  const model = await startModel({
    workers,
    rate_limit,
    latencyMs,
    requestCpuMs: cpuMs,
    indexLagMs: searchLagSeconds * 1_000,
    environment: { SEARCH_LAG_SECONDS: String(searchLagSeconds) },
  })
  const { workspace, time } = model
  const signups = Math.ceil((rate_limit * (firstWindows + windows + 1)) / requestsPerSignup)
  await model.enqueue(
    'backend',
    Array.from({ length: signups }, (_, index) => ({ email: `person-${index}@example.com` })),
  )
  await model.passes(firstWindows * windowMs - (time.now() % windowMs))
  const before = acceptedOf(workspace.callCounts())
  await model.passes(windows * windowMs)
  const after = workspace.callCounts()
  const accepted = acceptedOf(after)
  const refused = after[429] ?? 0
  await model.drained()
  return {
    /** The used share of the windows. */
    utilisation: (accepted - before) / (rate_limit * windows),
    refused: refused / (accepted + refused),
    parked: model.parked().length,
    delivered: model.contacts().length === signups,
  }
}

/**
 * Measures the share that an ideal client uses: as many requests in flight as the workers have, no
 * work between them, and no wait but for the next window.
 */
const measureCeiling = async ({ workers, rate_limit, latencyMs }: Load): Promise<number> => {
  const time = createTime()
  const access_token = 'the-token'
  const workspace = createWorkspace({ access_token, now: time.now })
  workspace.addFault({ rate_limit })
  const send = createInProcessSend(workspace, { sleep: time.sleep, latencyMs })
  const { signal } = new AbortController()
  const headers = { authorization: `Bearer ${access_token}` }
  const sendAll = async (): Promise<never> => {
    for (;;) {
      const response = await send({ method: 'GET', path: '/contacts', headers, signal })
      if (response.status === 429) await time.sleep(windowMs - (time.now() % windowMs))
    }
  }
  for (let started = 0; started < workers * batchSize; started += 1) void sendAll()
  await time.advance(windowMs - (time.now() % windowMs))
  const before = acceptedOf(workspace.callCounts())
  await time.advance(windows * windowMs)
  return (acceptedOf(workspace.callCounts()) - before) / (rate_limit * windows)
}

export const limits = [167, appLimit]
export const workerCounts = [1, 2, 4, 10]
/** Of a near and of a far Intercom. */
const latencies = [nearMs, 150]

/** The figures of one line in docs/delivery.md and docs/performance.md, with its cells. */
export const paceFigures = async (workers: number, rate_limit: number, latencyMs = 150) => {
  const load = { workers, rate_limit, latencyMs }
  const measured = await measurePace(load)
  const { utilisation, refused, parked } = measured
  const ceiling = await measureCeiling(load)
  const cells = [
    rate_limit,
    workers,
    percent(utilisation),
    percent(ceiling),
    percent(refused),
    parked,
  ]
  return { ...measured, ceiling, cells: cells.map(String) }
}

/** The line of a size of memory: what one worker and two use of the larger window. */
const memoryCells = async (memoryMb: number) => {
  const load = { rate_limit: appLimit, latencyMs: nearMs, cpuMs: requestCpuMs(memoryMb) }
  const { utilisation: one } = await measurePace({ ...load, workers: 1 })
  const { utilisation: two } = await measurePace({ ...load, workers: 2 })
  return [String(memoryMb), ...[coreShare(memoryMb), one, two].map(percent)]
}

/** Prints how much of one rate limit several workers use, and how often they get a 429. */
export const run = async (): Promise<void> => {
  const headings = ['limit/10 s', 'workers', 'used', 'can use', '429', 'parked']
  for (const latencyMs of latencies) {
    const rows = []
    for (const rate_limit of limits) {
      for (const workers of workerCounts) {
        rows.push((await paceFigures(workers, rate_limit, latencyMs)).cells)
      }
    }
    printTable(
      `Intercom's rate limit shared by workers, ${latencyMs} ms a request, ${windows} windows:`,
      headings,
      rows,
    )
  }
  const rows = []
  for (const memoryMb of memorySizes) rows.push(await memoryCells(memoryMb))
  printTable(
    `The same with the CPU of a worker, 1,667 requests in 10 s, 80 ms a request:`,
    ['MB', 'of a core', 'one worker', 'two workers'],
    rows,
  )
}
