import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { buildOptions } from '../../scripts/build.ts'
import * as presets from '../../src/lib/sources/index.ts'
import { fileName } from '../support/fixtures.ts'
import { functionNames, root } from './package-service.ts'

const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-presets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const presetFiles = Object.keys(presets).map((preset) => `src/lib/sources/${fileName(preset)}.ts`)

/** The presets' files of which code is in the bundles of a config, by function. */
const presetsIn = async (config: string): Promise<Record<string, string[]>> => {
  const configFile = join(folder, 'bridge.config.ts')
  writeFileSync(configFile, config)
  const files: Record<string, string[]> = {}
  for (const [at, options] of buildOptions({ configFile, outDir: folder }).entries()) {
    const bridge = { '#bridge': join(root, 'src/lib/index.ts') }
    const alias = { ...options.alias, ...bridge }
    const { metafile } = await esbuild.build({ ...options, alias, write: false, metafile: true })
    const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
    const bundled = new Set(
      inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput ? [file] : [])),
    )
    files[functionNames[at] ?? ''] = presetFiles.filter((file) => bundled.has(file))
  }
  return files
}

test.each([
  ['clerk(), typeform(), form()', ['clerk', 'form', 'signup', 'typeform']],
  ['netlify(), stripe()', ['netlify', 'signup', 'stripe']],
])('the bundles of %s have no preset that the config does not name', async (calls, expected) => {
  const names = calls.match(/\w+(?=\()/g) ?? []
  const sources = names.map((name) => `${name}: ${name}()`).join(', ')
  const config = `import { defineBridge, ${names.join(', ')} } from '#bridge'
    export default defineBridge({ sources: { ${sources} } })`
  const files = expected.map((name) => `src/lib/sources/${name}.ts`)

  // The source of queue records without one is a signup().
  expect(await presetsIn(config)).toEqual({ webhook: files, worker: files })
})
