import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { readFailures } from '../../sandbox/event-source-format.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { FifoQueue } from './fifo-queue.ts'

/** One process of the worker. */
export type WorkerProcess = {
  readonly invoke: (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ) => Promise<SQSBatchResponse>
  /** Ends the process; none of its later calls settles. */
  readonly kill: () => void
}

/** One invocation of a worker, and its result. */
export type Invocation = {
  /** Counted from 1. */
  readonly worker: number
  readonly records: readonly SQSRecord[]
  /** Ids of the messages that stay in the queue. */
  readonly failed: readonly string[]
  /** Unix milliseconds. */
  readonly startedMs: number
  readonly endedMs: number
  /** What the worker threw, or why it was killed. */
  readonly error?: Error
}

/** Options of `startEventSource`. */
export type EventSourceOptions = {
  readonly queue: FifoQueue
  readonly clock: Clock
  readonly workers: number
  readonly startWorker: (worker: number) => WorkerProcess
  /** How long an invocation may take; default 60 s. */
  readonly timeoutMs?: number
  readonly onInvocation?: (invocation: Invocation) => void
}

/**
 * Polls a queue as Lambda's event source mapping does, with `workers` processes in parallel. Deletes
 * the records that succeed. Failed records stay in the queue until their visibility timeout ends, and
 * so does the whole batch of a worker that throws, crashes or times out.
 */
export const startEventSource = ({
  queue,
  clock,
  workers,
  startWorker,
  timeoutMs = 60_000,
  onInvocation = () => {},
}: EventSourceOptions) => {
  /** Functions that kill the invocations in progress, with their processes. */
  const kills = new Set<(reason: string) => void>()
  let pollEnded = Promise.withResolvers<void>()
  let alarmMs = Number.POSITIVE_INFINITY

  /** Checks the queue when its next message becomes visible, which resolves `queue.arrival`. */
  const setAlarm = (): void => {
    const atMs = queue.nextVisibleMs()
    if (atMs === undefined || atMs <= clock.now() || atMs >= alarmMs) return
    alarmMs = atMs
    clock.sleep(atMs - clock.now()).then(() => {
      if (alarmMs === atMs) alarmMs = Number.POSITIVE_INFINITY
      setAlarm()
    })
  }

  const notifyPollEnded = (): void => {
    pollEnded.resolve()
    pollEnded = Promise.withResolvers()
  }

  const invoke = async (worker: WorkerProcess, records: readonly SQSRecord[]) => {
    const response = Promise.withResolvers<SQSBatchResponse>()
    const endMs = clock.now() + timeoutMs
    let isKilled = false
    const kill = (reason: string) => {
      isKilled = true
      worker.kill()
      response.reject(new Error(reason))
    }
    kills.add(kill)
    clock.sleep(timeoutMs).then(() => {
      if (kills.has(kill)) kill('the worker did not end in time')
    })
    worker
      .invoke(
        { Records: [...records] },
        { getRemainingTimeInMillis: () => Math.max(0, endMs - clock.now()) },
      )
      .then(response.resolve, response.reject)
    try {
      return { failed: readFailures(await response.promise, records), isKilled }
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      return { failed: records.map(({ messageId }) => messageId), isKilled, error }
    } finally {
      kills.delete(kill)
    }
  }

  const poll = async (number: number): Promise<never> => {
    let worker = startWorker(number)
    for (;;) {
      const records = queue.receive()
      if (records.length === 0) {
        // The queue may have moved its last message to the dead letters.
        notifyPollEnded()
        setAlarm()
        await queue.arrival()
        continue
      }
      const startedMs = clock.now()
      const { isKilled, ...result } = await invoke(worker, records)
      for (const { messageId, receiptHandle } of records) {
        if (!result.failed.includes(messageId)) queue.delete(receiptHandle)
      }
      if (isKilled) worker = startWorker(number)
      onInvocation({ worker: number, records, startedMs, endedMs: clock.now(), ...result })
      notifyPollEnded()
    }
  }
  const pollers = Promise.all(Array.from({ length: workers }, (_, index) => poll(index + 1)))

  const emptied = async (): Promise<void> => {
    while (queue.size() > 0 || kills.size > 0) await pollEnded.promise
  }

  return {
    /** How many invocations are in progress. */
    running: (): number => kills.size,
    /** Resolves when the queue holds no message, visible or hidden, and no worker runs. */
    drained: (): Promise<unknown> => Promise.race([pollers, emptied()]),
    /** Kills every running invocation with its process; new processes replace them. */
    crash: (): void => {
      for (const kill of kills) kill('the worker crashed')
    },
  }
}
