import type { Clock } from '../clock.ts'
import { BridgeError } from '../errors.ts'

/** How long a value is cached: a rotated secret is seen within this time. */
const cacheMs = 300_000
/** The least time between two rereads, and before a failed load is retried. */
export const rereadMs = 30_000

/** A value that is loaded when first needed, and then cached. */
export type Cached<T> = {
  readonly get: () => Promise<T>
  /**
   * Loads a value that is in doubt past the cache, at most once in 30 s; in between it is the same
   * as `get`. A routine load does not count; one that is under way is awaited first, and its value
   * is enough if it is another.
   */
  readonly reread: () => Promise<T>
}

/**
 * Caches what `load` returns for 300 s. Concurrent callers share one load.
 *
 * If a refresh fails, `onStale` is called with the error, the last good value is returned, and the
 * refresh is retried after 30 s. While there is no good value, an error `misconfigured` is cached
 * for 30 s; after any other error the next call loads again.
 *
 * @throws what `load` throws, while there is no good value
 */
export const createCache = <T>(
  load: () => Promise<T>,
  clock: Clock,
  onStale: (error: unknown) => void = () => {},
): Cached<T> => {
  let cached: { readonly value: T; readonly freshUntilMs: number } | undefined
  let failure: { readonly error: BridgeError; readonly untilMs: number } | undefined
  let loading: Promise<T> | undefined
  let rereadAllowedAtMs = 0

  const refresh = (): Promise<T> => {
    loading ??= load()
      .then((value) => {
        cached = { value, freshUntilMs: clock.now() + cacheMs }
        return value
      })
      .catch((error: unknown) => {
        if (!cached) {
          // It lasts until an operator fixes it; other errors are temporary.
          if (error instanceof BridgeError && error.code === 'misconfigured') {
            failure = { error, untilMs: clock.now() + rereadMs }
          }
          throw error
        }
        onStale(error)
        cached = { ...cached, freshUntilMs: Math.max(cached.freshUntilMs, clock.now() + rereadMs) }
        return cached.value
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const get = async (): Promise<T> => {
    if (cached && clock.now() < cached.freshUntilMs) return cached.value
    if (!cached && failure && clock.now() < failure.untilMs) throw failure.error
    return refresh()
  }

  return {
    get,
    reread: async () => {
      const doubted = cached?.value
      // A load that is under way may have begun before the value was changed.
      while (loading) {
        const value = await loading
        if (value !== doubted) return value
      }
      if (clock.now() < rereadAllowedAtMs) return get()
      rereadAllowedAtMs = clock.now() + rereadMs
      return refresh()
    },
  }
}
