/** Rows of text as columns, each as wide as its widest cell; numbers are right-aligned. */
export const toTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] => {
  const widthOf = (column: number): number =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length))
  const isNumber = (column: number): boolean =>
    rows.every((row) => /^[\d,]+$/.test(row[column] ?? ''))
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) =>
        isNumber(column) ? cell.padStart(widthOf(column)) : cell.padEnd(widthOf(column)),
      )
      .join('  ')
      .trimEnd(),
  )
}
