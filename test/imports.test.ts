import { execFileSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-imports-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The folders of lib, in order: each may import those after it. */
const folders = [
  ...['telemetry', 'ingest', 'queue', 'deliver', 'intercom'],
  ...['config', 'sources', 'transform', 'signature'],
]
const upward = folders.flatMap((lower, index) =>
  folders
    .slice(0, index)
    .map((upper) => ({ lower, upper, path: `src/lib/${lower}/to-${upper}.ts` })),
)
const downward = folders.flatMap((upper, index) =>
  folders.slice(index + 1).map((lower) => `src/lib/${upper}/to-${lower}.ts`),
)

type Diagnostic = { readonly category: string; readonly message: string; readonly path: string }

/** Runs `biome lint` with the repository's rules on files with these texts. */
const lint = (texts: Readonly<Record<string, string>>): readonly Diagnostic[] => {
  const config = JSON.parse(readFileSync(`${root}/biome.json`, 'utf8'))
  const files = {
    ...texts,
    'biome.json': JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  let report: string
  try {
    report = execFileSync(
      process.execPath,
      [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder, stdio: 'pipe', encoding: 'utf8' },
    )
  } catch (failed) {
    // Biome exits with 1 when it finds an error.
    report = String((failed as { stdout: unknown }).stdout)
  }
  const { diagnostics } = JSON.parse(report) as {
    diagnostics: readonly {
      readonly category: string
      readonly message: string
      readonly location: { readonly path: string }
    }[]
  }
  return diagnostics.map(({ category, message, location }) => ({
    category,
    message,
    path: location.path,
  }))
}

const use = (path: string) => `import { used } from '${path}'\nexport const user = used\n`
const sourceFiles = {
  ...Object.fromEntries(
    [...upward.map(({ path }) => path), ...downward].map((path) => {
      const [, other = ''] = /to-(\w+)\.ts$/.exec(path) ?? []
      // Presets are imported from the registry alone.
      return [path, use(`../${other}/${other === 'sources' ? 'index' : 'file'}.ts`)]
    }),
  ),
  'src/lib/clock.ts': use('./config/env.ts'),
  'src/lib/deliver/type-only.ts':
    "import type { Used } from '../ingest/file.ts'\nexport type User = Used\n",
  'src/lib/deliver/lazy.ts': "export const load = () => import('../ingest/file.ts')\n",
  'src/lib/deliver/re-export.ts': "export { used } from '../ingest/file.ts'\n",
  'src/lib/deliver/to-handlers.ts': use('../../handlers/worker.ts'),
  'src/lib/deliver/to-sdk.ts': use('@aws-sdk/client-sqs'),
  'src/lib/deliver/to-smithy.ts': use('@smithy/signature-v4'),
  'src/lib/deliver/to-aws.ts': use('../aws/sqs.ts'),
  'src/lib/aws/sqs.ts': use('@aws-sdk/client-sqs'),
  'src/lib/signature/to-entry.ts': use('#bridge'),
  'src/lib/signature/to-index.ts': use('../index.ts'),
  'src/lib/deliver/to-user-config.ts': use('#config'),
  'src/lib/index.ts': use('./queue/file.ts'),
  'src/lib/ingest/to-preset.ts': use('../sources/stripe.ts'),
  'src/lib/ingest/to-source-type.ts': use('../sources/source.ts'),
  'src/lib/sources/index.ts': use('./stripe.ts'),
  'sandbox/to-preset.ts': use('../src/lib/sources/stripe.ts'),
  'src/handlers/to-cli.ts': use('../cli/bridge.ts'),
  'src/cli/to-build.ts': use('../../scripts/build.ts'),
  'src/cli/to-lib.ts': use('../lib/queue/replay.ts'),
  'src/lib/queue/one.ts': "import { two } from './two.ts'\nexport const one = () => two\n",
  'src/lib/queue/two.ts':
    "import type { one } from './one.ts'\nexport const two: typeof one | undefined = undefined\n",
}

let found: readonly Diagnostic[]
beforeAll(() => {
  found = lint(sourceFiles)
})
const messagesOf = (path: string) =>
  found.filter((diagnostic) => diagnostic.path === path).map(({ message }) => message)

describe('npm run check', () => {
  test.each(upward)(
    'refuses an import of $upper in $lower, and names both',
    ({ lower, upper, path }) => {
      expect(messagesOf(path)).toEqual([
        expect.stringMatching(
          new RegExp(`^${lower} imports only what is below it, not .*\\b${upper}\\b`),
        ),
      ])
    },
  )

  test.each(downward)('allows the import in %s', (path) => {
    expect(messagesOf(path)).toEqual([])
  })

  test.each([
    ['src/lib/deliver/type-only.ts', 'deliver imports only what is below it'],
    ['src/lib/deliver/lazy.ts', 'deliver imports only what is below it'],
    ['src/lib/deliver/re-export.ts', 'deliver imports only what is below it'],
    ['src/lib/clock.ts', 'The files beside the folders import none of the folders'],
    ['src/lib/deliver/to-handlers.ts', 'lib imports nothing that imports it'],
    ['src/lib/signature/to-entry.ts', 'lib imports nothing that imports it'],
    ['src/lib/signature/to-index.ts', 'lib imports nothing that imports it'],
    ['src/lib/deliver/to-user-config.ts', 'lib imports nothing that imports it'],
    ['src/lib/index.ts', 'A config needs only config, sources'],
    ['src/lib/deliver/to-sdk.ts', 'Only src/lib/aws, src/handlers and src/cli use the AWS SDK'],
    ['src/lib/deliver/to-smithy.ts', 'Only src/lib/aws, src/handlers and src/cli use the AWS SDK'],
    ['src/lib/deliver/to-aws.ts', 'Only src/lib/aws, src/handlers and src/cli use the AWS SDK'],
    ['src/lib/ingest/to-preset.ts', 'Import presets from sources/index.ts'],
    ['sandbox/to-preset.ts', 'Import presets from sources/index.ts'],
    ['src/handlers/to-cli.ts', 'handlers imports only lib'],
    ['src/cli/to-build.ts', 'cli imports only lib'],
  ])('refuses the import in %s: %s', (path, message) => {
    expect(messagesOf(path)).toEqual([expect.stringContaining(message)])
  })

  test('refuses an import cycle, even of types', () => {
    expect(
      found.filter(({ category }) => category === 'lint/suspicious/noImportCycles'),
    ).toMatchObject([{ path: 'src/lib/queue/one.ts' }, { path: 'src/lib/queue/two.ts' }])
  })

  test.each([
    'src/lib/aws/sqs.ts',
    'src/lib/ingest/to-source-type.ts',
    'src/lib/sources/index.ts',
    'src/cli/to-lib.ts',
  ])('allows the import in %s', (path) => {
    expect(messagesOf(path)).toEqual([])
  })
})

test('biome.json has a rule for every folder of src', () => {
  const { overrides } = JSON.parse(readFileSync(`${root}/biome.json`, 'utf8')) as {
    overrides: readonly { readonly includes: readonly string[] }[]
  }
  const covered = overrides.flatMap(({ includes }) => includes)
  const foldersOf = (path: string) =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path}/${name}`)
  const folders = [
    ...foldersOf('src').filter((path) => path !== 'src/lib'),
    ...foldersOf('src/lib'),
  ]

  expect(folders.length).toBeGreaterThan(10)
  for (const folder of folders) expect(covered).toContain(`${folder}/**`)
})

test('src/lib imports lazily only packages, and files of the same folder', () => {
  const lazy = globSync('src/lib/**/*.ts', { cwd: root }).flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/\bimport\(([^)]*)\)/g)].map(
      ([, specifier]) => specifier,
    ),
  )

  expect(new Set(lazy)).toEqual(
    new Set([...["'@fastify/busboy'", "'./phone.ts'"], ...["'./answer-readers.ts'"]]),
  )
})

/** The files that a file loads at its start: through `import … from`, but not `import type` or `import()`. */
const loadedBy = (file: string, loaded = new Set<string>()): ReadonlySet<string> => {
  if (loaded.has(file)) return loaded
  loaded.add(file)
  const statements = /^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)'/gms
  for (const [statement, path = ''] of readFileSync(file, 'utf8').matchAll(statements)) {
    const names = /\{([^}]*)\}/.exec(statement)?.[1]?.split(',') ?? ['all']
    const isOfTypes = names.every((name) => /^\s*(?:type\b|$)/.test(name))
    if (!isOfTypes) loadedBy(resolve(dirname(file), path), loaded)
  }
  return loaded
}

test('the webhook loads what delivers to Intercom only in direct mode', () => {
  const loaded = [...loadedBy(join(root, 'src/handlers/webhook.ts'))]

  expect(loaded).toContain(join(root, 'src/lib/deliver/policy.ts'))
  expect(loaded.filter((file) => /deliver\/deliver\.ts$|intercom\/client\.ts$/.test(file))).toEqual(
    [],
  )
})
