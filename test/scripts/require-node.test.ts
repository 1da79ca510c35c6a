import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = resolve(import.meta.dirname, '../../scripts/require-node.cjs')
/** Runs the script as if this Node had another version. */
const runAs = (version: string) =>
  promisify(execFile)(process.execPath, [
    '--input-type=commonjs',
    '--eval',
    `Object.defineProperty(process.versions, 'node', { value: '${version}' })
     Object.defineProperty(process, 'version', { value: 'v${version}' })
     require('${script}')`,
  ])

test.each(['20.20.2', '22.12.0', '24.1.0'])(
  'require-node rejects Node %s and says in one line which version to install',
  async (version) => {
    await expect(runAs(version)).rejects.toMatchObject({
      code: 1,
      stderr: `signup bridge needs Node 24.2 or newer and this is v${version}: install it from https://nodejs.org\n`,
    })
  },
)

test.each(['24.2.0', '24.21.0', '26.0.0'])('require-node accepts Node %s', async (version) => {
  expect(await runAs(version)).toEqual({ stdout: '', stderr: '' })
})
