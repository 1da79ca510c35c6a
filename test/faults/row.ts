import { strict as assert } from 'node:assert'
import type { Counters, Scene } from './scene.ts'

/** One fault, what it is thrown at, and what must come of it. */
export type Row = {
  /** As in docs/reliability.md. */
  readonly name: string
  /** A sentence of the contract. */
  readonly title: string
  /** How many signups (or people, or runs): in `npm test`, and in `npm run faults`. */
  readonly sizes: { readonly short: number; readonly full: number }
  /** Measures the process, and so needs one to itself: it is not in `npm test`. */
  readonly alone?: true
  /** Gives its figures; throws where one is missed. */
  readonly run: (size: number) => Promise<readonly string[]>
}

export const number = (count: number): string => count.toLocaleString('en')
export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
export const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** @throws AssertionError unless a figure keeps to its bound */
export const atMost = (what: string, figure: number, bound: number): string => {
  assert.ok(figure <= bound, `${what}: ${figure} is above ${bound}`)
  return `${what} ${Number(figure.toFixed(3))}`
}

/** @throws AssertionError unless a figure is just that */
export const exactly = (what: string, figure: number, wanted: number): string => {
  assert.equal(figure, wanted, what)
  return `${what} ${number(figure)}`
}

/** Waits until everything is delivered or parked, and sums up what must be 0. */
export const drainAndAudit = async (...scenes: readonly Scene[]): Promise<string> => {
  const sum: Record<keyof Counters, number> = { lost: 0, duplicated: 0, stale: 0, leaked: 0 }
  for (const scene of scenes) {
    await scene.model.drained()
    const counters = scene.audit()
    for (const name of Object.keys(sum) as (keyof Counters)[]) sum[name] += counters[name]
  }
  const { lost, duplicated, stale, leaked } = sum
  const text = `lost ${lost}, duplicated ${duplicated}, stale ${stale}, leaked ${leaked}`
  assert.equal(text, 'lost 0, duplicated 0, stale 0, leaked 0')
  return text
}
