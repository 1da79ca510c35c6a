import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = resolve(import.meta.dirname, '../../scripts/require-node.mjs')
/** Runs the check as if this Node were another. */
const runAs = (version: string) =>
  promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    `Object.defineProperty(process.versions, 'node', { value: '${version}' })
     Object.defineProperty(process, 'version', { value: 'v${version}' })
     await import('${script}')`,
  ])

test.each(['20.20.2', '22.12.0', '24.1.0'])(
  'Node %s is told which Node to install, in one line',
  async (version) => {
    await expect(runAs(version)).rejects.toMatchObject({
      code: 1,
      stderr: `signup bridge needs Node 24.2 or newer and this is v${version}: install it from https://nodejs.org\n`,
    })
  },
)

test.each(['24.2.0', '24.21.0', '26.0.0'])('Node %s goes on', async (version) => {
  expect(await runAs(version)).toEqual({ stdout: '', stderr: '' })
})
