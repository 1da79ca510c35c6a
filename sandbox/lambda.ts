import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type LambdaOptions = {
  readonly name: string
  /** Path of the module that exports `handler`; a function is called at each start. */
  readonly bundle: string | (() => string)
  /** The function's whole environment, except the variables that Lambda itself sets. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly memoryMb?: number
  /** Called with each line that the function writes to stdout or stderr. */
  readonly onLine?: (line: string) => void
}

export type Lambda = {
  /**
   * Calls the handler, one call at a time; later callers wait.
   *
   * @throws Error what the handler or its import threw, or why the process ended before the result
   */
  readonly invoke: (event: unknown) => Promise<unknown>
  /** Ends the process when it is idle, so that the next call imports the bundle anew. */
  readonly reload: () => Promise<void>
  /** Kills the process at once, as a crash would. */
  readonly kill: (signal?: NodeJS.Signals) => void
  /** Kills the process; current and later calls are rejected. */
  readonly close: () => Promise<void>
  /** The process's id, while there is one. */
  readonly pid: () => number | undefined
}

/** The options with the bundle of this start. */
type Started = LambdaOptions & { readonly bundle: string }

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const initTimeoutMs = 10_000

const runtime = fileURLToPath(new URL('./lambda-runtime.mjs', import.meta.url))

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const runtimeVariables = ({ name, bundle, memoryMb = 256 }: Started) => ({
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  LAMBDA_TASK_ROOT: dirname(bundle),
  TZ: ':UTC',
})

/** A message of the child: one when it is ready, then one for each event. */
type Message = {
  readonly result?: string
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string }
}

type Environment = {
  readonly pid: number | undefined
  readonly isUsable: () => boolean
  readonly ready: Promise<void>
  readonly run: (event: unknown) => Promise<unknown>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<unknown>
}

const startEnvironment = (options: Started): Environment => {
  const { bundle, env, timeoutMs, onLine = () => {} } = options
  const child = fork(runtime, [bundle], {
    // fork would add the parent's flags, and an absent `env` the parent's whole environment.
    env: { ...runtimeVariables(options), ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
  }
  // A failed spawn or send shows as the end of the process; without a listener it would end the sandbox.
  child.on('error', (error) => onLine(error.message))
  const ended = new Promise((resolve) => child.once('close', resolve))

  const nextMessage = async (limitMs: number): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const onMessage = (message: Message) => {
      if (message.error) reject(Object.assign(new Error(message.error.message), message.error))
      else resolve(message.result ?? 'null')
    }
    const onClose = (status: number | null, signal: NodeJS.Signals | null) =>
      reject(
        new Error(
          `Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${status}`}`,
        ),
      )
    const timer = setTimeout(() => {
      reject(new Error(`Task timed out after ${(limitMs / 1_000).toFixed(2)} seconds`))
      child.kill('SIGKILL')
    }, limitMs)
    child.once('message', onMessage)
    child.once('close', onClose)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('close', onClose)
      // What the handler wrote before its result is in the pipe by now: let it be read first.
      await turnOfTheLoop()
    }
  }

  const ready = nextMessage(initTimeoutMs).then(() => {})
  // Only the first call awaits it, when its turn comes.
  ready.catch(() => child.kill('SIGKILL'))

  return {
    pid: child.pid,
    isUsable: () =>
      child.connected && !child.killed && child.exitCode === null && child.signalCode === null,
    ready,
    run: async (event) => {
      child.send({
        event: JSON.stringify(event),
        awsRequestId: randomUUID(),
        deadlineMs: Date.now() + timeoutMs,
      })
      return JSON.parse(await nextMessage(timeoutMs))
    },
    kill: (signal) => child.kill(signal),
    ended,
  }
}

/**
 * A function with one execution environment: a process of its own, started by the first call and
 * kept for the next, as Lambda keeps it. It ends with the process that made it.
 */
export const createLambda = (options: LambdaOptions): Lambda => {
  let environment: Environment | undefined
  let closed = false
  let lastJob: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const result = lastJob.then(job, job)
    lastJob = result
    return result
  }
  const stop = async (): Promise<void> => {
    const ending = environment
    environment = undefined
    ending?.kill('SIGKILL')
    await ending?.ended
  }

  return {
    invoke: (event) =>
      inTurn(async () => {
        if (closed) throw new Error(`function ${options.name} is closed`)
        if (!environment?.isUsable()) {
          const bundle = typeof options.bundle === 'string' ? options.bundle : options.bundle()
          environment = startEnvironment({ ...options, bundle })
        }
        await environment.ready
        return environment.run(event)
      }),
    reload: () => inTurn(stop),
    kill: (signal = 'SIGKILL') => environment?.kill(signal),
    close: async () => {
      closed = true
      await stop()
      await inTurn(async () => {})
    },
    pid: () => (environment?.isUsable() ? environment.pid : undefined),
  }
}
