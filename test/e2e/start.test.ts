import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../sandbox/intercom-client.ts'
import { editedFolder, endStarted, start } from './started.ts'

type Started = ReturnType<typeof start>

afterAll(endStarted)

const run = (command: string) =>
  new Promise<string>((done) => {
    const shell = spawn('sh', ['-c', command])
    let text = ''
    shell.stdout.on('data', (chunk) => {
      text += chunk
    })
    shell.on('exit', () => done(text))
  })

/** The states of these processes that still run; zombies are left out. */
const running = async (pids: readonly number[]): Promise<string[]> =>
  (await run(`ps -o stat= -p ${pids.join()}`)).split('\n').filter((state) => /^[^Z\s]/.test(state))

/** The command to paste that `npm start` printed. */
const commandOf = ({ text }: Started): string => /curl .*/.exec(text())?.[0] ?? ''

/** The type of a custom attribute in the Intercom that `npm start` printed. */
const typeOf = async ({ text }: Started, name: string): Promise<unknown> => {
  const [, url = '', token] = /intercom +(\S+) +token (\S+)/.exec(text()) ?? []
  const authorization = `Bearer ${token}`
  const path = '/data_attributes?model=contact'
  const { json } = await createClient(url)('GET', path, undefined, { authorization })
  const attributes: { full_name: string; data_type: string }[] = json.data
  return attributes.find((each) => each.full_name === `custom_attributes.${name}`)?.data_type
}

const expectToEndEveryProcess = async (bridge: Started, signal: NodeJS.Signals) => {
  const children = (await run(`ps -o pid= --ppid ${bridge.child.pid}`))
    .trim()
    .split(/\s+/)
    .map(Number)
  // At least esbuild, the webhook and a worker.
  expect(children.length).toBeGreaterThanOrEqual(3)

  bridge.child.kill(signal)

  expect(await bridge.exited).toBe(0)
  await expect.poll(() => running(children)).toEqual([])
}

describe('npm start', () => {
  let bridge: Started
  let taken: Server
  beforeAll(async () => {
    taken = createServer()
    await new Promise((done) => {
      // Another program may listen there: then the port is in use too.
      taken.once('error', done)
      taken.listen({ host: '127.0.0.1', port: 4100 }, () => done(undefined))
    })
    bridge = start({ PORT: '', INTERCOM_PORT: '' })
    await bridge.says('ready in')
  }, 60_000)
  afterAll(() => {
    taken.close()
  })

  test('uses another port when a default port is in use, and says so', () => {
    const [, port] = /4100 is in use: PORT is (\d+) this time/.exec(bridge.text()) ?? []

    expect(Number(port)).toBeGreaterThan(4100)
    expect(commandOf(bridge)).toContain(`:${port}/`)
  })

  test('prints addresses, one command to paste, and "ready"; the command creates a contact', async () => {
    expect(bridge.text().match(/curl/g)).toHaveLength(1)
    for (const name of ['backend', 'clerk', 'waitlist', 'beta'])
      expect(bridge.text()).toContain(`/${name} `)
    const contacts = /http:\S+\/_sandbox\/contacts/.exec(bridge.text())?.[0] ?? ''

    expect(await run(`${commandOf(bridge)} -s`)).toContain('"status":"accepted"')

    await bridge.says('created contact')
    expect(bridge.text()).not.toContain('responded')
    expect(await (await fetch(contacts)).text()).toContain('"email": "ada@example.com"')
  }, 60_000)

  test('shows what was left out as the response names it', async () => {
    const partly = commandOf(bridge).replace('"name"', '"phone":"12","name"')

    expect(await run(`${partly} -s`)).toContain(
      '"left_out":[{"path":"phone","reason":"phone_invalid"}]',
    )

    await bridge.says(', left out: phone (phone_invalid)\n')
  }, 60_000)

  test('shows what was left out of a form that is redirected', async () => {
    const address = /http:\S+\/forms\/waitlist/.exec(bridge.text())?.[0] ?? ''

    await run(`curl -s ${address} -d email=bob@example.com -d phone=12 -d plan=pro`)

    await bridge.says(', left out: plan (field_unknown), phone (phone_invalid)\n')
  }, 60_000)

  test('ends every process on SIGINT', async () => {
    await expectToEndEveryProcess(bridge, 'SIGINT')
  }, 60_000)
})

test('npm start reloads an edited config whole or not at all, prints new sources, and ends every process on SIGTERM', async () => {
  const folder = editedFolder()
  const file = join(folder, 'bridge.config.ts')
  const config = (sources: string) =>
    writeFileSync(
      file,
      `import { defineBridge, signup } from '#bridge'\nexport default defineBridge({ sources: { ${sources} } })\n`,
    )
  config("first: signup({ attributes: { team: 'team_size' } })")
  const bridge = start({ BRIDGE_CONFIG: file })
  await bridge.says('ready in')
  const command = commandOf(bridge)
  expect(await typeOf(bridge, 'team_size')).toBe('string')

  // Neither function has started yet: a broken config must not replace the bundle they start with.
  config('first: signup(), Second: signup()')
  await bridge.says('not reloaded: ')
  expect(bridge.text()).toMatch(/not reloaded: .*bridge\.config\.ts: .*sources\.Second/)
  config('first: signup(),, second: signup()')
  await bridge.says('bridge.config.ts:2: ')
  expect(await run(`${command} -s`)).toContain('accepted')
  await bridge.says('created contact')

  const typed = "{ to: 'team_size', type: 'integer' }"
  config(`first: signup({ attributes: { team: ${typed} } }), second: signup()`)
  await bridge.says('reloaded\n')
  expect(await typeOf(bridge, 'team_size')).toBe('integer')
  await bridge.says('/webhooks/second  secret ')
  const secret = /\/webhooks\/second {2}secret (\w+)/.exec(bridge.text())?.[1] ?? ''
  const second = command
    .replace('/first', '/second')
    .replace(/Bearer \w+/, `Bearer ${secret}`)
    .replace('ada@', 'grace@')
  expect(await run(`${second} -s`)).toContain('accepted')
  await expect.poll(() => bridge.text().match(/created contact/g)).toHaveLength(2)
  expect(bridge.text().match(/ reloaded\n/g)).toHaveLength(1)

  await expectToEndEveryProcess(bridge, 'SIGTERM')
  rmSync(folder, { recursive: true })
}, 60_000)
