import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

export type Variant = {
  readonly name: string
  readonly kind: 'webhook' | 'worker'
  /** The folder that would be packaged, which holds index.mjs. */
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
  /** Of one CPU, from the first `next` to the first response. */
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
export const startThrottle = (share: number): Throttle => {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./throttle.ts', import.meta.url), {
    workerData: { state, share },
  })
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
const heapFlags = (memoryMb: number): string[] => {
  const newSpaceMb = Math.floor(memoryMb / 10)
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.floor(newSpaceMb / 2)}`,
    `--max-old-space-size=${memoryMb - newSpaceMb}`,
  ]
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const lambdaVariables = ({ name, folder }: Variant, memoryMb: number, port: number) => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  _HANDLER: 'index.handler',
  LAMBDA_TASK_ROOT: folder,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
  AWS_LAMBDA_FUNCTION_NAME: name.replaceAll(/\W/g, '-'),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]bench',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
})

const outputFile = join(tmpdir(), `signup-bridge-bench-${process.pid}.log`)

/**
 * Starts one process of a variant, serves it Lambda's Runtime API, and ends it.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 *
 * @throws Error if it ends, fails, or responds wrongly
 */
export const startOnce = async (
  variant: Variant,
  { client, memoryMb, share, events, timed }: StartOptions,
  throttle: Throttle,
): Promise<Start> => {
  const { name, expected } = variant
  const total = events + timed
  // Made beforehand: a signature must not cost the function time.
  const bodies: string[] = []
  for (let index = 0; index < total; index += 1) bodies.push(await variant.event(index))
  const done = Promise.withResolvers<void>()
  const { promise: ended, resolve: onEnded } = Promise.withResolvers<void>()
  const warmMs: number[] = []
  let [initMs, coldMs, cpuMs, peakMb, responses, deliveredMs] = [0, 0, 0, 0, 0, 0]

  const onResponse = (body: string, nowMs: number, pid: number): void => {
    if (responses === 0) {
      coldMs = nowMs - startedMs
      throttle.set(0)
      cpuMs = cpuMsOf(pid)
    } else if (responses >= events) warmMs.push(nowMs - deliveredMs)
    responses += 1
    if (responses === events) peakMb = peakMbOf(pid)
    if (!body.includes(expected)) done.reject(new Error(`${name} responded ${body}`))
    if (responses === total) done.resolve()
  }

  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const { url = '' } = request
    const pid = child.pid ?? 0
    if (url.endsWith('/next')) {
      const event = bodies[responses]
      // Kept waiting until it is ended, as Lambda freezes it.
      if (event === undefined) return
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': `00000000-0000-4000-8000-${String(responses).padStart(12, '0')}`,
        'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
        'lambda-runtime-invoked-function-arn': `arn:aws:lambda:eu-west-1:123456789012:function:${variant.kind}`,
        'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0',
      })
      if (responses === 0) {
        initMs = performance.now() - startedMs
        if (share < 1) throttle.set(pid)
      }
      deliveredMs = performance.now()
      response.end(event)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const nowMs = performance.now()
      const body = Buffer.concat(chunks).toString()
      if (url.endsWith('/error')) done.reject(new Error(`${name} failed: ${body}`))
      else onResponse(body, nowMs, pid)
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const output = openSync(outputFile, 'w')
  const env = { ...lambdaVariables(variant, memoryMb, port), ...variant.env }
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...heapFlags(memoryMb), ...client], {
    cwd: variant.folder,
    env,
    stdio: ['ignore', output, output],
  })
  child.on('error', done.reject)
  child.on('close', (status) => {
    done.reject(new Error(`${name} ended with ${status}: ${readFileSync(outputFile, 'utf8')}`))
    onEnded()
  })
  try {
    await done.promise
    return { initMs, coldMs, cpuMs, peakMb, warmMs }
  } finally {
    throttle.set(0)
    child.kill('SIGKILL')
    await ended
    closeSync(output)
    server.closeAllConnections()
    server.close()
  }
}
