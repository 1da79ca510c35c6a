/**
 * What the `*` of a pattern stands for in a path, one segment, still encoded; `''` for a pattern
 * without one, `undefined` where they do not match.
 */
export const matchPath = (pattern: string, path: string): string | undefined => {
  const wanted = pattern.split('/')
  const actual = path.split('/')
  const matches =
    wanted.length === actual.length &&
    wanted.every((segment, index) => segment === '*' || segment === actual[index])
  return matches ? (actual[wanted.indexOf('*')] ?? '') : undefined
}
