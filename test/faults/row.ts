import { strict as assert } from 'node:assert'
import type { Counters, Scene } from './scene.ts'

/** One fault, the signups it meets, and the bounds that must hold. */
export type Row = {
  /** A short plain name, as docs/reliability.md has it. */
  readonly name: string
  /** What must hold, as a sentence. */
  readonly title: string
  /** How many signups (or people, or runs): in `npm test`, and in `npm run faults`. */
  readonly sizes: { readonly short: number; readonly full: number }
  /** Measures the process, so it needs one to itself and does not run in `npm test`. */
  readonly alone?: true
  /** Returns its figures; throws when one is out of bounds. */
  readonly run: (size: number) => Promise<readonly string[]>
}

export const number = (count: number): string => count.toLocaleString('en')
export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
export const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** @throws AssertionError when a figure is above its bound */
export const atMost = (what: string, figure: number, bound: number): string => {
  assert.ok(figure <= bound, `${what}: ${figure} is above ${bound}`)
  return `${what} ${Number(figure.toFixed(3))}`
}

/** @throws AssertionError when a figure is not the expected one */
export const exactly = (what: string, figure: number, expected: number): string => {
  assert.equal(figure, expected, what)
  return `${what} ${number(figure)}`
}

/**
 * Waits until everything is delivered or parked, then returns the counters of all scenes, summed.
 *
 * @throws AssertionError when one is not 0
 */
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
