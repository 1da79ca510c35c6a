import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Budgets, complaints, type Figures } from '../../scripts/budgets/compare.ts'
import { startInit } from '../../scripts/budgets/init.ts'
import { withBundles } from '../../scripts/budgets/run.ts'

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
  const entries = await withBundles([], async ({ weights }) =>
    weights.map(({ name, sizes, start, later }) => {
      const figures = { ...sizes, initCpu: 2 }
      return [name, { figures, start, later }] as const
    }),
  )
  budgets = Object.fromEntries(entries) as Budgets
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

describe('the CPU time of INIT', () => {
  test('counts what INIT does, and what it leaves to a timer', async () => {
    const busy = 'let sum = 0; for (let n = 0; n < 1e8; n += 1) sum += n % 7; globalThis.sum = sum'
    const files = Object.entries({
      idle: '',
      now: busy,
      soon: `setTimeout(() => { ${busy} }, 1)`,
    }).map(([name, code]) => {
      const file = join(folder, `${name}.mjs`)
      writeFileSync(file, code)
      return file
    })
    await using init = await startInit(folder)

    const [idle = 0, now, soon] = await init.cpu(files, 1)

    expect(now).toBeGreaterThan(2 * idle)
    expect(soon).toBeGreaterThan(2 * idle)
  })

  test('names the modules in which a profile finds it', () => {
    const measured = { ...bundle, figures: { ...sizes, initCpu: 9 }, samples: { zod: 3, svix: 1 } }

    expect(complaints(measured, recorded).slice(-3)).toEqual([
      'Where the time of INIT goes:',
      '  zod: 75 %',
      '  svix: 25 %',
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
