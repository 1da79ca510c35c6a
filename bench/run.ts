type Benchmark = { readonly run: (args: readonly string[]) => Promise<void> }

/**
 * `npm run bench` runs every benchmark; `npm run bench -- read` only the named ones. Options follow
 * the names.
 */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  cold: () => import('./cold.ts'),
  pace: () => import('./pace.ts'),
  people: () => import('./people.ts'),
  read: () => import('./read.ts'),
  scale: () => import('./scale.ts'),
}

const args = process.argv.slice(2)
const firstOption = args.findIndex((arg) => arg.startsWith('-'))
const names = firstOption === -1 ? args : args.slice(0, firstOption)
const options = firstOption === -1 ? [] : args.slice(firstOption)
const fail = (message: string): never => {
  console.error(message)
  process.exit(1)
}
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  fail(`No benchmark is named ${unknown.join(', ')}: use ${Object.keys(benchmarks).join(', ')}.`)
}
if (options.length > 0 && !['cold', 'read'].includes(names.join())) {
  fail('Only the benchmarks cold and read have options: name one alone, before them.')
}
for (const [name, load] of Object.entries(benchmarks)) {
  if (names.length > 0 && !names.includes(name)) continue
  const benchmark = await load()
  await benchmark.run(options)
}
