import { type Figures, figuresOf, ratiosOf, shareOf, usdPerMillion } from './figures.ts'
import type { Start, Variant } from './start.ts'

export type Measured = ReadonlyMap<Variant, readonly Start[]>

/** Rows in columns: the first to the left, figures to the right. */
const formatTable = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const cells = (row: readonly string[]) =>
    row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
  return rows.map((row) => `  ${cells(row).join('  ').trimEnd()}`).join('\n')
}

const fixed = (value: number, digits = 1) => (Number.isNaN(value) ? '–' : value.toFixed(digits))

const isEmpty = ({ role }: Variant) => role === 'empty'

const headings = [
  '',
  'init ms',
  'cold ms',
  'median',
  'min–max',
  'Δ init',
  'Δ cold',
  'Δ median',
  'CPU ms',
  'Δ peak MB',
  'warm p50',
  'p99 ms',
  'zip KB',
]

const row = (name: string, figures: Figures, empty: Figures): string[] => [
  name,
  fixed(figures.initMs),
  fixed(figures.coldMs),
  fixed(figures.coldMedianMs),
  `${figures.coldMinMs.toFixed(0)}–${figures.coldMaxMs.toFixed(0)}`,
  fixed(figures.initMs - empty.initMs),
  fixed(figures.coldMs - empty.coldMs),
  fixed(figures.coldMedianMs - empty.coldMedianMs),
  fixed(figures.cpuMs),
  fixed(figures.peakMb - empty.peakMb),
  fixed(figures.warmP50Ms, 2),
  fixed(figures.warmP99Ms, 2),
  fixed(figures.zipBytes / 1_024),
]

/**
 * The table of one run: lower quartiles, Δ above the empty handler, then this checkout's figures as
 * multiples of the others'.
 */
export const reportStarts = (measured: Measured): string => {
  const all = [...measured].map(([variant, starts]) => ({
    variant,
    figures: figuresOf(variant, starts),
  }))
  const empty = all.find(({ variant }) => isEmpty(variant))
  if (!empty) throw new Error('no empty handler was measured')
  const rows = all.map(({ variant, figures }) => row(variant.name, figures, empty.figures))
  const ratios = all.flatMap(({ variant, figures }) => {
    const own = all.find((one) => one.variant.role === 'this' && one.variant.kind === variant.kind)
    if (!own || isEmpty(variant) || variant === own.variant) return []
    const { coldMs, coldMedianMs, initMs, cpuMs, peakMb, warmP50Ms, zipBytes } = ratiosOf(
      own.figures,
      figures,
      empty.figures,
    )
    const cells = [coldMs, coldMedianMs, initMs, cpuMs, peakMb, warmP50Ms, zipBytes]
    return [[`this ÷ ${variant.name}`, ...cells.map((cell) => fixed(cell, 2))]]
  })
  const ratioHeadings = ['', 'Δ cold', 'Δ median', 'Δ init', 'Δ CPU', 'Δ peak', 'warm p50', 'zip']
  return [formatTable([headings, ...rows]), '', formatTable([ratioHeadings, ...ratios])].join('\n')
}

/** The table of memory sizes: what is billed, and what a million invocations cost. */
export const reportMemory = (byMemory: ReadonlyMap<number, Measured>): string => {
  const rows = [...byMemory].flatMap(([memoryMb, measured]) =>
    [...measured].map(([variant, starts]) => {
      const { coldMs, warmP50Ms } = figuresOf(variant, starts)
      return [
        variant.name,
        String(memoryMb),
        shareOf(memoryMb).toFixed(3),
        coldMs.toFixed(0),
        usdPerMillion(memoryMb, coldMs).toFixed(2),
        warmP50Ms.toFixed(1),
        usdPerMillion(memoryMb, warmP50Ms).toFixed(2),
      ]
    }),
  )
  const titles = ['', 'MB', 'share', 'cold ms', 'US$ a million', 'warm ms', 'US$ a million']
  const sorted = rows.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))
  return formatTable([titles, ...sorted])
}
