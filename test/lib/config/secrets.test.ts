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

  const odd = ['7', '0', 'null', 'false', '{}', '{"secret":"s"}', '[7]', '[null,{}]', '[["s"]]']

  test.each(odd)('of one source that are no text (%s) spoil only this source', async (value) => {
    const unusable: string[] = []
    const getSecret = secretOf(`{"clerk":${value},"beta":"x"}`, '{"clerk":"old","beta":"w"}')
    const secrets = await loadSigningSecrets(getSecret, (source) => unusable.push(source))()

    expect(secrets('beta')).toEqual(['x', 'w'])
    expect(() => secrets('clerk')).toThrow(
      expect.objectContaining({
        code: 'misconfigured',
        message:
          'a signing secret of the source clerk is not a text: set it again in SIGNING_SECRET_ID',
      }),
    )
    expect(unusable).toEqual([])
  })

  test.each(['["new",7]', '[null,"new"]', '["new",["old"]]', '[{},"new",false]'])(
    'in a list of which one is no text (%s) are the others, and the source is named once',
    async (list) => {
      const unusable: unknown[] = []
      const load = loadSigningSecrets(
        secretOf(`{"beta":${list},"other":[7,"s"]}`),
        (source, { code }) => unusable.push([source, code]),
      )
      const secrets = await load()

      expect(secrets('beta')).toEqual(['new'])
      expect(secrets('beta')).toEqual(['new'])
      // The other one is of no source, or not used yet.
      expect(unusable).toEqual([['beta', 'misconfigured']])
      expect((await load())('beta')).toEqual(['new'])
      expect(unusable).toHaveLength(2)
    },
  )

  test.each(odd)('of the previous version that are no text (%s) are left out', async (value) => {
    const unusable: string[] = []
    const previous = `{"clerk":${value},"beta":[7,"old"]}`
    const load = loadSigningSecrets(secretOf('{"clerk":"new","beta":"b"}', previous), (source) =>
      unusable.push(source),
    )
    const secrets = await load()

    expect(secrets('clerk')).toEqual(['new'])
    expect(secrets('beta')).toEqual(['b', 'old'])
    expect(unusable).toEqual([])
  })

  test('of a source in an empty list are none', async () => {
    expect(await secretsOf(secretOf('{"clerk":[]}', '{"clerk":"old"}'), 'clerk')).toEqual(['old'])
    expect(await secretsOf(secretOf('{"clerk":[]}'), 'clerk')).toEqual([])
  })

  test.each(['{"clerk":', '[]', '"text"', '7', 'null', ''])(
    'in another shape throw misconfigured without being quoted: %s',
    async (text) => {
      const error = await secretsOf(secretOf(text), 'clerk').catch((thrown: Error) => thrown)

      expect(error).toMatchObject({ code: 'misconfigured' })
      expect((error as Error).message).not.toMatch(/clerk|text/)
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
