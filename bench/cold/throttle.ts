import { workerData } from 'node:worker_threads'

// A thread of its own, which waits on memory: timers of a busy event loop would come late.
const periodMs = 20
const { state, share }: { state: Int32Array; share: number } = workerData

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended: the benchmark clears the pid next.
  }
}

/** Returns early if the pid is no longer the one to throttle. */
const wait = (pid: number, ms: number): void => {
  if (ms > 0) Atomics.wait(state, 0, pid, ms)
}

/** Lets a process run for its share of every period; a slice that was late shortens the next. */
const throttle = (pid: number): void => {
  const startedMs = performance.now()
  let ranMs = 0
  for (let endMs = startedMs + periodMs; Atomics.load(state, 0) === pid; endMs += periodMs) {
    const runMs = share * (endMs - startedMs) - ranMs
    const sliceMs = performance.now()
    wait(pid, runMs)
    if (Atomics.load(state, 0) !== pid) return
    signal(pid, 'SIGSTOP')
    ranMs += performance.now() - sliceMs
    wait(pid, endMs - performance.now())
    signal(pid, 'SIGCONT')
  }
}

for (;;) {
  Atomics.wait(state, 0, 0)
  const pid = Atomics.load(state, 0)
  if (pid > 0) throttle(pid)
}
