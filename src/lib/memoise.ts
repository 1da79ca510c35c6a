/**
 * Returns a function that computes each result once, for values that repeat, such as the labels of
 * a form. It keeps at most `maxEntries` results, and clears them all before it would keep another.
 *
 * @param compute pure
 */
export const memoise = <Result>(
  compute: (text: string) => Result,
  { maxEntries = 1_000 }: { readonly maxEntries?: number } = {},
): ((text: string) => Result) => {
  const results = new Map<string, { readonly result: Result }>()
  return (text) => {
    const known = results.get(text)
    if (known) return known.result
    const result = compute(text)
    if (results.size >= maxEntries) results.clear()
    results.set(text, { result })
    return result
  }
}

/** Returns a function that computes the result of each object once, as of a source of the config. */
export const memoiseByObject = <Key extends object, Result>(
  compute: (key: Key) => Result,
): ((key: Key) => Result) => {
  const results = new WeakMap<Key, { readonly result: Result }>()
  return (key) => {
    const known = results.get(key)
    if (known) return known.result
    const result = compute(key)
    results.set(key, { result })
    return result
  }
}

/** Returns a function that makes its value when it is first called, and keeps it. */
export const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
