/** `npm run bench` runs every benchmark, `npm run bench -- read` the ones that are named. */
const benchmarks: Readonly<Record<string, () => Promise<{ run: () => Promise<void> }>>> = {
  pace: () => import('./pace.ts'),
  people: () => import('./people.ts'),
  read: () => import('./read.ts'),
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(
    `No such benchmark: ${unknown.join(', ')}. There is ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(1)
}
for (const [name, load] of Object.entries(benchmarks)) {
  if (named.length > 0 && !named.includes(name)) continue
  const benchmark = await load()
  await benchmark.run()
}
