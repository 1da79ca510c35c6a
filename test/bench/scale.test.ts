import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { coreShare, deployed, requestCpuMs } from '../../bench/measured.ts'
import { alternatives, billOf } from '../../bench/scale/bill.ts'
import { measureSignups } from '../../bench/scale/measure.ts'
import { simulate } from '../../bench/scale/simulate.ts'

const load = { createRequests: 2, confirmRequests: 1, holdSeconds: 60, seconds: 600 }

describe('a simulated load', () => {
  test('that fits makes no queue, and is drained when the last contact is confirmed', () => {
    const course = simulate({ ...load, signupsPerSecond: 10, requestsPerSecond: 30 })

    expect(course).toMatchObject({
      maxQueued: 0,
      maxInFlight: 600,
      medianWaitSeconds: 0,
      lastWaitSeconds: 0,
      drainSeconds: 60,
    })
  })

  test('that does not fit waits, and what is to be confirmed comes first', () => {
    const course = simulate({ ...load, signupsPerSecond: 100, requestsPerSecond: 30 })

    // 15 a second for the first 60 s, then 7.5 beside as many requests that confirm, and so on.
    expect(course.queued[59]).toBe(60 * 85)
    expect(course.queued[119]).toBe(60 * 85 + 60 * 92.5)
    expect(course.maxInFlight).toBe(60 * 15)
    // 60,000 signups of 3 requests each.
    expect(course.drainSeconds + load.seconds).toBeGreaterThanOrEqual(6_000)
    expect(course.drainSeconds + load.seconds).toBeLessThan(6_000 * 1.02)
    expect(course.lastWaitSeconds).toBeLessThanOrEqual(course.drainSeconds)
    expect(course.medianWaitSeconds / course.lastWaitSeconds).toBeCloseTo(0.5, 1)
  })

  test.each([0.1, 1, 1_000])('of %f signups a second delivers every one', (signupsPerSecond) => {
    const course = simulate({ ...load, signupsPerSecond, requestsPerSecond: 100 })

    expect(course.queued.at(-1)).toBeCloseTo(0)
  })
})

test('the model and the simulation of a backlog agree within 5 %', async () => {
  const [signupsPerSecond, seconds, searchLagSeconds, rate_limit] = [20, 60, 30, 334]
  const measured = await measureSignups({
    signupsPerSecond,
    seconds,
    searchLagSeconds,
    rate_limit,
    workers: 2,
    memoryMb: 1_769,
    latencyMs: 80,
  })
  const { createRequests, confirmRequests } = measured
  expect(measured.delivered).toBe(measured.signups)
  expect({ createRequests, confirmRequests }).toEqual({ createRequests: 2, confirmRequests: 1 })

  const course = simulate({
    signupsPerSecond: measured.signups / seconds,
    seconds,
    requestsPerSecond: (0.97 * rate_limit) / 10,
    createRequests,
    confirmRequests,
    holdSeconds: searchLagSeconds,
  })

  const ratios = [
    course.maxQueued / measured.maxQueued,
    course.drainSeconds / measured.drainSeconds,
    course.lastWaitSeconds / measured.lastWaitSeconds,
    // The batches of the two workers are in flight, too.
    (course.maxInFlight + 20) / measured.maxInFlight,
  ]
  for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.05)
})

test('a signup alone in the model takes two invocations and five requests to SQS', async () => {
  const measured = await measureSignups({
    signupsPerSecond: 0.02,
    seconds: 100,
    searchLagSeconds: 10,
    rate_limit: 1_667,
    workers: 2,
    memoryMb: 1_769,
    latencyMs: 80,
  })

  expect(measured).toMatchObject({ requests: 3, workerInvocations: 2, sqsRequests: 5 })
})

describe('the bill of a million signups', () => {
  const none = {
    memoryMb: 1_024,
    webhookMs: 0,
    workerInvocations: 0,
    workerMs: 0,
    sqsRequests: 0,
    logBytes: 0,
  }

  test.each([
    ['none of the rest', {}, { 'HTTP API': 1, webhook: 0.2, total: 1.2 }],
    ['a webhook of 100 ms', { webhookMs: 100 }, { webhook: 0.2 + 1.333_34 }],
    ['the same at a quarter of a GB', { webhookMs: 100, memoryMb: 256 }, { webhook: 0.533_335 }],
    ['two invocations of 50 ms', { workerInvocations: 2, workerMs: 100 }, { worker: 1.733_34 }],
    ['five requests to SQS', { sqsRequests: 5 }, { SQS: 2.5 }],
    ['2,000 bytes of log', { logBytes: 2_000 }, { logs: 1, total: 2.2 }],
  ])('with %s', (_name, usage, expected) => {
    const bill = billOf({ ...none, ...usage })

    for (const [name, price] of Object.entries(expected)) expect(bill[name]).toBeCloseTo(price, 9)
  })

  test('elsewhere', () => {
    expect(Object.values(alternatives).map(Math.round)).toEqual([17_800, 10_125])
  })
})

test('a smaller function computes a request as much longer as its part of a core is smaller', () => {
  expect(coreShare(1_769)).toBe(1)
  expect(requestCpuMs(256) / requestCpuMs(1_769)).toBeCloseTo(1_769 / 256)
})

describe('docs/performance.md has the simulation of', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/performance.md'), 'utf8')

  test.each([
    [100, 1_667],
    [1_000, 1_667],
    [100, 4_167],
    [1_000, 4_167],
  ])('%i signups a second with %i requests in 10 s', (signupsPerSecond, rate_limit) => {
    const [name, limit] = [signupsPerSecond, rate_limit].map((value) => value.toLocaleString('en'))
    const row = page.split('\n').find((line) => line.startsWith(`| ${name} | ${limit} | amounts |`))
    const cells = row?.split('|').map((cell) => Number(cell.replaceAll(',', ''))) ?? []

    const course = simulate({
      signupsPerSecond,
      seconds: 3_600,
      requestsPerSecond: (0.966 * rate_limit) / 10,
      createRequests: 2,
      confirmRequests: 1,
      holdSeconds: 180,
    })

    expect(Math.abs((cells[6] ?? -1) - course.maxQueued)).toBeLessThanOrEqual(
      0.01 * course.maxQueued,
    )
    expect(Math.abs((cells[7] ?? 0) / course.maxInFlight - 1)).toBeLessThan(0.01)
  })
})

test('the simulations have the memory, the workers and the lag of serverless.yml', () => {
  const template = readFileSync(resolve(import.meta.dirname, '../../serverless.yml'), 'utf8')
  const setting = (name: string) => Number(template.match(`\\b${name}: (\\d+)`)?.[1])

  expect(deployed).toEqual({
    memoryMb: setting('memorySize'),
    workers: setting('maximumConcurrency'),
    searchLagSeconds: setting('searchLagSeconds'),
  })
})
