/**
 * Compiles a pattern in which `*` matches one path segment. The returned function returns the
 * segments that a path has for each `*`, still encoded, or undefined if the path does not match.
 */
export const createPathPattern = (pattern: string) => {
  const expression = pattern
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '([^/]*)')
  const whole = new RegExp(`^${expression}$`)
  return (path: string): readonly string[] | undefined => whole.exec(path)?.slice(1)
}
