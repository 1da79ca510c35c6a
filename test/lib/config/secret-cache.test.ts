import { describe, expect, test } from 'vitest'
import { createCache } from '../../../src/lib/config/secret-cache.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { createClock } from '../../support/clock.ts'

/** A loader that returns 1, 2, 3 …, or throws while it is broken. */
const createLoader = () => {
  let loads = 0
  let broken = false
  return {
    load: async () => {
      loads += 1
      if (broken) throw new Error('no response')
      return loads
    },
    loads: () => loads,
    setBroken: (isBroken: boolean) => {
      broken = isBroken
    },
  }
}

describe('the cache', () => {
  test('returns a value for 300 s and then loads it again', async () => {
    const clock = createClock()
    const loader = createLoader()
    const cache = createCache(loader.load, clock)

    expect(await cache.get()).toBe(1)
    clock.advance(299_999)
    expect(await cache.get()).toBe(1)
    clock.advance(1)
    expect(await cache.get()).toBe(2)
  })

  test('loads once for concurrent callers', async () => {
    const loader = createLoader()
    const cache = createCache(loader.load, createClock())

    const values = await Promise.all([cache.get(), cache.get(), cache.reread(), cache.get()])

    expect(values).toEqual([1, 1, 1, 1])
  })

  test('reread loads past the cache at most once in 30 s', async () => {
    const clock = createClock()
    const cache = createCache(createLoader().load, clock)

    expect(await cache.get()).toBe(1)
    expect(await cache.reread()).toBe(2)
    clock.advance(29_999)
    expect(await cache.reread()).toBe(2)
    clock.advance(1)
    expect(await cache.reread()).toBe(3)
  })

  test.each([0, 1_000, 29_999])(
    'reread loads again %i ms after a routine refresh, which used nothing up, and then waits 30 s',
    async (ms) => {
      const clock = createClock()
      const cache = createCache(createLoader().load, clock)
      await cache.get()
      clock.advance(300_000)
      expect(await cache.get()).toBe(2)
      clock.advance(ms)

      expect(await cache.reread()).toBe(3)
      clock.advance(29_999)
      expect(await cache.reread()).toBe(3)
      clock.advance(1)
      expect(await cache.reread()).toBe(4)
    },
  )

  describe('reread during a routine refresh', () => {
    /** A cache of a secret, in a refresh that has read the secret and not returned yet. */
    const startRefresh = async () => {
      const clock = createClock()
      let secret = 'old'
      let loads = 0
      let respond = () => {}
      const load = async () => {
        loads += 1
        const value = secret
        if (loads === 2) {
          await new Promise<void>((resolve) => {
            respond = resolve
          })
        }
        return value
      }
      const cache = createCache(load, clock)
      await cache.get()
      const put = (value: string) => {
        secret = value
      }
      return { cache, clock, put, respond: () => respond(), loads: () => loads }
    }

    test('returns its value if it is another', async () => {
      const { cache, clock, put, respond, loads } = await startRefresh()
      put('new')
      clock.advance(300_000)
      const refreshed = cache.get()
      const rereads = [cache.reread(), cache.reread()]
      respond()

      expect(await Promise.all([refreshed, ...rereads])).toEqual(['new', 'new', 'new'])
      expect(loads()).toBe(2)
    })

    test('loads once more if it is the same: it may have begun before the change', async () => {
      const { cache, clock, put, respond, loads } = await startRefresh()
      clock.advance(300_000)
      const refreshed = cache.get()
      put('new')
      const rereads = [cache.reread(), cache.reread()]
      respond()

      expect(await Promise.all([refreshed, ...rereads])).toEqual(['old', 'new', 'new'])
      expect(loads()).toBe(3)
    })
  })

  test('returns the last good value after a failed refresh, and retries after 30 s', async () => {
    const clock = createClock()
    const loader = createLoader()
    const cache = createCache(loader.load, clock)
    await cache.get()
    loader.setBroken(true)
    clock.advance(300_000)

    expect(await cache.get()).toBe(1)
    clock.advance(29_999)
    expect(await cache.get()).toBe(1)
    expect(loader.loads()).toBe(2)
    loader.setBroken(false)
    clock.advance(1)
    expect(await cache.get()).toBe(3)
  })

  test('throws while there is no good value yet, and recovers', async () => {
    const loader = createLoader()
    loader.setBroken(true)
    const cache = createCache(loader.load, createClock())

    await expect(cache.get()).rejects.toThrow('no response')
    loader.setBroken(false)
    expect(await cache.get()).toBe(2)
  })

  describe('without a good value', () => {
    /** A cache whose loads fail until the error is changed. */
    const createFailing = (code: 'misconfigured' | 'temporarily_unavailable') => {
      const clock = createClock()
      let loads = 0
      let error: Error | undefined = new BridgeError(code, 'the message')
      const cache = createCache(async () => {
        loads += 1
        if (error) throw error
        return loads
      }, clock)
      const setError = (next: Error | undefined) => {
        error = next
      }
      return { cache, clock, loads: () => loads, setError }
    }

    test('caches the error misconfigured for 30 s', async () => {
      const { cache, clock, loads, setError } = createFailing('misconfigured')
      const first: unknown = await cache.get().catch((error: unknown) => error)
      setError(undefined)

      expect(first).toMatchObject({ code: 'misconfigured' })
      clock.advance(29_999)
      await expect(cache.get()).rejects.toBe(first)
      expect(loads()).toBe(1)

      clock.advance(1)
      expect(await cache.get()).toBe(2)
    })

    test('caches a second error misconfigured for another 30 s', async () => {
      const { cache, clock, loads } = createFailing('misconfigured')
      await cache.get().catch(() => undefined)
      clock.advance(30_000)

      await expect(cache.get()).rejects.toMatchObject({ code: 'misconfigured' })
      clock.advance(29_999)
      await expect(cache.get()).rejects.toMatchObject({ code: 'misconfigured' })

      expect(loads()).toBe(2)
    })

    test('loads once for concurrent callers that get the error misconfigured', async () => {
      const { cache, loads } = createFailing('misconfigured')

      const results = await Promise.allSettled([cache.get(), cache.get(), cache.get()])

      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(loads()).toBe(1)
    })

    test.each([
      ['no response', new Error('no response')],
      ['temporarily_unavailable', new BridgeError('temporarily_unavailable', 'the message')],
    ])('loads again immediately after the error %s', async (_name, error) => {
      const { cache, setError } = createFailing('temporarily_unavailable')
      setError(error)
      await expect(cache.get()).rejects.toBe(error)
      setError(undefined)

      expect(await cache.get()).toBe(2)
    })

    test('reread loads again after the error misconfigured', async () => {
      const { cache, setError } = createFailing('misconfigured')
      await cache.get().catch(() => undefined)
      setError(undefined)

      expect(await cache.reread()).toBe(2)
      expect(await cache.get()).toBe(2)
    })
  })

  test('returns the last good value after a refresh with the error misconfigured', async () => {
    const clock = createClock()
    let error: Error | undefined
    const cache = createCache(async () => {
      if (error) throw error
      return 'good'
    }, clock)
    await cache.get()
    error = new BridgeError('misconfigured', 'the message')
    clock.advance(300_000)

    expect(await cache.get()).toBe('good')
    expect(await cache.get()).toBe('good')
  })
})
