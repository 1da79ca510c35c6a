import { startModel } from '../test/model/model.ts'

const latencyMs = 150
const windowMs = 10_000
/** Measured windows, after the first ones: then as many contacts are confirmed as are created. */
const windows = 3
const firstWindows = 2
const searchLagSeconds = 15
/** The size of a FIFO batch, of which each record has one request in flight. */
const requestsPerWorker = 10
/** Search, create, and the search that confirms. */
const requestsPerSignup = 3

/** Measures how much of Intercom's rate limit the workers use under a backlog. */
const measurePace = async (workers: number, rate_limit: number) => {
  const model = await startModel({
    workers,
    rate_limit,
    latencyMs,
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
  const before = workspace.callCounts()
  await model.passes(windows * windowMs)
  const after = workspace.callCounts()
  const count = (status: number) => (after[status] ?? 0) - (before[status] ?? 0)
  const total = Object.values(after).reduce((sum, requests) => sum + requests, 0)
  await model.drained()
  return {
    /** The used share of the windows. */
    utilisation: (count(200) + count(404)) / (rate_limit * windows),
    /** The largest share that this many workers can use at this latency. */
    ceiling: Math.min(1, (workers * requestsPerWorker * windowMs) / latencyMs / rate_limit),
    refused: (after[429] ?? 0) / total,
    parked: model.parked().length,
    delivered: model.contacts().length === signups,
  }
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`

export const limits = [167, 1_667]
export const workerCounts = [1, 2, 4, 10]

/** The figures of one line in docs/delivery.md, with its cells. */
export const paceFigures = async (workers: number, rate_limit: number) => {
  const measured = await measurePace(workers, rate_limit)
  const { utilisation, ceiling, refused, parked } = measured
  const cells = [
    rate_limit,
    workers,
    percent(utilisation),
    percent(ceiling),
    percent(refused),
    parked,
  ]
  return { ...measured, cells: cells.map(String) }
}

/** Prints how much of one rate limit several workers use, and how often they get a 429. */
export const run = async (): Promise<void> => {
  console.log(
    `Intercom's rate limit shared by workers, ${latencyMs} ms a request, ${windows} windows:`,
  )
  const headings = ['limit/10 s', 'workers', 'used', 'can use', '429', 'parked']
  const line = (cells: readonly string[]) =>
    console.log(`  ${cells.map((cell) => cell.padStart(11)).join('  ')}`)
  line(headings)
  for (const rate_limit of limits) {
    for (const workers of workerCounts) line((await paceFigures(workers, rate_limit)).cells)
  }
}
