import type { Start, Variant } from './start.ts'

/** A quantile of a list by the nearest rank; NaN of an empty one. */
export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN

/**
 * The share of one CPU that Lambda gives a memory size: 1,769 MB bring a whole one.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const shareOf = (memoryMb: number): number => Math.min(1, memoryMb / 1_769)

/** arm64 in us-east-1: https://aws.amazon.com/lambda/pricing/ */
const usdPerGbSecond = 0.0000133334
const usdPerMillionRequests = 0.2

/** What a million invocations cost, in US dollars; Lambda bills each millisecond that it began. */
export const usdPerMillion = (memoryMb: number, billedMs: number): number =>
  (memoryMb / 1_024) * Math.ceil(billedMs) * 1_000 * usdPerGbSecond + usdPerMillionRequests

/** What the starts of one variant come to: lower quartiles, unless the name says otherwise. */
export type Figures = {
  readonly initMs: number
  readonly coldMs: number
  readonly coldMedianMs: number
  readonly coldMinMs: number
  readonly coldMaxMs: number
  readonly cpuMs: number
  /** Medians and percentiles of the processes that handled more than one event; NaN without one. */
  readonly peakMb: number
  readonly warmP50Ms: number
  readonly warmP99Ms: number
  readonly zipBytes: number
}

/**
 * Summarises the starts of a variant. The lower quartile is what a process takes when nothing
 * disturbs it: under load medians move, and it hardly does.
 */
export const figuresOf = ({ zipBytes }: Variant, starts: readonly Start[]): Figures => {
  const of = (value: (start: Start) => number, part = 0.25, among = starts) =>
    quantile(among.map(value), part)
  const warm = starts.filter(({ warmMs }) => warmMs.length > 0)
  return {
    initMs: of(({ initMs }) => initMs),
    coldMs: of(({ coldMs }) => coldMs),
    coldMedianMs: of(({ coldMs }) => coldMs, 0.5),
    coldMinMs: of(({ coldMs }) => coldMs, 0),
    coldMaxMs: of(({ coldMs }) => coldMs, 1),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakMb: of(({ peakMb }) => peakMb, 0.5, warm),
    warmP50Ms: of(({ warmMs }) => quantile(warmMs, 0.5), 0.25, warm),
    warmP99Ms: of(({ warmMs }) => quantile(warmMs, 0.99), 0.25, warm),
    zipBytes,
  }
}

/** How many times as much as another variant, each above the empty handler where that counts. */
export const ratiosOf = (figures: Figures, other: Figures, empty: Figures) => {
  const above = (key: keyof Figures) => (figures[key] - empty[key]) / (other[key] - empty[key])
  const plain = (key: keyof Figures) => figures[key] / other[key]
  return {
    coldMs: above('coldMs'),
    coldMedianMs: above('coldMedianMs'),
    initMs: above('initMs'),
    cpuMs: above('cpuMs'),
    peakMb: above('peakMb'),
    warmP50Ms: plain('warmP50Ms'),
    zipBytes: plain('zipBytes'),
  }
}
