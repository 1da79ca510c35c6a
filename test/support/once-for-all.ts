import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const cache = resolve(import.meta.dirname, '../../node_modules/.cache/signup-bridge')
/** A lock that is older belongs to a process that was killed. */
const staleMs = 120_000

const isStale = (lock: string): boolean => {
  const { mtimeMs = Date.now() } = statSync(lock, { throwIfNoEntry: false }) ?? {}
  return Date.now() - mtimeMs > staleMs
}

/** Creates the lock; returns false if another process holds it. */
const takeLock = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    if (isStale(lock)) rmSync(lock, { recursive: true, force: true })
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
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
  return folder
}
