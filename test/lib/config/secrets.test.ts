import { describe, expect, test } from 'vitest'
import {
  createCache,
  type GetSecret,
  loadSigningSecrets,
  loadToken,
} from '../../../src/lib/config/secrets.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { createClock } from '../../support/clock.ts'

/** A loader that gives 1, 2, 3 … or throws while told to. */
const createLoader = () => {
  let loads = 0
  let broken = false
  return {
    load: async () => {
      loads += 1
      if (broken) throw new Error('no answer')
      return loads
    },
    loads: () => loads,
    break: (now: boolean) => {
      broken = now
    },
  }
}

describe('the cache', () => {
  test('serves a value for 300 s and then reads it again', async () => {
    const clock = createClock()
    const loader = createLoader()
    const cache = createCache(loader.load, clock)

    expect(await cache.get()).toBe(1)
    clock.advance(299_999)
    expect(await cache.get()).toBe(1)
    clock.advance(1)
    expect(await cache.get()).toBe(2)
  })

  test('reads once, however many ask at the same time', async () => {
    const loader = createLoader()
    const cache = createCache(loader.load, createClock())

    const values = await Promise.all([cache.get(), cache.get(), cache.reread(), cache.get()])

    expect(values).toEqual([1, 1, 1, 1])
  })

  test('rereads past the cache at most once in 30 s', async () => {
    const clock = createClock()
    const cache = createCache(createLoader().load, clock)

    expect(await cache.get()).toBe(1)
    expect(await cache.reread()).toBe(2)
    clock.advance(29_999)
    expect(await cache.reread()).toBe(2)
    clock.advance(1)
    expect(await cache.reread()).toBe(3)
  })

  test('keeps the last good value while refreshing fails, and tries again after 30 s', async () => {
    const clock = createClock()
    const loader = createLoader()
    const cache = createCache(loader.load, clock)
    await cache.get()
    loader.break(true)
    clock.advance(300_000)

    expect(await cache.get()).toBe(1)
    clock.advance(29_999)
    expect(await cache.get()).toBe(1)
    expect(loader.loads()).toBe(2)
    loader.break(false)
    clock.advance(1)
    expect(await cache.get()).toBe(3)
  })

  test('throws while there is no good value yet, and recovers', async () => {
    const loader = createLoader()
    loader.break(true)
    const cache = createCache(loader.load, createClock())

    await expect(cache.get()).rejects.toThrow('no answer')
    loader.break(false)
    expect(await cache.get()).toBe(2)
  })

  describe('where nothing good was read yet', () => {
    /** A cache whose reads fail until told otherwise. */
    const createFailing = (code: 'misconfigured' | 'temporarily_unavailable') => {
      const clock = createClock()
      let loads = 0
      let error: Error | undefined = new BridgeError(code, 'our words')
      const cache = createCache(async () => {
        loads += 1
        if (error) throw error
        return loads
      }, clock)
      const fail = (next: Error | undefined) => {
        error = next
      }
      return { cache, clock, loads: () => loads, fail }
    }

    test('does not read a secret again for 30 s that cannot be used', async () => {
      const { cache, clock, loads, fail } = createFailing('misconfigured')
      const first: unknown = await cache.get().catch((error: unknown) => error)
      fail(undefined)

      expect(first).toMatchObject({ code: 'misconfigured' })
      clock.advance(29_999)
      await expect(cache.get()).rejects.toBe(first)
      expect(loads()).toBe(1)

      clock.advance(1)
      expect(await cache.get()).toBe(2)
    })

    test('waits another 30 s where the secret still cannot be used', async () => {
      const { cache, clock, loads } = createFailing('misconfigured')
      await cache.get().catch(() => undefined)
      clock.advance(30_000)

      await expect(cache.get()).rejects.toMatchObject({ code: 'misconfigured' })
      clock.advance(29_999)
      await expect(cache.get()).rejects.toMatchObject({ code: 'misconfigured' })

      expect(loads()).toBe(2)
    })

    test('asks once, however many ask for a secret that cannot be used', async () => {
      const { cache, loads } = createFailing('misconfigured')

      const asked = await Promise.allSettled([cache.get(), cache.get(), cache.get()])

      expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(loads()).toBe(1)
    })

    test.each([
      ['no answer', new Error('no answer')],
      ['an answer of trouble', new BridgeError('temporarily_unavailable', 'our words')],
    ])('tries again at once after %s', async (_name, error) => {
      const { cache, fail } = createFailing('temporarily_unavailable')
      fail(error)
      await expect(cache.get()).rejects.toBe(error)
      fail(undefined)

      expect(await cache.get()).toBe(2)
    })

    test('a doubt reads a secret again that could not be used', async () => {
      const { cache, fail } = createFailing('misconfigured')
      await cache.get().catch(() => undefined)
      fail(undefined)

      expect(await cache.reread()).toBe(2)
      expect(await cache.get()).toBe(2)
    })
  })

  test('keeps the last good value where what came after it cannot be used', async () => {
    const clock = createClock()
    let error: Error | undefined
    const cache = createCache(async () => {
      if (error) throw error
      return 'good'
    }, clock)
    await cache.get()
    error = new BridgeError('misconfigured', 'our words')
    clock.advance(300_000)

    expect(await cache.get()).toBe('good')
    expect(await cache.get()).toBe('good')
  })
})

const stored =
  (current: string | undefined, previous?: string | (() => never)): GetSecret =>
  async (stage) => {
    if (stage === 'AWSCURRENT') return current
    return typeof previous === 'function' ? previous() : previous
  }

describe('signing secrets', () => {
  const secretsOf = async (getSecret: GetSecret, source: string) =>
    (await loadSigningSecrets(getSecret)())(source)

  test('are by source name, one or several, the previous version’s too', async () => {
    const getSecret = stored('{"clerk":"new","beta":["b2","b1"]}', '{"clerk":"old"}')

    expect(await secretsOf(getSecret, 'clerk')).toEqual(['new', 'old'])
    expect(await secretsOf(getSecret, 'beta')).toEqual(['b2', 'b1'])
    expect(await secretsOf(getSecret, 'other')).toEqual([])
    expect(await secretsOf(getSecret, 'constructor')).toEqual([])
  })

  test('are none while the secret does not exist', async () => {
    expect(await secretsOf(stored(undefined), 'clerk')).toEqual([])
  })

  test('do not depend on the previous version', async () => {
    const fails = () => {
      throw new Error('no answer')
    }

    expect(await secretsOf(stored('{"clerk":"new"}', 'junk'), 'clerk')).toEqual(['new'])
    expect(await secretsOf(stored('{"clerk":"new"}', fails), 'clerk')).toEqual(['new'])
  })

  test('keep the previous version while it cannot be read', async () => {
    let broken = false
    const load = loadSigningSecrets(async (stage) => {
      if (stage === 'AWSPREVIOUS' && broken) throw new Error('no answer')
      return stage === 'AWSCURRENT' ? '{"clerk":"new"}' : '{"clerk":"old"}'
    })
    await load()
    broken = true

    expect((await load())('clerk')).toEqual(['new', 'old'])
  })

  test.each(['junk', '[]', '"text"', '{"clerk":1}', 'null'])(
    'in another shape are misconfigured, and not quoted: %s',
    async (text) => {
      const error = await secretsOf(stored(text), 'clerk').catch((thrown: Error) => thrown)

      expect(error).toMatchObject({ code: 'misconfigured' })
      expect((error as Error).message).not.toContain('junk')
      expect((error as Error).cause).toBeUndefined()
    },
  )
})

describe('the token', () => {
  test.each([
    'dG9rOjE=',
    ' dG9rOjE=\n',
    '{"access_token":"dG9rOjE="}',
    '{"access_token":" dG9rOjE= "}',
  ])('is read from %j', async (text) => {
    expect(await loadToken(stored(text))()).toBe('dG9rOjE=')
  })

  test.each([undefined, '', ' ', '{"token":"a"}', '{junk', 'two words', 'line\nbreak', '"quoted"'])(
    'is misconfigured as %j',
    async (text) => {
      await expect(loadToken(stored(text))()).rejects.toMatchObject({ code: 'misconfigured' })
    },
  )
})
