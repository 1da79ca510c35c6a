/**
 * Imports a bundle as Lambda's INIT does, and prints as JSON the CPU time that took, in
 * microseconds, and the files that were loaded (only if asked for: the hook itself costs time).
 *
 *     node import-bundle.mjs FILE [--files]
 */
import { registerHooks } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const [, , file, option] = process.argv
const listsFiles = option === '--files'
const files = []
if (listsFiles) {
  registerHooks({
    load: (url, context, nextLoad) => {
      files.push(url)
      return nextLoad(url, context)
    },
  })
}
const cpuMicros = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const start = cpuMicros()
await import(pathToFileURL(file).href)
// What INIT begins may go on after the import: wait until it is quiet, which a profiler never is.
let end = cpuMicros()
for (let before = 0, waits = 0; end - before > 1_000 && waits < 50; waits += 1, end = cpuMicros()) {
  before = end
  await sleep(listsFiles ? 50 : 10)
}
// Lines of the bundle's own log may come first.
process.stdout.write(`\n${JSON.stringify({ cpuMicros: end - start, files })}\n`, () =>
  process.exit(),
)
