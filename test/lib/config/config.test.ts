import { describe, expect, test } from 'vitest'
import {
  type Bridge,
  defineBridge,
  findRecordSource,
  findSource,
  inboxMayName,
} from '../../../src/lib/config/config.ts'
import {
  clerk,
  cognito,
  defineSource,
  form,
  hubspot,
  signup,
  standardWebhooks,
  supabaseDatabase,
  typeform,
  webhook,
} from '../../../src/lib/index.ts'

const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_config' })
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

const hmac = { header: 'X-Signature', algorithm: 'sha256', encoding: 'hex' } as const

describe('a config', () => {
  test('has the sources that it defines', () => {
    const bridge = defineBridge({ sources: { clerk: clerk(), 'beta-2': typeform() } })

    expect(Object.keys(bridge.sources)).toEqual(['clerk', 'beta-2'])
  })

  test('with several problems throws one error that lists them all', () => {
    const config = { sources: { Clerk: clerk(), 'a.b': 5, ok: clerk }, retries: 3 }

    const message = messageOf(() => defineBridge(config as unknown as Bridge))

    expect(message).toContain('retries: no such option')
    expect(message).toContain('sources.Clerk: a name is')
    expect(message).toContain('sources.a.b: a name is')
    expect(message).toContain('sources.a.b: not a source')
    expect(message).toContain('sources.ok: not a source; call a preset, such as clerk()')
  })

  test.each([undefined, {}, { sources: {} }, { sources: [] }])(
    'needs at least one source: %j',
    (config) => {
      expect(messageOf(() => defineBridge(config as unknown as Bridge))).toContain(
        'at least one source',
      )
    },
  )

  test.each(['a', 'a'.repeat(40)])('accepts the source name %s', (name) => {
    expect(() => defineBridge({ sources: { [name]: signup() } })).not.toThrow()
  })

  test.each(['', '1a', 'A', 'a_b', 'a'.repeat(41), 'ä'])('rejects the source name %j', (name) => {
    expect(() => defineBridge({ sources: { [name]: signup() } })).toThrow('a name is')
  })

  test('finds only its own sources, no property of Object.prototype', () => {
    const bridge = defineBridge({ sources: { clerk: clerk() } })

    expect(findSource(bridge, 'clerk')).toBe(bridge.sources.clerk)
    for (const name of ['constructor', '__proto__', 'toString', 'queue', '']) {
      expect(findSource(bridge, name)).toBeUndefined()
    }
  })

  test.each([
    [undefined, 'anything', true],
    [{}, 'anything', true],
    [{ sources: ['clerk'] }, 'clerk', true],
    [{ sources: ['clerk'] }, 'beta', false],
    [{ sources: ['clerk'] }, 'queue', false],
    [{ sources: ['clerk', 'queue'] }, 'queue', true],
    [{ sources: [] }, 'clerk', false],
  ])('with inbox: %j lets the inbox name %s: %s', (inbox, name, may) => {
    const sources = { clerk: clerk(), beta: signup() }
    const bridge = defineBridge({ sources, ...(inbox && { inbox }) })

    expect(inboxMayName(bridge, name)).toBe(may)
  })

  test('lists every problem of `inbox` beside the others', () => {
    const config = {
      sources: { Clerk: clerk(), beta: signup() },
      inbox: { sources: ['beta', 'clark', 'toString', 5], source: 'beta' },
    }

    const message = messageOf(() => defineBridge(config as unknown as Bridge))

    for (const text of [
      'sources.Clerk: a name is',
      'inbox.source: no such option',
      'inbox.sources: clark is no source of this config',
      'inbox.sources: toString is no source',
      'inbox.sources: 5 is no source',
    ]) {
      expect(message).toContain(text)
    }
    expect(message).not.toContain('beta is')
  })

  test('names a source that `accountsOf` lists and the config lacks', () => {
    const on = ['created', 'updated'] as const
    const of = (...accountsOf: string[]) =>
      messageOf(() => defineBridge({ sources: { app: clerk({ on, accountsOf }), beta: signup() } }))

    expect(of('beta', 'clark')).toBe(
      'bridge config: sources.app: accountsOf: clark is no source of this config',
    )
    expect(() =>
      defineBridge({ sources: { app: clerk({ on, accountsOf: ['beta'] }), beta: signup() } }),
    ).not.toThrow()
  })

  test.each([
    ['backend', 'inbox: expected'],
    [null, 'inbox: expected'],
    [['backend'], 'inbox: expected'],
    [{ sources: 'backend' }, 'inbox.sources: expected a list'],
    [{ sources: null }, 'inbox.sources: expected a list'],
  ])('refuses inbox: %j', (inbox, text) => {
    const config = { sources: { backend: signup() }, inbox, retries: 3 }
    const message = messageOf(() => defineBridge(config as unknown as Bridge))

    expect(message).toContain(text)
    expect(message).toContain('retries: no such option')
  })

  test('has the source `queue` for records without one, which it may redefine', () => {
    const redefined = defineBridge({ sources: { queue: signup({ tags: ['from a queue'] }) } })

    expect(findRecordSource(defineBridge({ sources: { clerk: clerk() } }), 'queue')).toBeDefined()
    expect(findRecordSource(redefined, 'queue')).toBe(redefined.sources.queue)
  })
})

describe('a preset', () => {
  test('with several invalid options throws one error that names them all and no value', () => {
    const options = {
      feilds: {},
      fields: { 'data.email': 'emial' },
      attributes: { 'data.plan': 'canary.b' },
      role: 'admin',
      country: 'Germany',
      onExisting: 'canary',
      map: 'canary',
      tags: 'canary',
      lookup: 'no',
    }

    const message = messageOf(() => clerk(options as never))

    for (const name of [
      'feilds',
      'fields.data.email',
      'attributes.data.plan',
      'role',
      'country',
      'onExisting',
    ]) {
      expect(message).toContain(name)
    }
    for (const name of ['map', 'tags', 'lookup']) expect(message).toContain(name)
    expect(message).not.toContain('canary')
  })

  test.each<[() => unknown, string]>([
    [() => form({ redirect: '/thanks' } as never), 'redirect'],
    [() => form({ redirect: 'javascript:alert(1)' }), 'redirect'],
    [() => form({ origins: ['https://example.com/'] }), 'origins'],
    [() => form({ origins: [] }), 'origins'],
    [() => standardWebhooks({ types: [] }), 'types'],
    [() => form({ tagsFrom: { place: 'topic', prefix: 'src-' } }), 'list them in `allow`'],
    [
      () =>
        form({
          tagsFrom: [
            { place: 'a', allow: ['b'] },
            { place: 'topic', prefix: 'src-' },
          ],
        }),
      'list them in `allow`',
    ],
    [() => signup({ tagsFrom: { place: 'plan', prefix: ' ' } }), 'tagsFrom'],
    [() => signup({ tagsFrom: { place: 'plan', allow: [] } }), 'tagsFrom'],
    [() => signup({ tagsFrom: { place: 'plan' } } as never), 'expected { place, allow }'],
    [() => signup({ tagsFrom: [] }), 'tagsFrom'],
    [() => signup({ keep: [] }), 'keep'],
    [() => signup({ subscriptions: { News: '' } }), 'subscriptions.News'],
    [
      () => signup({ subscriptions: { News: { place: 'n', record: 'yes' } } } as never),
      'subscriptions.News: expected a place',
    ],
    [
      () =>
        signup({
          subscriptions: { News: { place: 'n', record: { attribute: 'signup_bridge_at' } } },
        }),
      'subscriptions.News',
    ],
    [() => form({ attributes: { plan: 'a.b' } }), 'attributes.plan: custom attribute names'],
    [() => form({ attributes: { plan: { to: 'a$' } } }), 'attributes.plan.to: custom attribute'],
    [() => form({ attributes: { plan: '' } }), 'attributes.plan: '],
    [() => form({ attributes: { plan: { to: 'plan', typ: 'text' } } } as never), '"typ"'],
    [() => form({ company: { org: [] } }), 'company.org'],
    [() => form({ company: { org: ['name', 'titel'] } } as never), 'company.org.1'],
    [() => form({ company: { org: 'custom_attributes.' } }), 'company.org.0: expected one of'],
    [() => form({ company: { org: 'custom_attributes.a.b' } }), 'company.org.0'],
    [() => form({ company: { org: 'custom_attributes.a$' } }), 'company.org.0'],
    [() => form({ companies: 'all' } as never), 'companies'],
    [() => webhook({ signature: { ...hmac, signed: '{timestamp}.{body}' } }), 'signature'],
    [() => webhook({ signature: { ...hmac, signed: 'body' } }), 'signature.signed'],
    [() => webhook({ signature: { ...hmac, signed: '{body}{when}' } }), 'signature.signed'],
    [() => webhook({ signature: { ...hmac, header: 'two words' } }), 'signature.header'],
    [() => webhook({ signature: { ...hmac, id: { header: 'x-id' } } }), 'signature'],
    ...[{}, { prefix: 't=' }, { header: 'x-time', prefix: 't=' }].map(
      (timestamp): [() => unknown, string] => [
        () =>
          webhook({
            signature: {
              ...hmac,
              signed: '{timestamp}{body}',
              timestamp: { unit: 's', ...timestamp },
            },
          }),
        'a timestamp needs a `header` of its own',
      ],
    ),
    ...[
      { prefix: 't=', separator: ',', timestamp: { prefix: 't=', unit: 's' as const } },
      { prefix: ' v1=', separator: ',' },
      { prefix: 'sha256=', separator: '=' },
      { prefix: 'v1,', separator: ',' },
      { separator: 'a' },
    ].map((options): [() => unknown, string] => [
      () =>
        webhook({
          signature: {
            ...hmac,
            ...options,
            signed: options.timestamp ? '{timestamp}{body}' : '{body}',
          },
        }),
      'prefixes must not start or end with a space',
    ]),
    ...[
      ['$a', 'attributes.a: custom attribute names contain no "." and no "$"'],
      [{ to: 'a.b', type: 'date' }, 'attributes.a.to: custom attribute names contain no'],
      [{ to: 'a', type: 'date', as: 'b' }, 'attributes.a: Unrecognized key: "as"'],
      ...[7, {}, { type: 'date' }, { to: 'a', type: 'string' }].map((target) => [
        target,
        'attributes.a: expected a name, or { to, type } with a type of text, integer, float, boolean, date',
      ]),
    ].map(([target, text]): [() => unknown, string] => [
      () => signup({ attributes: { a: target } } as never),
      String(text),
    ]),
    ...[7, {}, { place: 'a' }, { yes: ['a'] }, { place: 'a', yes: 'b' }].map(
      (consent): [() => unknown, string] => [
        () => signup({ consent } as never),
        'consent: expected a place, or { place, yes } with the answers that mean yes',
      ],
    ),
    [() => signup({ consent: { place: 'a', yes: [] } }), 'consent.yes: '],
    [() => signup({ consent: { place: 'a', yes: [''] } }), 'consent.yes.0: '],
    [() => signup({ consent: { place: 'a', yes: ['b'], no: ['c'] } as never }), 'consent: Unrec'],
    [() => supabaseDatabase({ table: 7 } as never), 'table'],
    [() => form({ turnstile: 'yes' } as never), 'turnstile'],
    [() => webhook({} as never), 'signature'],
    [() => webhook({ signature: 'bearer' } as never), 'signature'],
    [
      () => webhook({ signature: { type: 'hmac', ...hmac } } as never),
      'signature.type: expected "',
    ],
    [() => webhook({ signature: { type: 'bearer', header: 'x' } } as never), '"header"'],
    [() => webhook({ signature: { ...hmac, encoding: 'utf8' } } as never), 'signature.encoding'],
    [() => webhook({ signature: { ...hmac, heder: 'x' } } as never), 'Unrecognized key: "heder"'],
    [() => standardWebhooks({ types: 'user.created' } as never), 'types'],
    [() => hubspot({ v3Only: 'yes' } as never), 'v3Only'],
    [() => clerk({ on: [] }), 'on'],
    [() => clerk({ on: ['renamed'] } as never), 'on.0'],
    [() => clerk({ onDeleted: 'erase' } as never), 'onDeleted'],
    [
      () => clerk({ accountsOf: 'every' } as never),
      'accountsOf: expected names of sources, or "all"',
    ],
    [() => typeform({ on: ['updated'] } as never), 'on'],
    [() => standardWebhooks({ on: ['deleted'] }), 'on: no type is deleted: set `types'],
    [() => standardWebhooks({ on: ['updated'], types: ['user.new'] }), 'no type is updated'],
    [
      () => standardWebhooks({ on: ['created'], types: { updated: ['user.x'] } }),
      'no type is created',
    ],
    [
      () => standardWebhooks({ types: {} } as never),
      'types: expected the types of at least one kind',
    ],
    [() => defineSource({ payload: { types: { signups: ['x'] } } } as never), 'created, updated'],
    [() => defineSource({} as never)({ tag: 'x' } as never), 'tag'],
  ])('with an invalid option throws an error that says so: %s, %s', (run, name) => {
    expect(messageOf(run)).toContain(name)
  })

  test('of a source that AWS invokes can be used only once', () => {
    expect(messageOf(() => defineBridge({ sources: { a: cognito(), b: cognito() } }))).toContain(
      'sources.b: AWS can invoke only one source: remove it, or sources.a',
    )
  })

  test('accepts every common option', () => {
    expect(() =>
      clerk({
        fields: { 'data.external_id': 'external_id' },
        attributes: {
          'data.username': 'username',
          'data.seats': { to: 'seats', type: 'integer' },
          'data.note': { to: 'about' },
        },
        role: 'user',
        tags: ['clerk'],
        tagsFrom: [
          { place: 'data.plan', allow: ['pro'] },
          { place: 'data.source', prefix: 'src-' },
        ],
        keep: ['utm_source'],
        subscriptions: {
          Newsletter: 'data.newsletter',
          12345: { place: 'data.news', yes: ['Klar doch'], record: 'note' },
          Updates: { place: 'data.updates', record: { attribute: 'agreed_at' } },
        },
        company: {
          'data.org.id': 'company_id',
          'data.org.name': ['name', 'plan'],
          'data.org.tier': 'custom_attributes.tier',
        },
        companies: 'exact',
        note: 'data.note',
        country: 'DE',
        lookup: false,
        onExisting: { overwrite: ['name'] },
        onArchived: 'park',
        consent: 'data.newsletter',
        map: (input) => input,
      }),
    ).not.toThrow()
    expect(() => form({ tagsFrom: { place: 'topic', allow: ['press'] } })).not.toThrow()
    expect(() => clerk({ consent: { place: 'data.news', yes: ['Ja, gerne'] } })).not.toThrow()
  })
})

test('the types reject a misspelt field or option', () => {
  const misspelt = [
    // @ts-expect-error a contact field that does not exist
    () => clerk({ fields: { 'data.email': 'emial' } }),
    // @ts-expect-error an option that does not exist
    () => clerk({ feilds: {} }),
    // @ts-expect-error a role that does not exist
    () => form({ role: 'admin' }),
    // @ts-expect-error a company field that does not exist
    () => typeform({ company: { Company: 'titel' } }),
    // @ts-expect-error a type of an attribute that does not exist
    () => typeform({ attributes: { Size: { to: 'size', type: 'number' } } }),
    // @ts-expect-error a country that does not exist
    () => signup({ country: 'XX' }),
    // @ts-expect-error a policy that does not exist
    () => clerk({ onExisting: 'merge' }),
    // @ts-expect-error an asynchronous map
    () => clerk({ map: async (input) => input }),
    // @ts-expect-error a map that does not return a signup
    () => clerk({ map: () => ({ emial: 'x' }) }),
    // @ts-expect-error a map that reads a field that the payload does not have
    () => clerk({ map: (input, payload) => (payload.data.emial.length ? input : undefined) }),
    // @ts-expect-error an algorithm that does not exist
    () => webhook({ signature: { header: 'x', algorithm: 'md5', encoding: 'hex' } }),
    // @ts-expect-error a form's option on another preset
    () => clerk({ redirect: 'https://example.com' }),
    // @ts-expect-error a config without sources
    () => defineBridge({ source: {} }),
  ]

  expect(misspelt).toHaveLength(13)
})
