import { execFileSync, spawn } from 'node:child_process'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { compileCache, endStarted, root, start } from './started.ts'

afterAll(endStarted)

/** Every process below one, as `ps` shows them now. */
const descendantsOf = (pid: number): number[] => {
  const children = new Map<number, number[]>()
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim()
  for (const line of lines.split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number)
    children.set(parent, [...(children.get(parent) ?? []), child])
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const ports = { PORT: '0', INTERCOM_PORT: '0', SQS_PORT: '0', SECRETS_PORT: '0' }
const npmStart = (env: Record<string, string>) => {
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, ...compileCache, ...ports, BRIDGE_CONFIG: '', ...env },
  })
  let output = ''
  npm.stdout.on('data', (chunk) => {
    output += chunk
  })
  return { npm, text: () => output }
}

test('npm start ends every process at a SIGTERM to npm while it starts', async () => {
  const { npm, text } = npmStart({})
  // The shell, Node, and the esbuild that Node starts before it is ready.
  const started = () => expect(descendantsOf(npm.pid ?? 0).length).toBeGreaterThanOrEqual(3)
  await vi.waitFor(started, { timeout: 20_000, interval: 20 })
  const processes = descendantsOf(npm.pid ?? 0)
  expect(text()).not.toContain('ready in')

  npm.kill('SIGTERM')

  await expect.poll(() => processes.filter(isRunning)).toEqual([])
})

describe('DELIVERY=direct npm start', () => {
  test('delivers before it responds, and ends every process at a SIGTERM to npm', async () => {
    const { npm, text } = npmStart({ DELIVERY: 'direct', INTERCOM_VERSION: '2.16' })
    await vi.waitFor(() => expect(text()).toContain('ready in'), { timeout: 50_000 })
    const [, url = '', token = ''] =
      /curl (\S+) -H 'authorization: Bearer (\S+)'/.exec(text()) ?? []
    expect(text()).toContain('delivery      direct')

    const signUp = () =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"email":"ada@example.com"}',
      })

    const response = await signUp()

    expect(response.status).toBe(200)
    const contactsUrl = /http:\S+\/_sandbox\/contacts/.exec(text())?.[0] ?? ''
    const { contacts } = (await (await fetch(contactsUrl)).json()) as {
      contacts: readonly { readonly id: string; readonly email: string }[]
    }
    expect(contacts).toMatchObject([{ email: 'ada@example.com' }])
    expect(await response.json()).toEqual({ status: 'created', contact_id: contacts[0]?.id })

    const intercomUrl = new URL(contactsUrl).origin
    const { calls } = (await (await fetch(`${intercomUrl}/_sandbox/calls`)).json()) as {
      calls: readonly { readonly intercom_version: string }[]
    }
    expect(new Set(calls.map((call) => call.intercom_version))).toEqual(new Set(['2.16']))
    await fetch(`${intercomUrl}/_sandbox/faults`, { method: 'POST', body: '{"status":503}' })
    expect((await signUp()).status).toBe(503)
    await vi.waitFor(() =>
      expect(text()).toMatch(
        /refused with 503: .*temporarily_unavailable.* \(intercom_unavailable \/ service_unavailable\)/,
      ),
    )
    const processes = descendantsOf(npm.pid ?? 0)
    // The shell, the sandbox, esbuild and the webhook.
    expect(processes.length).toBeGreaterThanOrEqual(4)
    npm.kill('SIGTERM')
    await expect.poll(() => processes.filter(isRunning)).toEqual([])
  }, 60_000)

  test('is refused in one line for another DELIVERY', async () => {
    const bridge = start({ DELIVERY: 'sometimes' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text()).toBe('DELIVERY=sometimes is neither queue nor direct\n')
  })
})
