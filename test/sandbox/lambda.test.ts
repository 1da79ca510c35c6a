import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createLambda, type Lambda, type LambdaOptions } from '../../sandbox/lambda.ts'

const folder = mkdtempSync(join(tmpdir(), 'lambda-'))
afterAll(() => rmSync(folder, { recursive: true }))

let bundles = 0
const bundleOf = (code: string): string => {
  bundles += 1
  const file = join(folder, `${bundles}.mjs`)
  writeFileSync(file, code)
  return file
}

const lambdas: Lambda[] = []
afterEach(() => Promise.all(lambdas.splice(0).map((lambda) => lambda.close())))
const lambdaOf = (code: string, options: Partial<LambdaOptions> = {}): Lambda => {
  const lambda = createLambda({
    name: 'worker',
    bundle: bundleOf(code),
    env: {},
    timeoutMs: 5_000,
    ...options,
  })
  lambdas.push(lambda)
  return lambda
}

const counter = 'let calls = 0; export const handler = async () => { calls += 1; return calls }'
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('createLambda', () => {
  it('passes the event to the handler and its result to the caller, both as JSON', async () => {
    const lambda = lambdaOf('export const handler = async (event) => ({ event, gone: undefined })')

    const result = await lambda.invoke({ Records: [{ body: '😀' }], left: undefined })

    expect(result).toEqual({ event: { Records: [{ body: '😀' }] } })
  })

  it('returns null if the handler returns nothing', async () => {
    const lambda = lambdaOf('export const handler = async () => {}')

    expect(await lambda.invoke({})).toBeNull()
  })

  it('passes the handler a context with its name, memory, request id and remaining time', async () => {
    const lambda = lambdaOf(
      `export const handler = async (event, context) =>
        ({ ...context, left: context.getRemainingTimeInMillis() })`,
      { timeoutMs: 3_000, memoryMb: 512 },
    )

    const first = await lambda.invoke({})
    const second = await lambda.invoke({})

    expect(first).toMatchObject({
      functionName: 'worker',
      memoryLimitInMB: '512',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      left: expect.toSatisfy((left: number) => left > 0 && left <= 3_000),
    })
    expect(second).not.toHaveProperty('awsRequestId', Object(first).awsRequestId)
  })

  it('sets only the environment variables of `env` and of Lambda', async () => {
    const lambda = lambdaOf(
      'export const handler = async () => ({ env: process.env, flags: process.execArgv })',
      { env: { QUEUE_URL: 'http://127.0.0.1', LEFT_OUT: undefined } },
    )

    expect(await lambda.invoke({})).toEqual({
      env: {
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_FUNCTION_NAME: 'worker',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        LAMBDA_TASK_ROOT: folder,
        QUEUE_URL: 'http://127.0.0.1',
        TZ: ':UTC',
      },
      flags: [],
    })
  })

  it('keeps the process and its module state between calls', async () => {
    const lambda = lambdaOf(counter)

    expect([await lambda.invoke({}), await lambda.invoke({})]).toEqual([1, 2])
  })

  it('starts no process before the first call', async () => {
    const lambda = lambdaOf(counter)
    expect(lambda.pid()).toBeUndefined()

    await lambda.invoke({})

    expect(lambda.pid()).toEqual(expect.any(Number))
  })

  it('runs one call at a time, in order', async () => {
    const lambda = lambdaOf(`
      let running = 0
      export const handler = async (event) => {
        running += 1
        await new Promise((resolve) => setTimeout(resolve, 5))
        running -= 1
        return { event, others: running }
      }`)

    const results = await Promise.all([1, 2, 3].map((event) => lambda.invoke(event)))

    expect(results).toEqual([1, 2, 3].map((event) => ({ event, others: 0 })))
  })

  it('passes each written line to onLine before the call resolves', async () => {
    const lines: string[] = []
    const lambda = lambdaOf(
      `export const handler = async (call) => {
        console.log(call + ' first\\n' + call + ' second')
        process.stdout.write(call + ' third' + 'x'.repeat(2_000) + '\\r\\n')
        console.error(call + ' fourth')
      }`,
      { onLine: (line) => lines.push(line.replace(/x+$/, '')) },
    )

    for (let call = 0; call < 20; call += 1) {
      await lambda.invoke(call)
      expect(lines.splice(0).toSorted()).toEqual(
        ['first', 'fourth', 'second', 'third'].map((word) => `${call} ${word}`),
      )
    }
  })

  it('rejects with the error that the handler threw, and keeps the process', async () => {
    const lambda = lambdaOf(`
      let calls = 0
      export const handler = async () => {
        calls += 1
        if (calls === 1) throw new RangeError('out of range')
        return calls
      }`)

    await expect(lambda.invoke({})).rejects.toMatchObject({
      name: 'RangeError',
      message: 'out of range',
    })
    expect(await lambda.invoke({})).toBe(2)
  })

  it('rejects a result that is not JSON', async () => {
    const lambda = lambdaOf('export const handler = async () => 1n')

    await expect(lambda.invoke({})).rejects.toThrow('BigInt')
  })

  it('rejects with the error of the import, and imports again for the next call', async () => {
    const bundle = bundleOf("throw new Error('no such secret')")
    const lambda = lambdaOf('', { bundle })
    await expect(lambda.invoke({})).rejects.toThrow('no such secret')

    writeFileSync(bundle, counter)

    expect(await lambda.invoke({})).toBe(1)
  })

  it('rejects a bundle without a handler', async () => {
    await expect(lambdaOf('export const other = 1').invoke({})).rejects.toThrow(
      'exports no function named handler',
    )
  })

  it('kills a call that times out, even one that never yields', async () => {
    const lambda = lambdaOf(
      `export const handler = async (event) => { if (event.stuck) for (;;); return 'done' }`,
      { timeoutMs: 250 },
    )

    await expect(lambda.invoke({ stuck: true })).rejects.toThrow(
      'Task timed out after 0.25 seconds',
    )
    expect(await lambda.invoke({})).toBe('done')
  })

  it('rejects the running call when the process exits, and starts a new process for the next', async () => {
    const lambda = lambdaOf(`
      let calls = 0
      export const handler = async (event) => {
        calls += 1
        if (event.exit) process.exit(3)
        return calls
      }`)

    await expect(lambda.invoke({ exit: true })).rejects.toThrow(
      'Runtime exited with error: exit status 3',
    )
    expect(await lambda.invoke({})).toBe(1)
  })

  it('rejects the running call when it is killed, and starts a new process for the next', async () => {
    const waiting = Promise.withResolvers<void>()
    const lambda = lambdaOf(
      `export const handler = async (event) => {
        if (event.quick) return 'quick'
        console.log('waiting')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      }`,
      { onLine: () => waiting.resolve() },
    )
    const call = lambda.invoke({})
    const rejected = expect(call).rejects.toThrow('Runtime exited with error: signal: SIGKILL')
    await waiting.promise

    lambda.kill()

    await rejected
    expect(await lambda.invoke({ quick: true })).toBe('quick')
  })

  it('starts a new process after a kill between two calls', async () => {
    const lambda = lambdaOf(counter)
    await lambda.invoke({})

    lambda.kill()

    expect(await lambda.invoke({})).toBe(1)
  })

  it('imports the bundle again after a reload, which waits for the running call', async () => {
    const bundle = bundleOf(`export const handler = async () => 'old'`)
    const lambda = lambdaOf('', { bundle })
    const call = lambda.invoke({})
    const reloaded = call.then(() => writeFileSync(bundle, `export const handler = () => 'new'`))

    await Promise.all([lambda.reload(), reloaded])

    expect(await call).toBe('old')
    expect(await lambda.invoke({})).toBe('new')
  })

  it('ends the process and rejects every call when it closes', async () => {
    const started = Promise.withResolvers<void>()
    const lambda = lambdaOf(
      `export const handler = () => { console.log('started'); return new Promise(() => {}) }`,
      { onLine: () => started.resolve() },
    )
    const rejected = [
      expect(lambda.invoke({})).rejects.toThrow('Runtime exited'),
      expect(lambda.invoke({})).rejects.toThrow('function worker is closed'),
    ]
    await started.promise
    const pid = lambda.pid()

    await lambda.close()

    await Promise.all(rejected)
    expect(isAlive(Number(pid))).toBe(false)
    await expect(lambda.invoke({})).rejects.toThrow('function worker is closed')
  })

  it('ignores SIGINT silently: its parent ends it', async () => {
    const lines: string[] = []
    const lambda = lambdaOf(counter, { onLine: (line) => lines.push(line) })
    await lambda.invoke({})

    process.kill(Number(lambda.pid()), 'SIGINT')

    expect(await lambda.invoke({})).toBe(2)
    expect(lines).toEqual([])
  })

  it('ends when its parent dies', async () => {
    const ended = join(folder, 'ended')
    const orphan = bundleOf(`
      import { writeFileSync } from 'node:fs'
      process.on('exit', () => writeFileSync(${JSON.stringify(ended)}, ''))
      setInterval(() => {}, 1_000)
      export const handler = async () => {}`)
    const parent = fork(
      bundleOf(`
        const { createLambda } = await import(process.argv[2])
        const [name, bundle] = ['worker', process.argv[3]]
        await createLambda({ name, bundle, env: {}, timeoutMs: 5_000 }).invoke({})
        process.send('invoked')`),
      [new URL('../../sandbox/lambda.ts', import.meta.url).href, orphan],
      { execArgv: [] },
    )
    await once(parent, 'message')
    expect(existsSync(ended)).toBe(false)

    parent.kill('SIGKILL')

    await vi.waitFor(() => expect(existsSync(ended)).toBe(true), { timeout: 5_000 })
  })
})
