import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startIntercom } from '../../sandbox/intercom/server.ts'
import { askForLive } from '../../sandbox/live.ts'

const root = resolve(import.meta.dirname, '../..')
/** A folder that git does not look at, and that finds `#bridge`. */
const editedFolder = (): string => {
  mkdirSync(join(root, '.build'), { recursive: true })
  return mkdtempSync(join(root, '.build/edited-'))
}
const anyPorts = { PORT: '0', INTERCOM_PORT: '0', SQS_PORT: '0', SECRETS_PORT: '0' }

const started: ChildProcess[] = []
afterEach(async () => {
  await Promise.all(
    started.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await new Promise((done) => child.once('exit', done))
    }),
  )
})

/** What `npm start` runs, and what it writes. */
const start = (env: Record<string, string> = {}, args: readonly string[] = []) => {
  const child = spawn(process.execPath, ['sandbox/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...anyPorts, ...env },
  })
  started.push(child)
  let output = ''
  const exited = new Promise<number | null>((done) => child.on('exit', done))
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const text = () => output
  return {
    child,
    exited,
    text,
    says: (words: string) => expect.poll(text, { timeout: 20_000 }).toContain(words),
  }
}
const run = (command: string) =>
  new Promise<string>((done) => {
    const shell = spawn('sh', ['-c', command])
    let text = ''
    shell.stdout.on('data', (chunk) => {
      text += chunk
    })
    shell.on('exit', () => done(text))
  })

/** Of these processes, those that still run; one that ended and waits for its parent does not. */
const running = async (pids: readonly number[]): Promise<string[]> =>
  (await run(`ps -o stat= -p ${pids.join()}`)).split('\n').filter((state) => /^[^Z\s]/.test(state))

test('the start prints addresses, one command to paste, and "ready"; the command makes a contact', async () => {
  const bridge = start()
  await bridge.says('ready in')
  expect(bridge.text().match(/curl/g)).toHaveLength(1)
  for (const name of ['backend', 'clerk', 'waitlist', 'beta'])
    expect(bridge.text()).toContain(`/${name} `)
  const command = /curl .*/.exec(bridge.text())?.[0] ?? ''
  const contacts = /http:\S+\/_sandbox\/contacts/.exec(bridge.text())?.[0] ?? ''

  expect(await run(`${command} -s`)).toContain('"status":"accepted"')

  await bridge.says('created contact')
  expect(await (await fetch(contacts)).text()).toContain('"email": "ada@example.com"')
}, 30_000)

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends every process',
  async (signal) => {
    const bridge = start()
    await bridge.says('ready in')
    await run(`${/curl .*/.exec(bridge.text())?.[0]} -s`)
    await bridge.says('created contact')
    const children = (await run(`ps -o pid= --ppid ${bridge.child.pid}`))
      .trim()
      .split(/\s+/)
      .map(Number)
    // esbuild, the webhook and a worker at least.
    expect(children.length).toBeGreaterThanOrEqual(3)

    bridge.child.kill(signal)

    expect(await bridge.exited).toBe(0)
    await expect.poll(() => running(children)).toEqual([])
  },
  30_000,
)

test('an edited config is taken as a whole or not at all, its sources told', async () => {
  const folder = editedFolder()
  const file = join(folder, 'bridge.config.ts')
  const config = (sources: string) =>
    writeFileSync(
      file,
      `import { defineBridge, signup } from '#bridge'\nexport default defineBridge({ sources: { ${sources} } })\n`,
    )
  config('first: signup()')
  const bridge = start({ BRIDGE_CONFIG: file })
  await bridge.says('ready in')
  const command = /curl .*/.exec(bridge.text())?.[0] ?? ''

  // Neither function has started yet: what they would start with must stay whole.
  config('first: signup(), Second: signup()')
  await bridge.says('not reloaded: ')
  expect(bridge.text()).toMatch(/not reloaded: .*bridge\.config\.ts: .*sources\.Second/)
  config('first: signup(),, second: signup()')
  await bridge.says('bridge.config.ts:2: ')
  expect(await run(`${command} -s`)).toContain('accepted')
  await bridge.says('created contact')

  config('first: signup(), second: signup()')
  await bridge.says('reloaded\n')
  await bridge.says('/webhooks/second  secret ')
  const secret = /\/webhooks\/second {2}secret (\w+)/.exec(bridge.text())?.[1] ?? ''
  const second = command
    .replace('/first', '/second')
    .replace(/Bearer \w+/, `Bearer ${secret}`)
    .replace('ada@', 'grace@')
  expect(await run(`${second} -s`)).toContain('accepted')
  await expect.poll(() => bridge.text().match(/created contact/g)).toHaveLength(2)
  expect(bridge.text().match(/ reloaded\n/g)).toHaveLength(1)
  rmSync(folder, { recursive: true })
}, 30_000)

describe('one clear line', () => {
  test('where a port that was asked for is in use', async () => {
    const taken = createServer().listen({ host: '127.0.0.1', port: 0 })
    await new Promise((done) => taken.once('listening', done))
    const port = String((taken.address() as { port: number }).port)

    const bridge = start({ SQS_PORT: port })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe(
      `SQS_PORT=${port} is in use: end what listens there, or set SQS_PORT to another port`,
    )
    taken.close()
  })

  test('where a port is none', async () => {
    const bridge = start({ PORT: 'http' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe('PORT=http is no port: use a number from 0 to 65535')
  })

  test.each([
    [
      "import { clerk, defineBridge } from '#bridge'\nexport default defineBridge({ sources: { Clerk: clerk() } })",
      /bridge config: sources\.Clerk: a name is 1–40/,
    ],
    [
      "import { clrk, defineBridge } from '#bridge'\nexport default defineBridge({ sources: { clerk: clrk() } })",
      /:1: No matching export .* for import "clrk"/,
    ],
    ["import { clerk } from '#bridge'\nexport default {,}", /:2: Expected/],
    ['export const bridge = {}', /export default defineBridge/],
    ['export default { sources: {} }', /name at least one source/],
    ['export default defineBridge({})', /defineBridge is not defined/],
  ])('where the config is wrong: %j', async (text, problem) => {
    const folder = editedFolder()
    const file = join(folder, 'bridge.config.ts')
    writeFileSync(file, text)

    const bridge = start({ BRIDGE_CONFIG: file })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text()).toMatch(problem)
    expect(bridge.text().trim().split('\n')).toHaveLength(1)
    expect(bridge.text()).toContain('bridge.config.ts:')
    rmSync(folder, { recursive: true })
  })

  test('where an argument is not known', async () => {
    const bridge = start({}, ['--liv'])

    expect(await bridge.exited).toBe(1)
    expect(bridge.text()).toContain('--liv is not known')
  })

  test('where two ports are the same', async () => {
    const bridge = start({ PORT: '47701', SQS_PORT: '47701' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe("SQS_PORT=47701 is another variable's port too")
  })

  test('where the config is not there', async () => {
    const bridge = start({ BRIDGE_CONFIG: 'nowhere.ts' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe(
      'There is no nowhere.ts in the repository: check BRIDGE_CONFIG.',
    )
  })
})

test('a port that was not asked for and is in use moves on, and says so', async () => {
  const bridge = start({ PORT: '', INTERCOM_PORT: '' })
  await bridge.says('ready in')
  const second = start({ PORT: '', INTERCOM_PORT: '' })
  await second.says('ready in')

  expect(second.text()).toMatch(/\d+ is in use: PORT is \d+ this time/)
}, 30_000)

describe('--live', () => {
  const ask = (reply: string) => {
    const asked: string[] = []
    return {
      asked,
      ask: async (question: string) => {
        asked.push(question)
        return reply
      },
    }
  }

  test('shows the workspace and its region, and goes on at yes alone', async () => {
    const intercom = await startIntercom({ port: 0, access_token: 'good' })
    const local = { INTERCOM_ACCESS_TOKEN: 'good', INTERCOM_BASE_URL: intercom.url }
    const yes = ask('yes')

    expect(await askForLive(local, yes.ask)).toMatchObject({
      access_token: 'good',
      baseUrl: intercom.url,
    })
    expect(yes.asked[0]).toMatch(/workspace ".+" \(region \w+\)/)
    for (const reply of ['', 'y', 'no']) {
      await expect(askForLive(local, ask(reply).ask)).rejects.toThrow('Nothing was started.')
    }
    await intercom.close()
  })

  test('needs a token in .env.local, whatever lies in the environment', async () => {
    await expect(askForLive({}, ask('yes').ask)).rejects.toThrow(
      'INTERCOM_ACCESS_TOKEN=… in .env.local',
    )
  })

  test('says so when the token is refused, without it', async () => {
    const intercom = await startIntercom({ port: 0, access_token: 'good' })
    const local = { INTERCOM_ACCESS_TOKEN: 'canary', INTERCOM_BASE_URL: intercom.url }

    const error = await askForLive(local, ask('yes').ask).catch((thrown: Error) => thrown)

    expect(String(error)).toContain('refuses the token of .env.local with 401')
    expect(String(error)).not.toContain('canary')
    await intercom.close()
  })
})
