/** A quantile of a list by the nearest rank; NaN of an empty one. */
export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN

/** The share of one CPU that Lambda gives a memory size: 1,769 MB is one CPU. */
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
export const shareOf = (memoryMb: number): number => Math.min(1, memoryMb / 1_769)

// arm64, us-east-1: https://aws.amazon.com/lambda/pricing/
const usdPerGbSecond = 0.0000133334
const usdPerMillionRequests = 0.2

/** What a million invocations cost, in US dollars; Lambda bills each started millisecond. */
export const usdPerMillion = (memoryMb: number, billedMs: number): number =>
  (memoryMb / 1_024) * Math.ceil(billedMs) * 1_000 * usdPerGbSecond + usdPerMillionRequests

/** Rows in columns: texts to the left, figures to the right. */
export const formatTable = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return rows.map((row) => `  ${line(row)}`).join('\n')
}
