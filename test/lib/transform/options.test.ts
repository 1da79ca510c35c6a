import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import type { SignupInput } from '../../../src/lib/signup.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { findConsent } from '../../../src/lib/transform/find-consent.ts'
import { findValue } from '../../../src/lib/transform/find-value.ts'
import { attributeTargets } from '../../../src/lib/transform/mapping-options.ts'
import { applyOptions } from '../../../src/lib/transform/options.ts'

const body = {
  'a.b': 'exact',
  a: { b: 'dotted', c: { d: 1 } },
  empty: '',
  list: ['x', 'y'],
  mixed: ['x', { y: 1 }],
  no: 'off',
  yes: 'on',
}
const questions: Question[] = [
  { id: 'q1', ref: 'email_ref', label: 'Work e-mail', value: 'by id' },
  { id: 'q2', ref: 'q1', label: 'Second', value: 'by ref' },
  { key: 'second', label: 'Third', value: 'by key' },
  { id: 'q4', label: 'Mr. or Ms.', value: 'by label' },
  { id: 'q5', label: 'Left empty', value: '' },
]

describe('findValue', () => {
  test.each([
    ['q1', 'by id'],
    ['email_ref', 'by id'],
    ['  work E-MAIL ', 'by id'],
    ['second', 'by key'],
    ['Mr. or Ms.', 'by label'],
    ['a.b', 'exact'],
    ['a.c.d', 1],
    ['empty', ''],
    ['Left empty', undefined],
    ['a.nothing.here', undefined],
    ['constructor', undefined],
    ['a.__proto__.toString', undefined],
    ['list.length', 2],
  ])('finds at the place %j the value %j', (place, expected) => {
    expect(findValue(body, questions, place)).toEqual(expected)
  })

  test.each<[string, ...Omit<Question, 'value'>[]]>([
    ['id before ref, key and label', { label: 'x' }, { key: 'x' }, { ref: 'x' }, { id: 'x' }],
    ['ref before key and label', { label: 'x' }, { key: 'x' }, { ref: 'x' }],
    ['key before label', { label: 'x' }, { key: 'x' }],
    ['label before a field of the body', { label: 'x' }],
  ])('finds a question by its %s', (_order, ...names) => {
    const asked = names.map((name, index) => ({ ...name, value: index }))

    expect(findValue({ x: 'body' }, asked, 'x')).toBe(asked.length - 1)
  })

  test.each(['', ' ', null, []])('skips a question with the empty answer %j', (value) => {
    const asked = [
      { id: 'x', value },
      { label: 'x', value: 'answered' },
    ]

    expect(findValue({}, asked, 'x')).toBe('answered')
    expect(findValue({ x: 'body' }, asked.slice(0, 1), 'x')).toBe('body')
  })

  test('finds no question whose label only starts with the place', () => {
    expect(findValue({}, [{ label: 'E-mail address', value: 'x' }], 'E-mail')).toBeUndefined()
  })

  test('finds a label that is longer in lower case', () => {
    const questions = [{ label: 'İsminiz ', value: 'Ada' }]

    expect(findValue({}, questions, 'İsminiz')).toBe('Ada')
  })
})

describe('attributeTargets', () => {
  test('returns the place, the name and the type of each attribute, text by default', () => {
    const attributes = {
      'plan.name': 'plan',
      size: { to: 'team_size', type: 'integer' },
      city: { to: 'City' },
    } as const

    expect(attributeTargets(attributes)).toEqual([
      { place: 'plan.name', to: 'plan', type: 'text' },
      { place: 'size', to: 'team_size', type: 'integer' },
      { place: 'city', to: 'City', type: 'text' },
    ])
    expect(attributeTargets(undefined)).toEqual([])
  })
})

const preset: SignupInput = {
  contact: { role: 'user', email: 'preset@example.com', custom_attributes: { plan: 'free' } },
  tags: ['from payload'],
}
const apply = (options: SourceOptions) =>
  applyOptions(preset, { body, payload: body, questions }, options)

describe('applyOptions', () => {
  test('empties what a null stands for at the place of an option, only for a preset that lists nulls', () => {
    const received = { tel: null, tier: null, level: 3, name: undefined }
    const options = {
      fields: { tel: 'phone', name: 'name' },
      attributes: { tier: 'plan', level: { to: 'level', type: 'integer' } },
    } as const
    const clearsOf = (preset: SignupInput) =>
      applyOptions(preset, { body: received, payload: received, questions: [] }, options).input
        ?.clears

    expect(clearsOf({ contact: {}, clears: ['avatar'] })).toEqual([
      ...['avatar', 'phone', 'custom_attributes.plan'],
    ])
    expect(clearsOf({ contact: {} })).toBeUndefined()
  })

  test('returns the preset’s signup unchanged without options', () => {
    expect(apply({}).input).toEqual(preset)
  })

  test('replaces the preset’s values only by values that it finds', () => {
    const { input, leftOut } = apply({
      role: 'lead',
      fields: { 'a.b': 'email', nowhere: 'name', 'not here': 'phone' },
      attributes: { 'a.c.d': 'plan', list: 'interests', mixed: 'odd' },
    })

    expect(input?.contact).toEqual({
      role: 'lead',
      email: 'exact',
      custom_attributes: { plan: 1, interests: 'x, y', odd: ['x', { y: 1 }] },
    })
    expect(leftOut).toEqual([
      { path: 'name', reason: 'field_unmatched' },
      { path: 'phone', reason: 'field_unmatched' },
    ])
  })

  test('fills an attribute with a type as one without: the value stays as it was received', () => {
    const { input, leftOut } = apply({
      attributes: {
        yes: { to: 'wants_demo', type: 'boolean' },
        nowhere: { to: 'seats', type: 'integer' },
        second: { to: 'seats', type: 'integer' },
        'Mr. or Ms.': { to: 'title' },
        'not here': { to: 'budget', type: 'float' },
      },
    })

    expect(input?.contact.custom_attributes).toEqual({
      plan: 'free',
      wants_demo: 'on',
      seats: 'by key',
      title: 'by label',
    })
    expect(leftOut).toEqual([{ path: 'custom_attributes.budget', reason: 'field_unmatched' }])
  })

  test.each(['undefined', 'null', ' ', ''])('keeps the preset’s value if it finds %j', (value) => {
    const options = { fields: { hidden: 'email' } } as const
    const parsed = { body: { hidden: value }, payload: {}, questions: [] }

    expect(applyOptions(preset, parsed, options)).toMatchObject({
      input: { contact: { email: 'preset@example.com' } },
      leftOut: [{ path: 'email', reason: 'field_unmatched' }],
    })
  })

  test('drops the doubt about a field that an option fills', () => {
    const guessing = { ...preset, guessed: ['email', 'phone'] } as const
    const parsed = { body: { own: 'own@example.com' }, payload: {}, questions: [] }
    const guessedWith = (options: SourceOptions) =>
      applyOptions(guessing, parsed, options).input?.guessed

    expect(guessedWith({ fields: { own: 'email' } })).toEqual(['phone'])
    expect(guessedWith({ fields: { missing: 'email' } })).toEqual(['email', 'phone'])
    expect(guessedWith({})).toEqual(['email', 'phone'])
  })

  test('uses the first place with a value of several for one field', () => {
    const { input, leftOut } = apply({
      fields: { nowhere: 'name', 'Mr. or Ms.': 'name', q1: 'name' },
    })

    expect(input?.contact.name).toBe('by label')
    expect(leftOut).toEqual([])
  })

  test('reports each field without a value once, by its path in the signup', () => {
    const { leftOut } = apply({
      fields: { nowhere: 'name', 'not here': 'name' },
      attributes: { nowhere: 'plan' },
      company: { nowhere: 'website' },
      note: 'nowhere',
    })

    expect(leftOut).toEqual([
      { path: 'name', reason: 'field_unmatched' },
      { path: 'custom_attributes.plan', reason: 'field_unmatched' },
      { path: 'company.website', reason: 'field_unmatched' },
    ])
  })

  test('keeps the payload’s company and note if it finds no others', () => {
    const signup = { ...preset, company: { company_id: '7', plan: 'free' }, note: 'hello' }
    const parsed = { body, payload: body, questions }
    const found = (options: SourceOptions) => applyOptions(signup, parsed, options).input

    expect(found({ company: { nowhere: 'company_id' }, note: 'nowhere' })).toMatchObject(signup)
    expect(found({ company: { yes: 'plan' }, note: 'list' })).toMatchObject({
      company: { company_id: '7', plan: 'on' },
      note: 'x, y',
    })
    expect(apply({ company: { nowhere: 'company_id' } }).input).not.toHaveProperty('company')
  })

  describe('with subscriptions', () => {
    const subscriptions = { News: 'news', Updates: { place: 'updates', yes: ['Klar doch'] } }
    const read = (payload: object, more: SourceOptions = {}) => {
      const parsed = { body: payload, payload, questions: [], findConsent }
      const { input, leftOut } = applyOptions(preset, parsed, { subscriptions, ...more })
      return { ...input?.subscriptions, leftOut }
    }
    const unclear = (name: string) => ({
      path: `subscriptions.${name}`,
      reason: 'consent_unclear',
    })

    test.each<[object, boolean | null, boolean | null]>([
      [{ news: true, updates: 'Klar doch' }, true, true],
      [{ news: 'on', updates: ['0', 'on'] }, true, true],
      [{ news: false, updates: 'no' }, false, false],
      [{ news: 'unsubscribe', updates: ['yes', 'no'] }, false, false],
      [{ news: 0, updates: 'Nein danke' }, false, false],
      [{ news: '', updates: null }, null, null],
      [{ news: '0', updates: ['off', ''] }, null, null],
      [{}, null, null],
    ])('reads %j', (payload, News, Updates) => {
      expect(read(payload)).toEqual({ News, Updates, leftOut: [] })
    })

    test('counts what is unclear as no answer, each by its name', () => {
      expect(read({ news: 'maybe', updates: { x: 1 } })).toEqual({
        News: null,
        Updates: null,
        leftOut: [unclear('News'), unclear('Updates')],
      })
    })

    test('lets `map` answer, which is then clear', () => {
      const map: SourceOptions['map'] = (input) => ({
        ...input,
        subscriptions: { ...input.subscriptions, News: false },
      })

      expect(read({ news: 'maybe', updates: 'perhaps' }, { map })).toEqual({
        News: false,
        Updates: null,
        leftOut: [unclear('Updates')],
      })
    })

    test('is read beside the one flag', () => {
      const parsed = { body: { all: '0', news: 'on' }, payload: {}, questions: [], findConsent }
      const { input } = applyOptions(preset, parsed, { consent: 'all', subscriptions })

      expect(input).toMatchObject({ consent: false, subscriptions: { News: true, Updates: null } })
    })
  })

  describe('with tagsFrom', () => {
    const pro = { place: 'plan', allow: ['pro'] }
    const src = { place: 'src', prefix: 'src-' }
    const read = (
      signup: Partial<SignupInput>,
      payload: object,
      options: SourceOptions = { tagsFrom: [pro, src] },
    ) => {
      const parsed = { body: payload, payload, questions: [] }
      const { input, leftOut, exactTags } = applyOptions({ ...preset, ...signup }, parsed, options)
      return { tags: input?.tags, leftOut, exactTags }
    }

    test('adds the allowed tags after those of the payload and of the config', () => {
      const options: SourceOptions = { tags: ['app'], tagsFrom: pro }

      expect(read({ tags: 'vip' }, { plan: ['Pro', 'x'] }, options)).toEqual({
        tags: ['vip', 'app', 'pro'],
        leftOut: [{ path: 'tags', reason: 'tag_not_allowed' }],
        exactTags: [pro],
      })
    })

    test('takes no others from the place that the preset reads tags from', () => {
      const options: SourceOptions = { tagsFrom: { ...pro, place: 'tags' } }

      expect(read({ tags: ['pro', 'x'] }, { tags: ['pro', 'x'] }, options).tags).toEqual(['pro'])
    })

    test.each<[string, object, readonly object[] | undefined]>([
      ['a value', { plan: 'pro', src: 'src-ads' }, [pro, src]],
      ['another value', { plan: 'free' }, [pro]],
      ['null', { plan: null }, [pro]],
      ['an empty list', { src: [] }, [src]],
      ['nothing', {}, undefined],
    ])(
      'knows the rules whose tags it names where the payload has %s',
      (_title, payload, exactTags) => {
        expect(read({ event: 'updated' }, payload).exactTags).toEqual(exactTags)
        expect(read({ isKindless: true }, payload).exactTags).toBeUndefined()
      },
    )

    test('knows all tags of an update that has the whole person', () => {
      expect(read({ event: 'updated', isWhole: true }, {}).exactTags).toEqual([pro, src])
    })
  })

  test.each([
    [[1, true, 'x'], '1, true, x'],
    [['', 'x'], 'x'],
    [
      [1, null],
      [1, null],
    ],
    [{ y: 1 }, { y: 1 }],
  ])('joins plain values to one text: %j becomes %j', (value, plan) => {
    const parsed = { body: { value }, payload: {}, questions: [] }
    const { input } = applyOptions(preset, parsed, { attributes: { value: 'plan' } })

    expect(input?.contact.custom_attributes).toEqual({ plan })
  })

  test('keeps the list of a box that opts out: a hidden input and its own value', () => {
    const parsed = { body: { stop: ['0', '1'] }, payload: {}, questions: [] }
    const options = {
      fields: { stop: 'unsubscribed_from_emails' },
      attributes: { stop: 'stop' },
    } as const

    expect(applyOptions(preset, parsed, options).input?.contact).toMatchObject({
      unsubscribed_from_emails: ['0', '1'],
      custom_attributes: { stop: '0, 1' },
    })
  })

  test('fills several company fields from one place, and a typed attribute as any other', () => {
    const { input, leftOut } = apply({
      company: { q1: ['name', 'company_id'], nowhere: ['plan', 'name'], 'a.c.d': 'size' },
      attributes: { list: { to: 'interests' }, 'a.c.d': { to: 'seats', type: 'integer' } },
    })

    expect(input?.company).toEqual({ name: 'by id', company_id: 'by id', size: 1 })
    expect(input?.contact.custom_attributes).toMatchObject({ interests: 'x, y', seats: 1 })
    expect(leftOut).toEqual([{ path: 'company.plan', reason: 'field_unmatched' }])
  })

  test('names a typed attribute that it does not find by its name in Intercom', () => {
    const { leftOut } = apply({ attributes: { nowhere: { to: 'seats', type: 'integer' } } })

    expect(leftOut).toEqual([{ path: 'custom_attributes.seats', reason: 'field_unmatched' }])
  })

  describe('with keys that the preset does not read', () => {
    const unread = ['team', 'a.b', 'uses', 'x@y', 'other']
    const team = { size: 5, consent: 'on' }
    const listed = (options: SourceOptions) =>
      applyOptions(preset, { body: { team }, payload: {}, questions: [], unread }, options)
        .leftOut.filter(({ reason }) => reason === 'field_unknown')
        .map(({ path }) => path)

    test('lists those that no option maps', () => {
      expect(listed({})).toEqual(['team', 'a.b', 'uses', '…', 'other'])
    })

    test.each<SourceOptions>([
      { fields: { team: 'name' } },
      { attributes: { 'team.size': { to: 'team', type: 'integer' } }, consent: 'team.consent' },
      { company: { team: ['name'] } },
      { note: 'team' },
      { tagsFrom: { place: 'team', allow: ['pro'] } },
      { subscriptions: { News: 'team' } },
    ])('does not list one that %j maps', (options) => {
      expect(listed(options)).toEqual(['a.b', 'uses', '…', 'other'])
    })

    test('lists what no option maps beside what one maps, and a text that has nothing inside', () => {
      expect(listed({ note: 'team.size' })).toEqual(['team.consent', 'a.b', 'uses', '…', 'other'])
      expect(listed({ note: 'uses.size' })).toContain('uses')
    })

    test('lists one whose name only starts like a place', () => {
      expect(listed({ fields: { teams: 'name', 'a.bc': 'phone' } })).toContain('team')
      expect(listed({ fields: { teams: 'name', 'a.bc': 'phone' } })).toContain('a.b')
    })
  })

  describe('with unknown keys in companies and custom attributes', () => {
    const signup = {
      contact: { email: 'a@example.com', custom_attributes: { address: { city: 'Paris' }, x: 1 } },
      company: { company_id: '7', boss: 'x', team: { size: 5 } },
      companies: [{ company_id: '8', boss: 'x' }],
    }
    const mapped = (options: SourceOptions) =>
      applyOptions(signup, { body: {}, payload: {}, questions: [] }, options).input

    test('keeps them if no option maps them', () => {
      expect(mapped({ fields: { boss: 'name', company: 'name' } })).toEqual(signup)
    })

    test('drops them if an option maps them, or something inside them', () => {
      const options: SourceOptions = {
        attributes: { 'company.team.size': 'team', 'custom_attributes.address.city': 'city' },
        company: { 'companies.0.boss': 'name' },
        note: 'company.boss',
      }

      expect(mapped(options)).toEqual({
        contact: { email: 'a@example.com', custom_attributes: { x: 1 } },
        company: { company_id: '7' },
        companies: [{ company_id: '8' }],
      })
    })

    test('keeps the rest of an object that an option maps a part of', () => {
      const address = { city: 'Paris', zip: '75001' }
      const input = {
        contact: { custom_attributes: { address, x: 1 } },
        company: { company_id: '7', team: { size: 5, lead: 'Ada' } },
      }
      const options: SourceOptions = {
        attributes: { 'company.team.size': 'team', 'custom_attributes.address.city': 'city' },
      }

      expect(
        applyOptions(input, { body: {}, payload: {}, questions: [] }, options).input,
      ).toMatchObject({
        contact: { custom_attributes: { 'address.zip': '75001', x: 1 } },
        company: { company_id: '7', 'team.lead': 'Ada' },
      })
    })

    test('keeps a known field and a flat attribute that an option maps elsewhere, too', () => {
      const options: SourceOptions = {
        attributes: { 'company.company_id': 'org', 'custom_attributes.x': 'y' },
      }

      expect(mapped(options)).toEqual(signup)
    })

    test('drops them from companies that are one object', () => {
      const one = { ...signup, companies: { company_id: '8', boss: 'x', other: 1 } }
      const options: SourceOptions = { note: 'companies.boss' }
      const { input } = applyOptions(one, { body: {}, payload: {}, questions: [] }, options)

      expect(input?.companies).toEqual({ company_id: '8', other: 1 })
    })
  })

  describe('with unknown fields in the contact', () => {
    const contact = { email: 'a@example.com', team: 'x', size: 3 } as SignupInput['contact']
    const fieldsWith = (options: SourceOptions) => {
      const parsed = { body: {}, payload: {}, questions: [] }
      return Object.keys(applyOptions({ contact }, parsed, options).input?.contact ?? {})
    }

    test.each<SourceOptions>([
      { fields: { team: 'name' } },
      { attributes: { team: 'team' } },
      { company: { team: 'name' } },
      { note: 'team' },
      { consent: 'team' },
    ])('drops a field that %j maps', (options) => {
      expect(fieldsWith(options)).toEqual(['email', 'size', 'custom_attributes'])
    })

    test('keeps what no option maps inside a field, by its path', () => {
      const deep = { a: { b: 1, c: { d: 2 } }, e: [{ f: 3, no: null }, 4, ''], g: 'text' }
      const options: SourceOptions = {
        attributes: { 'a.b': 'b', 'e.0.f': 'f', 'g.h': 'h' },
        note: 'a.c.d',
      }
      const input = { contact: { ...contact, ...deep } }
      const parsed = { body: deep, payload: deep, questions: [] }

      expect(applyOptions(input, parsed, options).input?.contact).toEqual({
        ...{ ...contact, 'e.1': 4, g: 'text' },
        custom_attributes: { b: 1, f: 3 },
      })
    })

    test('keeps the unknown fields that no option maps', () => {
      expect(fieldsWith({})).toEqual(['email', 'team', 'size', 'custom_attributes'])
      expect(fieldsWith({ fields: { email: 'email', size: 'owner_id' } })).toEqual([
        ...['email', 'team', 'custom_attributes'],
      ])
    })
  })

  test('adds constant tags, a company and a note', () => {
    const { input } = apply({
      tags: ['beta'],
      company: { 'a.c.d': 'company_id', q1: 'name' },
      note: 'Third',
    })

    expect(input).toMatchObject({
      tags: ['from payload', 'beta'],
      company: { company_id: 1, name: 'by id' },
      note: 'by key',
    })
  })

  test('adds tags to the payload’s, one or several', () => {
    const parsed = { body, payload: body, questions }

    for (const [tags, expected] of [
      ['one', ['one', 'beta']],
      ['one,two', ['one', 'two', 'beta']],
      [['one,two'], ['one,two', 'beta']],
      [
        ['one', 'two'],
        ['one', 'two', 'beta'],
      ],
      [null, ['beta']],
    ]) {
      expect(applyOptions({ ...preset, tags }, parsed, { tags: ['beta'] }).input?.tags).toEqual(
        expected,
      )
    }
  })
})

test('attributeTargets lists each place with the attribute and its type, by default text', () => {
  const attributes = {
    plan: 'plan',
    seats: { to: 'team_size', type: 'integer' },
    about: { to: 'about' },
  } as const

  expect(attributeTargets(attributes)).toEqual([
    { place: 'plan', to: 'plan', type: 'text' },
    { place: 'seats', to: 'team_size', type: 'integer' },
    { place: 'about', to: 'about', type: 'text' },
  ])
  expect(attributeTargets(undefined)).toEqual([])
})

describe('applyOptions and email_verified', () => {
  const verified: SignupInput = { contact: { email: 'a@example.com', email_verified: true } }
  const received = { other: 'b@example.com', same: 'a@example.com', yes: true }
  const contactOf = (options: SourceOptions) =>
    applyOptions(verified, { body: received, payload: received, questions: [] }, options).input
      ?.contact

  test.each<[string, SourceOptions, boolean | undefined]>([
    ['nothing', {}, true],
    ['the same e-mail', { fields: { same: 'email' } }, true],
    ['another e-mail', { fields: { other: 'email' } }, undefined],
    ['both', { fields: { other: 'email', yes: 'email_verified' } }, true],
  ])('keeps it only beside its own e-mail: fields name %s', (_what, options, expected) => {
    expect(contactOf(options)?.email_verified).toBe(expected)
  })

  test('keeps it where the preset found no e-mail', () => {
    const withoutEmail: SignupInput = { contact: { email: null, email_verified: true } }
    const parsed = { body: received, payload: received, questions: [] }
    const options: SourceOptions = { fields: { other: 'email' } }

    expect(applyOptions(withoutEmail, parsed, options).input?.contact).toMatchObject({
      email: 'b@example.com',
      email_verified: true,
    })
  })

  test('keeps it only beside its own e-mail, whatever map does', () => {
    const withEmail = (email: string, more = {}): SourceOptions => ({
      map: (input) => ({ ...input, contact: { ...input.contact, email, ...more } }),
    })

    expect(contactOf(withEmail('a@example.com'))?.email_verified).toBe(true)
    expect(contactOf(withEmail('b@example.com'))?.email_verified).toBeUndefined()
    expect(contactOf(withEmail('b@example.com', { email_verified: false }))?.email_verified).toBe(
      false,
    )
    const changing: SourceOptions = {
      map: (input) => {
        input.contact.email = 'b@example.com'
        return input
      },
    }
    expect(contactOf(changing)?.email_verified).toBeUndefined()
  })
})

describe('applyOptions with map', () => {
  test('runs map after the other options', () => {
    const map: SourceOptions['map'] = (signup, payload) => ({
      ...signup,
      contact: { ...signup.contact, name: `${signup.contact.email} ${payload === body}` },
    })

    expect(apply({ fields: { 'a.b': 'email' }, map }).input?.contact.name).toBe('exact true')
  })

  test('returns no signup if map returns undefined', () => {
    expect(apply({ map: () => undefined }).input).toBeUndefined()
  })

  test.each([
    () => {
      throw new Error('canary')
    },
    () => null,
    () => 'text',
    () => ({}),
    async () => preset,
    async () => {
      throw new Error('canary')
    },
  ])('throws mapping_failed without the error’s text for the map %s', (map) => {
    let error: unknown
    try {
      apply({ map: map as unknown as NonNullable<SourceOptions['map']> })
    } catch (thrown) {
      error = thrown
    }

    expect(error).toMatchObject({ code: 'mapping_failed', cause: undefined })
    expect((error as Error).message).not.toContain('canary')
  })
})

describe('applyOptions: an event of a company, or of a membership', () => {
  const event = {
    id: 'own-1',
    name: 'Ada',
    org: { id: 'own-c', tier: 'gold' },
  }
  const given = { company_id: 'c-1', name: 'Engines', custom_attributes: { seats: 3 } }
  const apply = (received: Partial<SignupInput>, options: SourceOptions) =>
    applyOptions(
      { contact: { external_id: '1', email: 'a@b.example' }, company: given, ...received },
      {
        ...{ body: event, payload: event, questions: [] },
      },
      options,
    ).input
  const options: SourceOptions = {
    fields: { id: 'external_id', name: 'name' },
    attributes: { name: 'who' },
    company: { 'org.id': 'company_id', 'org.tier': ['plan', 'custom_attributes.tier'] },
    tags: ['app'],
    note: 'name',
    role: 'lead',
  }
  const merged = {
    ...{ company_id: 'own-c', name: 'Engines', plan: 'gold' },
    custom_attributes: { seats: 3, tier: 'gold' },
  }

  test('of a company has only the option company applied', () => {
    expect(apply({ about: 'company', contact: {} }, options)).toEqual({
      ...{ about: 'company', contact: {} },
      company: merged,
    })
  })

  test('of a membership too; the ids that the options map are not the sender’s', () => {
    const about = 'membership'

    expect(apply({ about }, options)).toEqual({
      ...{ about, contact: { email: 'a@b.example' } },
      company: merged,
    })
    expect(apply({ about }, {})).toEqual({
      ...{ about, contact: { external_id: '1', email: 'a@b.example' } },
      company: given,
    })
  })

  test.each(['company', 'membership'] as const)(
    'of a %s has no company if the place of its id is empty',
    (about) => {
      const company = { 'org.none': 'company_id', name: 'name' } as const

      expect(apply({ about }, { company })?.company).toBeUndefined()
    },
  )

  test.each(['company', 'membership'] as const)(
    'of a %s is mapped, and may be ignored',
    (about) => {
      expect(apply({ about }, { map: () => undefined })).toBeUndefined()
      expect(
        apply({ about }, { map: (input) => ({ ...input, company: { company_id: 'x' } }) })?.company,
      ).toEqual({ company_id: 'x' })
    },
  )

  test('of a person fills custom attributes of the company, too', () => {
    expect(apply({}, { company: { 'org.tier': 'custom_attributes.tier' } })?.company).toEqual({
      ...given,
      custom_attributes: { seats: 3, tier: 'gold' },
    })
  })
})
