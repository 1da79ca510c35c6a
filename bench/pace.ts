import { startModel } from '../test/model/model.ts'

const latencyMs = 150
const windowMs = 10_000
/** Windows that are counted, after a first one in which the workers start. */
const windows = 2
/** An FIFO batch holds no more, and each of its records has one call under way. */
const underWayPerWorker = 10
/** Search and create. */
const callsPerSignup = 2

/** What the workers use of Intercom's windows while more signups wait than they can deliver. */
const measurePace = async (workers: number, rate_limit: number) => {
  const model = await startModel({ workers, rate_limit, latencyMs })
  const { workspace, time } = model
  const count = Math.ceil((rate_limit * (windows + 2)) / callsPerSignup)
  await model.enqueue(
    'backend',
    Array.from({ length: count }, (_, index) => ({ email: `person-${index}@example.com` })),
  )
  await model.passes(windowMs - (time.now() % windowMs))
  const before = workspace.callCounts()
  await model.passes(windows * windowMs)
  const after = workspace.callCounts()
  const made = (status: number) => (after[status] ?? 0) - (before[status] ?? 0)
  const all = Object.values(after).reduce((sum, calls) => sum + calls, 0)
  await model.drained()
  return {
    /** Of the whole window, whoever could fill it. */
    utilisation: (made(200) + made(404)) / (rate_limit * windows),
    /** The most that so many workers can ask for at this latency, of the window. */
    ceiling: Math.min(1, (workers * underWayPerWorker * windowMs) / latencyMs / rate_limit),
    refused: (after[429] ?? 0) / all,
    parked: model.parked().length,
    delivered: model.contacts().length === count,
  }
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`

export const limits = [167, 1_667]
export const workerCounts = [1, 2, 4, 10]

/** One line of figures, as docs/delivery.md has it. */
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

/** Many workers, one budget: what they use of it, and how often Intercom says 429. */
export const run = async (): Promise<void> => {
  console.log(`Intercom's window shared by workers, ${latencyMs} ms a call, ${windows} windows:`)
  const heads = ['calls/10 s', 'workers', 'used', 'can ask for', '429', 'parked']
  const line = (cells: readonly string[]) =>
    console.log(`  ${cells.map((cell) => cell.padStart(11)).join('  ')}`)
  line(heads)
  for (const rate_limit of limits) {
    for (const workers of workerCounts) line((await paceFigures(workers, rate_limit)).cells)
  }
}
