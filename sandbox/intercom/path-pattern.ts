/**
 * Reads a pattern in which `*` stands for one segment, and answers what each `*` stands for in a path,
 * still encoded; `undefined` where they do not match.
 */
export const createPathPattern = (pattern: string) => {
  const expression = pattern
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '([^/]*)')
  const whole = new RegExp(`^${expression}$`)
  return (path: string): readonly string[] | undefined => whole.exec(path)?.slice(1)
}
