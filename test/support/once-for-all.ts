import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const cache = resolve(import.meta.dirname, '../../node_modules/.cache/signup-bridge')
/** A lock that is older belongs to a process that was killed. */
const staleMs = 120_000
/** A folder that is older is of an earlier state of the code. */
const keepMs = 24 * 60 * 60_000

const isOlder = (path: string, ageMs: number): boolean => {
  const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {}
  return Date.now() - mtimeMs > ageMs
}

const removeOld = (): void => {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    if (isOlder(path, keepMs)) rmSync(path, { recursive: true, force: true })
  }
}

/** Creates the lock; returns false if another process holds it. */
const takeLock = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    if (isOlder(lock, staleMs)) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

/**
 * Creates a folder once, whichever process asks for it first; the others wait for it. The folder
 * stays for the next run, so the key must name everything that its content depends on.
 *
 * @param create writes the content; if it fails, the next caller tries again
 * @returns the folder's path
 */
export const onceForAll = async (
  key: string,
  create: (folder: string) => Promise<void>,
): Promise<string> => {
  const folder = join(cache, key)
  const lock = `${folder}.lock`
  mkdirSync(cache, { recursive: true })
  while (!existsSync(folder)) {
    if (!takeLock(lock)) {
      await sleep(50)
      continue
    }
    try {
      if (existsSync(folder)) break
      const draft = join(lock, 'draft')
      mkdirSync(draft)
      await create(draft)
      renameSync(draft, folder)
      removeOld()
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
  return folder
}
