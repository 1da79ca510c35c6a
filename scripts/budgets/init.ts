import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import { startSecretsManager } from '../../sandbox/secrets-manager.ts'
import { bundleOptions } from '../../src/cli/bundle-options.ts'
import type { Profile } from './profile.ts'

const root = resolve(import.meta.dirname, '../..')
const script = join(import.meta.dirname, 'import-bundle.mjs')
const run = promisify(execFile)

/**
 * What INIT is compared with, since a slower or busier machine needs more CPU time for both: pinned
 * code of the same kind, a package and Node's own modules.
 */
const referenceCode = `
  import { createHash } from 'node:crypto'
  import { Agent } from 'node:https'
  import * as z from 'zod'
  export const parsed = z.safeParse(z.object({ email: z.email() }), { email: 'ada@example.com' })
  export const digest = createHash('sha256').update('reference').digest()
  export const agent = new Agent({ keepAlive: true })
`

const buildReference = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'reference.mjs')
  const stdin = { contents: referenceCode, resolveDir: root }
  await esbuild.build({ ...bundleOptions, absWorkingDir: root, stdin, outfile, minify: true })
  return outfile
}

/** The environment of either function, with AWS and Intercom at `url`; nothing of this process's own. */
const environmentOf = (url: string): Record<string, string> => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'budgets',
  AWS_SECRET_ACCESS_KEY: 'budgets',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
  INTERCOM_BASE_URL: url,
  AWS_LAMBDA_FUNCTION_NAME: 'budgets',
  SIGNING_SECRET_ID: 'signing',
  INTERCOM_SECRET_ID: 'intercom',
  QUEUE_URL: `${url}/000000000000/signups.fifo`,
  DEAD_LETTER_QUEUE_URL: `${url}/000000000000/dead-letters.fifo`,
})

type Imported = { readonly cpuMicros: number; readonly files: readonly string[] }

export type Init = {
  /** The files of a bundle that INIT loads, as absolute paths. */
  readonly loadedFiles: (file: string) => Promise<readonly string[]>
  /**
   * The CPU time of the INIT of each bundle, as a multiple of the reference's; the processes take
   * turns.
   */
  readonly cpu: (files: readonly string[], rounds: number) => Promise<readonly number[]>
  readonly profile: (file: string) => Promise<Profile>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * Load adds to every time, and more to the longer one: the quotient of the least times is too high
 * if only the shorter one had a quiet moment, the median of the quotients if load comes and goes.
 */
const quotientOf = (micros: readonly number[], units: readonly number[]): number =>
  Math.min(
    Math.min(...micros) / Math.min(...units),
    median(micros.map((value, round) => value / (units[round] ?? Number.NaN))),
  )

/**
 * Starts what runs a bundle's INIT in a process of its own, with Secrets Manager on loopback.
 *
 * @param folder for the reference, which is built first, and for profiles
 */
export const startInit = async (folder: string): Promise<Init> => {
  const reference = await buildReference(folder)
  const secrets = await startSecretsManager({
    port: 0,
    secrets: { signing: '{}', intercom: 'token' },
  })
  const env = environmentOf(secrets.url)
  const importBundle = async (...args: readonly string[]): Promise<Imported> => {
    const { stdout } = await run(process.execPath, args, { env, timeout: 60_000 })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  }
  return {
    loadedFiles: async (file) => {
      const { files } = await importBundle(script, file, '--files')
      return files.map((url) => fileURLToPath(url))
    },
    cpu: async (files, rounds) => {
      const all = [reference, ...files]
      const rows: number[][] = []
      for (let round = 0; round < rounds; round += 1) {
        const row: number[] = []
        for (const file of all) row.push((await importBundle(script, file)).cpuMicros)
        rows.push(row)
      }
      const [units = [], ...columns] = all.map((_, index) => rows.map((row) => row[index] ?? 0))
      return columns.map((micros) => quotientOf(micros, units))
    },
    profile: async (file) => {
      const name = `${randomUUID()}.cpuprofile`
      const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`]
      await importBundle(...options, '--cpu-prof-interval=100', script, file)
      return JSON.parse(await readFile(join(folder, name), 'utf8'))
    },
    [Symbol.asyncDispose]: secrets.close,
  }
}
