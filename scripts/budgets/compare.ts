import type { FunctionName } from '../build.ts'
import type { Modules, Weight } from './weigh.ts'

type FigureName = keyof Weight['sizes'] | 'initCpu'

/** The figures of a bundle that a budget limits. */
export type Figures = Readonly<Record<FigureName, number>>
export type Measured = Weight & {
  readonly figures: Figures
  /** Samples of a profile by module, taken if INIT is over budget. */
  readonly samples?: Modules | undefined
}

/** The figures that budgets derive from, and by which a module is found that is new or grew. */
export type Recorded = {
  readonly figures: Figures
  readonly start: Modules
  readonly later: Modules
}
export type Budgets = Readonly<Record<FunctionName, Recorded>>

type Limit = {
  readonly what: string
  /** By how much of the recorded figure it may be exceeded. */
  readonly slack: number
  readonly toText: (figure: number) => string
  /** Where the modules are that count. */
  readonly part: 'start' | 'all'
}

const percentOf = (part: number, all: number): string => `${Math.round((part / all) * 100)} %`
const formatBytes = (bytes: number): string =>
  bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} KB`

export const limits: Readonly<Record<FigureName, Limit>> = {
  startBytes: { what: 'code loaded by INIT', slack: 0.03, toText: formatBytes, part: 'start' },
  startModules: {
    what: 'modules loaded by INIT',
    slack: 0.03,
    toText: (count) => String(Math.floor(count)),
    part: 'start',
  },
  allBytes: { what: 'all code', slack: 0.03, toText: formatBytes, part: 'all' },
  zipBytes: { what: 'the zip', slack: 0.03, toText: formatBytes, part: 'all' },
  initCpu: {
    what: 'CPU time of INIT',
    // More than two runs differ by on a busy machine.
    slack: 0.15,
    toText: (figure) => `${figure.toFixed(2)} × the reference`,
    part: 'start',
  },
}

const names = Object.keys(limits) as readonly FigureName[]

const budgetOf = (name: FigureName, { figures }: Recorded): number =>
  figures[name] * (1 + limits[name].slack)

/** Whether a figure is over budget; one that is not recorded is. */
export const exceeds = (name: FigureName, { figures }: Measured, recorded: Recorded): boolean =>
  !(figures[name] <= budgetOf(name, recorded))

/** How much of its budgets a bundle uses, in one line. */
export const usage = (measured: Measured, recorded: Recorded): string => {
  const parts = names.map((name) => {
    const figure = measured.figures[name]
    const percent = percentOf(figure, budgetOf(name, recorded))
    return `${limits[name].what} ${limits[name].toText(figure)} (${percent})`
  })
  return `${measured.name.padEnd(8)} ${parts.join(', ')}`
}

const added = (a: Modules, b: Modules): Modules => {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}

const modulesOf = (
  { start, later }: Pick<Recorded, 'start' | 'later'>,
  part: Limit['part'],
): Modules => (part === 'start' ? start : added(start, later))

const listed = 5
/** The names in minified code are of different lengths each time anything changes. */
const noiseBytes = 32

/** The modules that grew most since the record, one a line: by how much, and who imports them. */
const growth = (measured: Measured, recorded: Recorded, part: Limit['part']): readonly string[] => {
  const before = modulesOf(recorded, part)
  const grown = Object.entries(modulesOf(measured, part))
    .map(([module, bytes]) => ({ module, bytes, more: bytes - (before[module] ?? 0) }))
    .filter(({ bytes, more }) => more > noiseBytes || more === bytes)
    .toSorted((a, b) => b.more - a.more)
  const lines = grown.slice(0, listed).map(({ module, bytes, more }) => {
    const change =
      more === bytes
        ? `new, ${formatBytes(bytes)}`
        : `${formatBytes(more)} more, ${formatBytes(bytes)}`
    const importers = measured.importPath(module).slice(0, -1).join(' → ')
    return `  ${module}: ${change}${importers && `, imported by ${importers}`}`
  })
  if (lines.length === 0) return ['  no module grew: one that was there already does more']
  return grown.length > listed ? [...lines, `  and ${grown.length - listed} more`] : lines
}

/** The modules that need most of INIT's time, one a line, after a line that says so. */
const busiest = ({ samples = {} }: Measured): readonly string[] => {
  const sorted = Object.entries(samples).toSorted(([, a], [, b]) => b - a)
  const all = sorted.reduce((sum, [, count]) => sum + count, 0)
  if (all === 0) return []
  const lines = sorted
    .slice(0, listed)
    .map(([module, count]) => `  ${module}: ${percentOf(count, all)}`)
  return ['Where the time of INIT goes:', ...lines]
}

const titles = {
  start: 'What grew in the code that INIT loads:',
  all: 'What grew in all code:',
} as const

/**
 * Describes each figure that is over budget, and then what grew.
 *
 * @returns no lines if the bundle is within its budgets
 */
export const complaints = (measured: Measured, recorded: Recorded): readonly string[] => {
  const over = names.filter((name) => exceeds(name, measured, recorded))
  const figures = over.map((name) => {
    const { what, toText } = limits[name]
    const budget = toText(budgetOf(name, recorded))
    return `${measured.name}: ${what}: ${toText(measured.figures[name])}, the budget is ${budget}`
  })
  const parts = (['start', 'all'] as const).filter((part) =>
    over.some((name) => limits[name].part === part),
  )
  return [
    ...figures,
    ...parts.flatMap((part) => [titles[part], ...growth(measured, recorded, part)]),
    ...(over.includes('initCpu') ? busiest(measured) : []),
  ]
}
