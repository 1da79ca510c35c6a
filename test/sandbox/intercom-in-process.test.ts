import { describe, expect, test } from 'vitest'
import { createInProcessSend } from '../../sandbox/intercom/in-process.ts'
import { createWorkspace } from '../../sandbox/intercom/workspace.ts'
import type { HttpRequest } from '../../src/lib/http.ts'
import { token } from './intercom-client.ts'

/** A clock that is moved by `pass`, which wakes sleepers in the order of their times. */
const createVirtualTime = () => {
  let nowMs = 1_734_537_437_000
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = []
  /** Runs the callbacks of every settled promise. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await undefined
  }
  return {
    now: () => nowMs,
    sleep: (ms: number): Promise<void> =>
      new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
    pass: async (ms: number): Promise<void> => {
      const untilMs = nowMs + ms
      await settle()
      for (;;) {
        const [next] = sleepers
          .filter(({ atMs }) => atMs <= untilMs)
          .toSorted((one, other) => one.atMs - other.atMs)
        if (!next) break
        nowMs = next.atMs
        sleepers = sleepers.filter((sleeper) => sleeper !== next)
        next.wake()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

const start = (latencyMs = 100) => {
  const time = createVirtualTime()
  const workspace = createWorkspace({ access_token: token, now: time.now })
  const send = createInProcessSend(workspace, { sleep: time.sleep, latencyMs })
  const post = (body: object, signal = new AbortController().signal): HttpRequest => ({
    method: 'POST',
    path: '/contacts',
    headers: { Accept: 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal,
  })
  return { time, workspace, send, post }
}

const ada = { email: 'ada@example.com' }

describe('createInProcessSend', () => {
  test('resolves with the response as over HTTP, header names in lower case, and logs the request', async () => {
    const { time, workspace, send, post } = start()

    const sent = send(post(ada))
    await time.pass(100)
    const { status, headers, body } = await sent

    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject(ada)
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'intercom-version': '2.14',
      'x-ratelimit-remaining': '1666',
    })
    expect(workspace.calls()).toEqual([
      {
        method: 'POST',
        path: '/contacts',
        status: 200,
        at: '2024-12-18T15:57:17.050Z',
        intercom_version: null,
        body: ada,
      },
    ])
  })

  test('handles the request after half of the latency, and resolves after all of it', async () => {
    const { time, workspace, send, post } = start()
    let resolved = false

    send(post(ada)).then(() => {
      resolved = true
    })

    await time.pass(49)
    expect(workspace.contacts()).toHaveLength(0)
    await time.pass(1)
    expect(workspace.contacts()).toHaveLength(1)
    await time.pass(49)
    expect(resolved).toBe(false)
    await time.pass(1)
    expect(resolved).toBe(true)
  })

  test('passes on the query, and does not wait without latency', async () => {
    const { workspace, send, post } = start(0)

    const path = '/data_attributes?model=contact'
    const { status } = await send({ ...post({}), method: 'GET', path })

    expect(status).toBe(200)
    expect(workspace.calls()[0]).toMatchObject({ path, status: 200 })
  })

  test('waits for the latency of a fault', async () => {
    const { time, workspace, send, post } = start()
    workspace.addFault({ latency_ms: 1_000 })

    const sent = send(post(ada))
    await time.pass(1_049)

    expect(workspace.contacts()).toHaveLength(0)
    await time.pass(51)
    expect((await sent).status).toBe(200)
  })

  test.each([
    ['reset', 0],
    ['lost', 1],
  ] as const)('rejects with ECONNRESET for the fault %s', async (outcome, contacts) => {
    const { time, workspace, send, post } = start()
    workspace.addFault(outcome === 'reset' ? { reset: true } : { lost: true })

    const sent = expect(send(post(ada))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await time.pass(100)

    await sent
    expect(workspace.contacts()).toHaveLength(contacts)
    expect(workspace.callCounts()).toEqual({ 0: 1 })
  })

  test('rejects with the reason of its signal for the fault hang', async () => {
    const { time, workspace, send, post } = start()
    workspace.addFault({ hang: true })
    const giveUp = new AbortController()

    const sent = expect(send(post(ada, giveUp.signal))).rejects.toThrow('too late')
    await time.pass(3_600_000)
    giveUp.abort(new Error('too late'))

    await sent
    expect(workspace.calls()).toMatchObject([{ status: 0 }])
  })

  test('still handles a request that was aborted on its way, once', async () => {
    const { time, workspace, send, post } = start()
    const giveUp = new AbortController()
    const sent = expect(send(post(ada, giveUp.signal))).rejects.toThrow('too late')
    await time.pass(10)

    giveUp.abort(new Error('too late'))

    await sent
    expect(workspace.contacts()).toHaveLength(0)
    await time.pass(90)
    expect(workspace.contacts()).toHaveLength(1)
    expect(workspace.callCounts()).toEqual({ 200: 1 })
  })

  test('sends no request if the signal is already aborted', async () => {
    const { time, workspace, send, post } = start()

    const sent = send(post(ada, AbortSignal.abort(new Error('too late'))))

    await expect(sent).rejects.toThrow('too late')
    await time.pass(100)
    expect(workspace.calls()).toEqual([])
  })
})

test('createWorkspace keeps the last 10,000 requests, and counts all of them by status', async () => {
  const { workspace, send, post } = start(0)
  await send(post(ada))
  const [request] = workspace.calls()
  if (!request) throw new Error('no request was logged')

  for (let index = 0; index < 25_000; index += 1) {
    workspace.record({ ...request, status: 429, path: `/${index}` })
  }

  expect(workspace.calls()).toHaveLength(10_000)
  expect(workspace.calls()[0]?.path).toBe('/15000')
  expect(workspace.calls().at(-1)?.path).toBe('/24999')
  expect(workspace.callCounts()).toEqual({ 200: 1, 429: 25_000 })
  workspace.reset()
  expect(workspace.callCounts()).toEqual({})
})
