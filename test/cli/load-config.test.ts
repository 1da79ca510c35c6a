import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { configFile, loadConfig } from '../../src/cli/load-config.ts'
import { editedFolder } from '../e2e/started.ts'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

describe('configFile', () => {
  test('returns bridge.config.ts of the repository', () => {
    expect(configFile({})).toBe(join(root, 'bridge.config.ts'))
    expect(configFile({ BRIDGE_CONFIG: '' })).toBe(join(root, 'bridge.config.ts'))
  })

  test('returns the file that BRIDGE_CONFIG names', () => {
    const file = 'scripts/build.ts'

    expect(configFile({ BRIDGE_CONFIG: file })).toBe(join(root, file))
  })

  test('throws one line when there is no such file', () => {
    expect(() => configFile({ BRIDGE_CONFIG: 'nowhere.config.ts' })).toThrow(
      'There is no nowhere.config.ts in the repository: check BRIDGE_CONFIG.',
    )
  })
})

describe('loadConfig', () => {
  test('loads a config that imports JSON and names of a CommonJS package', async () => {
    const folder = editedFolder()
    try {
      const file = join(folder, 'bridge.config.ts')
      writeFileSync(
        file,
        `import { defineBridge, signup } from '#bridge'
        import { Busboy } from '@fastify/busboy'
        import { name } from 'yaml/package.json'
        export default defineBridge({ sources: { [name]: signup({ tags: [typeof Busboy] }) } })`,
      )

      const { sources } = await loadConfig(file)

      expect(sources.yaml?.options.tags).toEqual(['function'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('npm run build stops with one message when the config is invalid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-config-'))
  try {
    const file = join(folder, 'faulty.config.ts')
    const library = join(root, 'src/lib/index.ts')
    writeFileSync(
      file,
      `import { defineBridge, signup } from '${library}'
      export default defineBridge({ sources: { 'Not a name': signup(), Neither: signup() } })`,
    )
    const building = run(process.execPath, [join(root, 'scripts/build.ts')], {
      env: { BRIDGE_CONFIG: file },
    })

    await expect(building).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^\S+faulty\.config\.ts: .*Not a name.*Neither.*\n$/),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
