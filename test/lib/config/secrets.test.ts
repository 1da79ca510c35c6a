import { describe, expect, test } from 'vitest'
import { type GetSecret, loadSigningSecrets, loadToken } from '../../../src/lib/config/secrets.ts'

const secretOf =
  (current: string | undefined, previous?: string | (() => never)): GetSecret =>
  async (stage) => {
    if (stage === 'AWSCURRENT') return current
    return typeof previous === 'function' ? previous() : previous
  }

describe('signing secrets', () => {
  const secretsOf = async (getSecret: GetSecret, source: string) =>
    (await loadSigningSecrets(getSecret)())(source)

  test('are by source name, one or several, also from the previous version', async () => {
    const getSecret = secretOf('{"clerk":"new","beta":["b2","b1"]}', '{"clerk":"old"}')

    expect(await secretsOf(getSecret, 'clerk')).toEqual(['new', 'old'])
    expect(await secretsOf(getSecret, 'beta')).toEqual(['b2', 'b1'])
    expect(await secretsOf(getSecret, 'other')).toEqual([])
    expect(await secretsOf(getSecret, 'constructor')).toEqual([])
  })

  test('are empty while the secret does not exist', async () => {
    expect(await secretsOf(secretOf(undefined), 'clerk')).toEqual([])
  })

  test('are those of the current version if the previous one is malformed or unreadable', async () => {
    const fail = () => {
      throw new Error('no response')
    }

    expect(await secretsOf(secretOf('{"clerk":"new"}', 'junk'), 'clerk')).toEqual(['new'])
    expect(await secretsOf(secretOf('{"clerk":"new"}', fail), 'clerk')).toEqual(['new'])
  })

  test('keep those of the previous version while it cannot be read', async () => {
    let broken = false
    const load = loadSigningSecrets(async (stage) => {
      if (stage === 'AWSPREVIOUS' && broken) throw new Error('no response')
      return stage === 'AWSCURRENT' ? '{"clerk":"new"}' : '{"clerk":"old"}'
    })
    await load()
    broken = true

    expect((await load())('clerk')).toEqual(['new', 'old'])
  })

  test.each(['junk', '[]', '"text"', '{"clerk":1}', 'null'])(
    'in another shape throw misconfigured without being quoted: %s',
    async (text) => {
      const error = await secretsOf(secretOf(text), 'clerk').catch((thrown: Error) => thrown)

      expect(error).toMatchObject({ code: 'misconfigured' })
      expect((error as Error).message).not.toContain('junk')
      expect((error as Error).cause).toBeUndefined()
    },
  )
})

describe('the access token', () => {
  test.each([
    'dG9rOjE=',
    ' dG9rOjE=\n',
    '{"access_token":"dG9rOjE="}',
    '{"access_token":" dG9rOjE= "}',
  ])('is read from %j', async (text) => {
    expect(await loadToken(secretOf(text))()).toBe('dG9rOjE=')
  })

  test.each([undefined, '', ' ', '{"token":"a"}', '{junk', 'two words', 'line\nbreak', '"quoted"'])(
    'throws misconfigured for %j',
    async (text) => {
      await expect(loadToken(secretOf(text))()).rejects.toMatchObject({ code: 'misconfigured' })
    },
  )
})
