import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { build } from '../../scripts/build.ts'
import { configFile } from '../../src/cli/load-config.ts'
import { onceForAll } from '../support/once-for-all.ts'
import { applyConditions, type Template } from './template.ts'

export const root = resolve(import.meta.dirname, '../..')
const cliPackage = join(root, 'node_modules/serverless/package.json')
export const run = promisify(execFile)
export const functionNames = ['webhook', 'worker'] as const
export type FunctionName = (typeof functionNames)[number]

/** The files of a folder or a zip, by their path in it. */
type Files = ReadonlyMap<string, Buffer>
type Zip = { readonly bytes: number; readonly files: Files }

/** Everything that `serverless package` writes, in memory. */
export type Packaged = {
  readonly output: string
  /** With its conditions applied. */
  readonly template: Template
  readonly zips: Readonly<Record<FunctionName, Zip>>
}

/** Runs `use` with a temporary folder, and removes the folder. */
const withFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const writeFiles = (folder: string, files: Iterable<readonly [string, Buffer]>): void => {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

const readFiles = (folder: string): Files =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(folder, path), readFileSync(path)]),
  )

/**
 * The files of a zip, by the central directory at its end.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
const unzip = (zip: Buffer): Files => {
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(zip.length - 6)
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
    const header = zip.readUInt32LE(at + 42)
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
    const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20))
    const isStored = zip.readUInt16LE(at + 10) === 0
    files.set(zip.toString('utf8', at + 46, nameEnd), isStored ? bytes : inflateRawSync(bytes))
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return files
}

const readZip = (file: string): Zip => {
  const zip = readFileSync(file)
  return { bytes: zip.length, files: unzip(zip) }
}

/** Bundles both functions and returns the files, by their path in `.build`. */
export const buildBundles = (): Promise<Files> =>
  withFolder(async (outDir) => {
    await build({ configFile: configFile({}), outDir })
    return readFiles(outDir)
  })

let bundles: Promise<Files> | undefined

export type PackageOptions = {
  readonly stage?: string
  readonly params?: Readonly<Record<string, string>>
  /** Changes the text of serverless.yml before it is packaged. */
  readonly edit?: (yaml: string) => string
}

const cli = join(root, 'node_modules/serverless/bin/serverless.js')

/** Runs `serverless package` in a copy of the service; nothing in the repository is touched. */
const runPackage = (yaml: string, args: readonly string[], files: Files, outDir: string) =>
  withFolder(async (folder) => {
    writeFiles(join(folder, '.build'), files)
    writeFileSync(join(folder, 'serverless.yml'), yaml)
    const { stdout, stderr } = await run(process.execPath, [cli, 'package', ...args], {
      cwd: folder,
      // The compiled schema of osls: most of its time, and the same for every service.
      env: { HOME: folder, SLS_SCHEMA_CACHE_BASE_DIR: join(root, 'node_modules/.cache/osls') },
    })
    writeFileSync(join(folder, '.serverless/output.txt'), stdout + stderr)
    cpSync(join(folder, '.serverless'), outDir, { recursive: true })
  })

/** Everything that the packaged files depend on. */
const cacheKey = (yaml: string, args: readonly string[], files: Files): string => {
  const hash = createHash('sha256').update(readFileSync(cliPackage)).update(yaml)
  for (const arg of args) hash.update(`\0${arg}`)
  for (const [path, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(path).update(bytes)
  }
  return hash.digest('hex')
}

/**
 * Packages the service, or reads the result of the last time if nothing that it depends on has
 * changed: packaging takes seconds, and several vitest workers need the same stacks.
 *
 * @throws Error with `stdout` when `serverless package` fails
 */
export const packageService = async ({
  stage,
  params = {},
  edit = (yaml) => yaml,
}: PackageOptions): Promise<Packaged> => {
  bundles ??= buildBundles()
  const files = await bundles
  const yaml = edit(readFileSync(join(root, 'serverless.yml'), 'utf8'))
  const args = [
    ...(stage === undefined ? [] : ['--stage', stage]),
    ...Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ]
  const out = await onceForAll(cacheKey(yaml, args, files), (outDir) =>
    runPackage(yaml, args, files, outDir),
  )
  const template = readFileSync(join(out, 'cloudformation-template-update-stack.json'), 'utf8')
  return {
    output: readFileSync(join(out, 'output.txt'), 'utf8'),
    template: applyConditions(JSON.parse(template)),
    zips: {
      webhook: readZip(join(out, 'webhook.zip')),
      worker: readZip(join(out, 'worker.zip')),
    },
  }
}
