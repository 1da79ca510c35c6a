/** A part as percent, such as `97.1 %`. */
export const percent = (part: number): string => `${(part * 100).toFixed(1)} %`

/** Prints a title, and rows in columns as wide as their widest cell. */
export const printTable = (
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void => {
  const widths = headings.map((heading, at) =>
    Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  console.log(title)
  for (const row of [headings, ...rows]) {
    console.log(`  ${row.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')}`)
  }
}
