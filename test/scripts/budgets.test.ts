import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Budgets, complaints, type Figures } from '../../scripts/budgets/compare.ts'
import { check, record, withBundles } from '../../scripts/budgets/run.ts'

/** Adds code to a file of the bridge, in the bundles alone. */
const plant = (file: string, code: string): Plugin => ({
  name: 'plant',
  setup: ({ onLoad }) =>
    onLoad({ filter: new RegExp(`/${file}$`) }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n${code}`,
      loader: 'ts',
      resolveDir: dirname(path),
    })),
})

const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-planted-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a module, and returns the line that imports it. */
const importOf = (name: string, code: string): string => {
  writeFileSync(join(folder, name), code)
  return `import ${JSON.stringify(join(folder, name))}`
}

let budgets: Budgets
beforeAll(async () => {
  budgets = await record({ rounds: 1 })
})

/** What is over budget in size when code is planted; the CPU time of INIT counts as unchanged. */
const complaintsAbout = (...plugins: readonly Plugin[]) =>
  withBundles(plugins, async ({ weights }) =>
    weights.flatMap((weight) => {
      const recorded = budgets[weight.name]
      const figures: Figures = { ...recorded.figures, ...weight.sizes }
      return complaints({ ...weight, figures }, recorded)
    }),
  )

/** The first words of each complaint. */
const exceeded = (lines: readonly string[]) =>
  lines.flatMap((line) => /^(\w+: [\w ]+):/.exec(line)?.[1] ?? [])

describe('the size of a bundle', () => {
  test('is within its budgets unchanged, and when it grows by a little', async () => {
    const little = `Object.assign(globalThis, { little: '${'little '.repeat(300)}' })`

    expect(await complaintsAbout(plant('src/handlers/worker.ts', little))).toEqual([])
  })

  test('names each package that is imported, and through which files', async () => {
    const files = {
      stripe: 'src/lib/aws/sqs.ts',
      svix: 'src/lib/transform/text.ts',
      yaml: 'src/lib/clock.ts',
      // Something nearer loads it too, but later.
      '@fastify/busboy': 'src/lib/transform/time.ts',
    }
    const plants = Object.entries(files).map(([name, file]) =>
      plant(file, `import * as planted from '${name}'\nObject.assign(globalThis, { planted })`),
    )

    const lines = await complaintsAbout(...plants)

    const all = ['code loaded by INIT', 'modules loaded by INIT', 'all code', 'the zip']
    expect(exceeded(lines)).toEqual([
      ...all.map((what) => `webhook: ${what}`),
      ...all.map((what) => `worker: ${what}`),
    ])
    for (const [name, file] of Object.entries(files)) {
      const by = String.raw`imported by src/handlers/\w+\.ts → ([\w/.-]+ → )*${file}`
      const line = expect.stringMatching(new RegExp(`^  ${name}: new, [\\d.]+ KB, ${by}$`))
      expect(lines.slice(5, 10)).toContainEqual(line)
    }
  })

  test('names a new file, and one that grows', async () => {
    const heavy = `Object.assign(globalThis, { heavy: '${'heavy '.repeat(5_000)}' })`

    const lines = await complaintsAbout(
      plant('src/handlers/webhook.ts', importOf('heavy.ts', heavy)),
      plant('src/handlers/worker.ts', heavy),
    )

    const grown = [
      ['webhook', /^ {2}\S+\/heavy\.ts: new, 30\.0 KB, imported by src\/handlers\/webhook\.ts$/],
      ['worker', /^ {2}src\/handlers\/worker\.ts: 30\.0 KB more, 3\d\.\d KB$/],
    ] as const
    expect(lines).toEqual(
      grown.flatMap(([name, line]) => [
        expect.stringMatching(
          new RegExp(`^${name}: code loaded by INIT: [\\d.]+ KB, the budget is [\\d.]+ KB$`),
        ),
        expect.stringMatching(new RegExp(`^${name}: all code: [\\d.]+ KB, the budget is`)),
        'What grew in the code that INIT loads:',
        expect.stringMatching(line),
        'What grew in all code:',
        expect.stringMatching(line),
      ]),
    )
  })

  test('counts what import() loads: during INIT as loaded by it, else in all code', async () => {
    const lines = await complaintsAbout(
      plant('src/handlers/webhook.ts', "export const later = () => import('stripe')"),
      plant('src/handlers/worker.ts', "export const now = await import('stripe')"),
    )

    expect(exceeded(lines)).toEqual([
      'webhook: all code',
      'webhook: the zip',
      'worker: code loaded by INIT',
      'worker: modules loaded by INIT',
      'worker: all code',
      'worker: the zip',
    ])
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}stripe: new, .* KB, imported by src\/handlers\/webhook\.ts$/),
    )
  })

  test('counts code that INIT did not load before, and modules however small', async () => {
    const imports = Array.from({ length: 30 }, (_, index) =>
      importOf(`small-${index}.ts`, `Object.assign(globalThis, { small: ${index} })`),
    )

    const lines = await complaintsAbout(
      plant('src/handlers/webhook.ts', "export * as busboy from '@fastify/busboy'"),
      plant('src/handlers/worker.ts', imports.join('\n')),
    )

    expect(exceeded(lines)).toEqual([
      'webhook: code loaded by INIT',
      'webhook: modules loaded by INIT',
      'worker: modules loaded by INIT',
    ])
    expect(lines[3]).toMatch(
      /^ {2}@fastify\/busboy: new, .* KB, imported by src\/handlers\/webhook\.ts$/,
    )
    expect(lines.slice(-6)).toEqual([
      ...Array.from({ length: 5 }, () =>
        expect.stringMatching(
          /\/small-\d+\.ts: new, \d+ bytes, imported by src\/handlers\/worker\.ts$/,
        ),
      ),
      '  and 25 more',
    ])
  })
})

/** Needs more CPU time than all of INIT. */
const busy = 'let sum = 0; for (let n = 0; n < 1e8; n += 1) sum += n % 7; globalThis.sum = sum'

describe('the CPU time of INIT', () => {
  test('counts what INIT leaves to a timer, and names a busy module', {
    timeout: 120_000,
  }, async () => {
    const plugins = [
      plant('src/handlers/webhook.ts', importOf('now.ts', busy)),
      plant('src/handlers/worker.ts', importOf('soon.ts', `setTimeout(() => { ${busy} }, 1)`)),
    ]

    const { complaints: lines, usage } = await check(budgets, { plugins, rounds: 1 })

    const of = (name: string, file: string) => [
      expect.stringMatching(new RegExp(`^${name}: CPU time of INIT: [\\d.]+ × the reference, the`)),
      'What grew in the code that INIT loads:',
      expect.stringMatching(
        new RegExp(`/${file}: new, \\d+ bytes, imported by src/handlers/${name}`),
      ),
      'Where the time of INIT goes:',
      expect.stringMatching(new RegExp(`/${file}: [5-9]\\d %$`)),
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^ {2}\S+: \d+ %$/)),
    ]
    expect(lines).toEqual([...of('webhook', 'now.ts'), ...of('worker', 'soon.ts')])
    expect(usage).toEqual([
      expect.stringMatching(/^webhook .* CPU time of INIT [\d.]+ × the reference \(\d{3,} %\)$/),
      expect.stringMatching(/^worker .* CPU time of INIT [\d.]+ × the reference \(\d{3,} %\)$/),
    ])
  })

  const sizes = { startBytes: 100, startModules: 10, allBytes: 100, zipBytes: 50 }
  const bundle = { name: 'webhook', sizes, start: {}, later: {}, importPath: () => [] } as const
  const recorded = { figures: { ...sizes, initCpu: 2 }, start: {}, later: {} }

  test.each([1, 2, 2.1, 2.29])('may be %d times the reference if 2 is recorded', (initCpu) => {
    expect(complaints({ ...bundle, figures: { ...sizes, initCpu } }, recorded)).toEqual([])
  })

  test.each([2.31, 2.66, 20, Number.NaN])(
    'may not be %d times the reference if 2 is recorded',
    (initCpu) => {
      expect(complaints({ ...bundle, figures: { ...sizes, initCpu } }, recorded)).toEqual([
        expect.stringContaining('the budget is 2.30 × the reference'),
        'What grew in the code that INIT loads:',
        '  no module grew: one that was there already does more',
      ])
    },
  )
})
