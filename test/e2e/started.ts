import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, vi } from 'vitest'

export const root = resolve(import.meta.dirname, '../..')
/** Creates a folder that git ignores and that resolves `#bridge`. */
export const editedFolder = (): string => {
  mkdirSync(join(root, '.build'), { recursive: true })
  return mkdtempSync(join(root, '.build/edited-'))
}
const anyPorts = { PORT: '0', INTERCOM_PORT: '0', SQS_PORT: '0', SECRETS_PORT: '0' }
/** Every start shares the compile cache. */
export const compileCache = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node') }

const started: ChildProcess[] = []

/** Ends every process of `start` that still runs. */
export const endStarted = async (): Promise<void> => {
  await Promise.all(
    started.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await new Promise((done) => child.once('exit', done))
    }),
  )
}

/** Runs what `npm start` runs and collects its output; `endStarted` ends it. */
export const start = (env: Record<string, string> = {}, args: readonly string[] = []) => {
  const child = spawn(process.execPath, ['sandbox/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...compileCache, ...anyPorts, ...env },
  })
  started.push(child)
  let output = ''
  // `close` comes after all output is read, `exit` may come before.
  const exited = new Promise<number | null>((done) => child.on('close', done))
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const text = () => output
  return {
    child,
    exited,
    text,
    says: (words: string) => vi.waitFor(() => expect(text()).toContain(words), { timeout: 50_000 }),
  }
}
