import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { serveRuntimeApi } from './runtime-api.ts'

export type Variant = {
  readonly name: string
  readonly kind: 'webhook' | 'worker'
  readonly role: 'empty' | 'this' | 'cached' | 'against' | 'usual'
  /** The folder that would be packaged, which holds index.mjs; what it logs is written beside it. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly event: (index: number) => Promise<string>
  /** What a right response contains. */
  readonly expected: string
  /** What Lambda downloads. */
  readonly zipBytes: number
}

export type StartOptions = {
  /** The arguments of Node that start the runtime client. */
  readonly client: readonly string[]
  readonly memoryMb: number
  /** Of one CPU, from an event to its response; before the first event it has all of it. */
  readonly share: number
  /** How many events it handles before its peak memory is read; the first one is one of them. */
  readonly events: number
  /** How many more events it handles then, which are timed. */
  readonly timed: number
}

export type Start = {
  /** From spawn until the runtime asks for the first event. */
  readonly initMs: number
  /** From spawn until the first response. */
  readonly coldMs: number
  /** Of all threads until the first response. */
  readonly cpuMs: number
  readonly peakMb: number
  readonly warmMs: readonly number[]
}

export type Throttle = {
  readonly set: (pid: number) => void
  readonly close: () => Promise<number>
}

/** Starts the thread that gives a process its share of one CPU; `set(0)` frees it. */
export const startThrottle = async (share: number): Promise<Throttle> => {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./throttle.ts', import.meta.url), {
    workerData: { state, share },
  })
  await once(worker, 'message')
  return {
    set: (pid) => {
      Atomics.store(state, 0, pid)
      Atomics.notify(state, 0)
    },
    close: () => worker.terminate(),
  }
}

/** CPU time of all threads: /proc/PID/stat counts only in steps of 10 ms. */
const cpuMsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
    .reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0)

const peakMbOf = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) / 1_024
}

/** The heap that Lambda's bootstrap gives Node: nine tenths old, a twentieth each half of the new. */
export const heapFlags = (memoryMb: number): string[] => {
  const newSpaceMb = Math.floor(memoryMb / 10)
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.floor(newSpaceMb / 2)}`,
    `--max-old-space-size=${memoryMb - newSpaceMb}`,
  ]
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const lambdaVariables = ({ kind, folder }: Variant, memoryMb: number, port: number) => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  _HANDLER: 'index.handler',
  LAMBDA_TASK_ROOT: folder,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
  AWS_LAMBDA_FUNCTION_NAME: kind,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${kind}`,
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]bench',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
})

let running: ChildProcess | undefined
// A stopped process would outlive this one.
process.once('exit', () => running?.kill('SIGKILL'))

const spawnFunction = (variant: Variant, { client, memoryMb }: StartOptions, port: number) => {
  // A file: reading a pipe would take CPU time while the function runs.
  const outputFile = `${variant.folder}.log`
  const output = openSync(outputFile, 'w')
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...heapFlags(memoryMb), ...client], {
    cwd: variant.folder,
    env: { ...lambdaVariables(variant, memoryMb, port), ...variant.env },
    stdio: ['ignore', output, output],
  })
  running = child
  closeSync(output)
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (status) => {
      resolve(`exit status ${status}\n${readFileSync(outputFile, 'utf8')}`)
    })
  })
  return { child, pid: child.pid ?? 0, startedMs, ended }
}

/**
 * Starts one process of a variant, lets it handle its events, and ends it.
 *
 * @throws Error if it ends, fails, or responds wrongly
 */
export const startOnce = async (
  variant: Variant,
  options: StartOptions,
  throttle: Throttle,
): Promise<Start> => {
  const { share, events: untimed, timed } = options
  const total = untimed + timed
  // Made beforehand: signing one must not delay the function.
  const indexes = Array.from({ length: total }, (_, index) => index)
  const events = await Promise.all(indexes.map(variant.event))
  const done = Promise.withResolvers<void>()
  const fail = (what: string) => done.reject(new Error(`${variant.name} ${what}`))
  const warmMs: number[] = []
  let [initMs, coldMs, cpuMs, peakMb, sentMs] = [0, 0, 0, 0, 0]
  const api = await serveRuntimeApi({
    events,
    onNext: (index) => {
      sentMs = performance.now()
      if (index === 0) initMs = sentMs - startedMs
      if (share < 1) throttle.set(pid)
    },
    onResponse: (index, body) => {
      const nowMs = performance.now()
      throttle.set(0)
      if (index === 0) {
        coldMs = nowMs - startedMs
        cpuMs = cpuMsOf(pid)
      }
      if (index >= untimed) warmMs.push(nowMs - sentMs)
      if (index === untimed - 1) peakMb = peakMbOf(pid)
      if (!body.includes(variant.expected)) fail(`responded ${body}`)
      else if (index === total - 1) done.resolve()
    },
    onError: (body) => fail(`failed: ${body}`),
  })
  const { child, pid, startedMs, ended } = spawnFunction(variant, options, api.port)
  ended.then((why) => fail(`ended: ${why}`))
  try {
    await done.promise
    return { initMs, coldMs, cpuMs, peakMb, warmMs }
  } finally {
    throttle.set(0)
    child.kill('SIGKILL')
    await ended
    api.close()
  }
}
