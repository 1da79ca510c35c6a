import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

// A thread of its own, which waits on memory: timers of a busy event loop would come late.
const periodMs = 20
const { state, share }: { state: Int32Array; share: number } = workerData
const quotaMs = share * periodMs

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

/** Lets a process run for its quota of every period; a slice that was late shortens the next. */
const throttle = (pid: number): void => {
  // The kernel's periods do not begin with an event.
  let endMs = performance.now() + periodMs * Math.random()
  let leftMs = quotaMs
  while (Atomics.load(state, 0) === pid) {
    const sliceMs = performance.now()
    wait(pid, Math.min(leftMs, endMs - sliceMs))
    if (Atomics.load(state, 0) !== pid) return
    leftMs -= performance.now() - sliceMs
    if (leftMs <= 0) {
      signal(pid, 'SIGSTOP')
      wait(pid, endMs - performance.now())
      signal(pid, 'SIGCONT')
    }
    if (performance.now() < endMs) continue
    leftMs = Math.min(leftMs, 0)
    for (; endMs <= performance.now(); endMs += periodMs) leftMs += quotaMs
  }
}

try {
  // Of this thread alone: on a busy machine it would wake late. Only root may.
  setPriority(-20)
} catch {}
parentPort?.postMessage('ready')
for (;;) {
  Atomics.wait(state, 0, 0)
  const pid = Atomics.load(state, 0)
  if (pid > 0) throttle(pid)
}
