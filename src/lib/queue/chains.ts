import type { Opened } from './read-record.ts'

/** Records in chains that may run side by side: two that share a key stand in one, in order. */
export const toChains = (openeds: readonly Opened[]): Opened[][] => {
  let chains: { readonly keys: ReadonlySet<string>; readonly openeds: Opened[] }[] = []
  for (const opened of openeds) {
    const joined = chains.filter(({ keys }) => opened.keys.some((key) => keys.has(key)))
    const chain = {
      keys: new Set([...opened.keys, ...joined.flatMap(({ keys }) => [...keys])]),
      openeds: [...joined.flatMap((each) => each.openeds), opened],
    }
    chains = [...chains.filter((each) => !joined.includes(each)), chain]
  }
  const position = (opened: Opened | undefined) => (opened ? openeds.indexOf(opened) : -1)
  return chains
    .map((chain) => chain.openeds.toSorted((a, b) => position(a) - position(b)))
    .toSorted(([a], [b]) => position(a) - position(b))
}
