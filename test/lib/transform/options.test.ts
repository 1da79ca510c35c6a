import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import type { SignupInput } from '../../../src/lib/signup.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { applyOptions, findValue } from '../../../src/lib/transform/options.ts'

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

describe('a place', () => {
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
  ])('%j is %j', (place, expected) => {
    expect(findValue(body, questions, place)).toEqual(expected)
  })
})

describe('a question', () => {
  test.each<[string, ...Omit<Question, 'value'>[]]>([
    ['its id', { label: 'x' }, { key: 'x' }, { ref: 'x' }, { id: 'x' }],
    ['its ref', { label: 'x' }, { key: 'x' }, { ref: 'x' }],
    ['its key', { label: 'x' }, { key: 'x' }],
    ['its label', { label: 'x' }],
  ])('is found by %s before what comes after that', (_name, ...named) => {
    const asked = named.map((names, index) => ({ ...names, value: index }))

    expect(findValue({ x: 'body' }, asked, 'x')).toBe(asked.length - 1)
  })

  test.each(['', ' ', null, []])('that was answered %j gives way to another', (value) => {
    const asked = [
      { id: 'x', value },
      { label: 'x', value: 'answered' },
    ]

    expect(findValue({}, asked, 'x')).toBe('answered')
    expect(findValue({ x: 'body' }, asked.slice(0, 1), 'x')).toBe('body')
  })

  test('of another name is not meant', () => {
    expect(findValue({}, [{ label: 'E-mail address', value: 'x' }], 'E-mail')).toBeUndefined()
  })
})

const preset: SignupInput = {
  contact: { role: 'user', email: 'preset@example.com', custom_attributes: { plan: 'free' } },
  tags: ['from payload'],
}
const apply = (options: SourceOptions) =>
  applyOptions(preset, { body, payload: body, questions }, options)

describe('options', () => {
  test('leave the preset alone where there are none', () => {
    expect(apply({}).input).toEqual(preset)
  })

  test('beat what the preset found, where they find something', () => {
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

  test.each(['undefined', 'null', ' ', ''])('%j is no find, and beats nothing', (value) => {
    const options = { fields: { hidden: 'email' } } as const
    const readable = { body: { hidden: value }, payload: {}, questions: [] }

    expect(applyOptions(preset, readable, options)).toMatchObject({
      input: { contact: { email: 'preset@example.com' } },
      leftOut: [{ path: 'email', reason: 'field_unmatched' }],
    })
  })

  test('try several places for one field, the first that finds something wins', () => {
    const { input, leftOut } = apply({
      fields: { nowhere: 'name', 'Mr. or Ms.': 'name', q1: 'name' },
    })

    expect(input?.contact.name).toBe('by label')
    expect(leftOut).toEqual([])
  })

  test('say once what was found nowhere, and in which part of a signup', () => {
    const { leftOut } = apply({
      fields: { nowhere: 'name', 'not here': 'name' },
      attributes: { nowhere: 'plan' },
      company: { nowhere: 'website' },
      note: 'nowhere',
    })

    expect(leftOut).toEqual([
      { path: 'name', reason: 'field_unmatched' },
      { path: 'custom_attributes', reason: 'field_unmatched' },
      { path: 'company.website', reason: 'field_unmatched' },
    ])
  })

  test('leave a payload’s own company and note where they find nothing', () => {
    const own = { ...preset, company: { company_id: '7', plan: 'free' }, note: 'hello' }
    const readable = { body, payload: body, questions }
    const found = (options: SourceOptions) => applyOptions(own, readable, options).input

    expect(found({ company: { nowhere: 'company_id' }, note: 'nowhere' })).toMatchObject(own)
    expect(found({ company: { yes: 'plan' }, note: 'list' })).toMatchObject({
      company: { company_id: '7', plan: 'on' },
      note: 'x, y',
    })
    expect(apply({ company: { nowhere: 'company_id' } }).input).not.toHaveProperty('company')
  })

  test.each([
    [[1, true, 'x'], '1, true, x'],
    [
      [1, null],
      [1, null],
    ],
    [{ y: 1 }, { y: 1 }],
  ])('make one text of several plain values: of %j %j', (value, plan) => {
    const readable = { body: { value }, payload: {}, questions: [] }
    const { input } = applyOptions(preset, readable, { attributes: { value: 'plan' } })

    expect(input?.contact.custom_attributes).toEqual({ plan })
  })

  describe('take a field of another name for known where they name it', () => {
    const contact = { email: 'a@example.com', team: 'x', size: 3 } as SignupInput['contact']
    const left = (options: SourceOptions) => {
      const readable = { body: {}, payload: {}, questions: [] }
      return Object.keys(applyOptions({ contact }, readable, options).input?.contact ?? {})
    }

    test.each<SourceOptions>([
      { fields: { team: 'name' } },
      { attributes: { team: 'team' } },
      { company: { team: 'name' } },
      { note: 'team' },
      { consent: 'team' },
    ])('%j', (options) => {
      expect(left(options)).toEqual(['email', 'size', 'custom_attributes'])
    })

    test('and not where they do not', () => {
      expect(left({})).toEqual(['email', 'team', 'size', 'custom_attributes'])
      expect(left({ fields: { email: 'email', size: 'owner_id' } })).toEqual([
        ...['email', 'team', 'custom_attributes'],
      ])
    })
  })

  test('add constant tags, a company and a note', () => {
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

  test('add to a payload’s tags, one or several', () => {
    const readable = { body, payload: body, questions }

    for (const [tags, expected] of [
      ['one', ['one', 'beta']],
      [
        ['one', 'two'],
        ['one', 'two', 'beta'],
      ],
      [null, ['beta']],
    ]) {
      expect(applyOptions({ ...preset, tags }, readable, { tags: ['beta'] }).input?.tags).toEqual(
        expected,
      )
    }
  })

  test.each([
    ['yes', true],
    ['list', true],
    ['no', false],
    ['empty', false],
    ['nowhere', false],
  ])('read consent from the box %s as %j', (consent, expected) => {
    expect(apply({ consent }).input?.consent).toBe(expected)
  })

  const consentOf = (value: unknown) => {
    const given = { body: { box: value }, payload: {}, questions: [] }
    return applyOptions({ contact: {} }, given, { consent: 'box' }).input?.consent
  }

  const yes: unknown[] = [
    ...[true, 1, 'on', 'true', 'x', 'Yes, write to me', 'Send me news', 'opt_in', ['a', 'b']],
    ...['Yes (you can unsubscribe at any time)', 'Send me news. I can opt out at any time'],
    ...['I agree to the terms, no spam please', 'Yes, notify me — never spam', 'Notify me'],
    ...['I consent; none of my data is sold', 'Keep me informed of nothing but launches'],
    ...['Subscribe', ['0', '1'], ['off', 'on'], [' 0 ', 'on'], [1, 2], 'optIn'],
    ...['News, please', 'Join', 'Sí. Sin spam, no llames', 'Kino', 'Write to me about nothing'],
    ...['Yes! No calls', 'Yes? No calls', 'Yes: no calls', 'Yes – no calls', 'Yes) no calls'],
  ]
  const no: unknown[] = [
    ...[false, 0, '', ' ', '0', 'false', 'Off', 'n', 'unchecked', null, [], [''], ['yes', 'no']],
    ...['No', 'No, thanks', 'Nope', 'Never', 'none', 'Nein', 'opt_out', 'Opt out', 'decline'],
    ...['I do not want any', "I don't want any", 'Rather not', 'not_subscribed', 'unsubscribed'],
    ...['I disagree', 'denied', 'opted out', 'optedOut', 'opted-out', 'I’d rather you didn’t'],
    ...["Won't", 'doNotEmail', 'notSubscribed', 'noThanks', 'disabled', 'nee', 'keine'],
    ...['I want no mail', 'Please don’t', 'Newsletter: no thanks', ['0'], ['off', 'no']],
    ...['dont', 'isnt wanted', 'kein', 'deny', 'declined', 'declines', 'refuse', 'refused'],
    ...['reject', 'rejects', 'rejected', 'opting out', 'optout', 'opt__out', 'unsubscribe'],
    ...[' off ', 'Newsletter: please do not', 'Surely: no', [true, false], [0, 1], [{}, 'on']],
    ...[{ yes: true }, { toString: 1, valueOf: 1 }, [{}], [['yes']]],
  ]

  test.each([
    ...yes.map((value) => ({ value, consent: true })),
    ...no.map((value) => ({ value, consent: false })),
  ])('take $value for $consent', ({ value, consent }) => {
    expect(consentOf(value)).toBe(consent)
  })

  test('find a label whatever its letters and the blanks around it', () => {
    const questions = [{ label: 'İsminiz ', value: 'Ada' }]

    expect(findValue({}, questions, 'İsminiz')).toBe('Ada')
  })

  test('say nothing of consent where no box is named', () => {
    expect(apply({}).input).not.toHaveProperty('consent')
  })
})

describe('map', () => {
  test('has the last word', () => {
    const map: SourceOptions['map'] = (signup, payload) => ({
      ...signup,
      contact: { ...signup.contact, name: `${signup.contact.email} ${payload === body}` },
    })

    expect(apply({ fields: { 'a.b': 'email' }, map }).input?.contact.name).toBe('exact true')
  })

  test('ignores a payload by undefined', () => {
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
  ])('fails as mapping_failed, quoting nothing: %s', (map) => {
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
