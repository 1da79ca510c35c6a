import { startModel } from '../test/model/model.ts'

const latencyMs = 150
const windowMs = 10_000
/** Windows that are counted, after a first one in which the workers start. */
const windows = 6
/** An FIFO batch holds no more, and each of its records has one call under way. */
const underWayPerWorker = 10
/** Search and create. */
const callsPerSignup = 2

/** What the workers use of Intercom's windows while more signups wait than they can deliver. */
export const measurePace = async (
  workers: number,
  rate_limit: number,
  windowsCounted = windows,
) => {
  const model = await startModel({ workers, rate_limit, latencyMs })
  const { workspace, time } = model
  const count = Math.ceil((rate_limit * (windowsCounted + 2)) / callsPerSignup)
  await model.enqueue(
    'backend',
    Array.from({ length: count }, (_, index) => ({ email: `person-${index}@example.com` })),
  )
  await model.passes(windowMs - (time.now() % windowMs))
  const before = workspace.callCounts()
  await model.passes(windowsCounted * windowMs)
  const after = workspace.callCounts()
  const made = (status: number) => (after[status] ?? 0) - (before[status] ?? 0)
  const all = Object.values(after).reduce((sum, calls) => sum + calls, 0)
  await model.drained()
  return {
    /** Of the whole window, whoever could fill it. */
    utilisation: (made(200) + made(404)) / (rate_limit * windowsCounted),
    /** The most that so many workers can ask for at this latency, of the window. */
    ceiling: Math.min(1, (workers * underWayPerWorker * windowMs) / latencyMs / rate_limit),
    refused: (after[429] ?? 0) / all,
    parked: model.parked().length,
    delivered: model.contacts().length === count,
  }
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`

/** Many workers, one budget: what they use of it, and how often Intercom says 429. */
export const run = async (): Promise<void> => {
  console.log(`Intercom's window shared by workers, ${latencyMs} ms a call, ${windows} windows:`)
  console.log('  calls/10 s  workers  used      can ask for  429      parked')
  for (const rate_limit of [167, 1_667]) {
    for (const workers of [1, 2, 4, 10]) {
      const { utilisation, ceiling, refused, parked } = await measurePace(workers, rate_limit)
      const cells = [
        String(rate_limit).padStart(10),
        String(workers).padStart(7),
        percent(utilisation).padStart(8),
        percent(ceiling).padStart(11),
        percent(refused).padStart(7),
        String(parked).padStart(6),
      ]
      console.log(`  ${cells.join('  ')}`)
    }
  }
}
