/** `npm run bench` runs every benchmark; `npm run bench -- read` only the named ones. */
const benchmarks: Readonly<Record<string, () => Promise<{ run: () => Promise<void> }>>> = {
  pace: () => import('./pace.ts'),
  people: () => import('./people.ts'),
  read: () => import('./read.ts'),
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(
    `No benchmark is named ${unknown.join(', ')}: use ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(1)
}
for (const [name, load] of Object.entries(benchmarks)) {
  if (names.length > 0 && !names.includes(name)) continue
  const benchmark = await load()
  await benchmark.run()
}
