import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fitAttribute,
  fitAttributes,
  fitClears,
  isSameName,
} from '../../../src/lib/deliver/fit-attributes.ts'
import type { DataAttribute, Scalar } from '../../../src/lib/intercom/data-attributes.ts'

const custom = (name: string, fields: Partial<DataAttribute> = {}): DataAttribute => ({
  name,
  full_name: `custom_attributes.${name}`,
  data_type: 'string',
  api_writable: true,
  archived: false,
  ...fields,
})
const fitAs = (data_type: string | null | undefined, value: Scalar) => {
  const { value: fitted, problem } = fitAttribute([custom('x', { data_type })], 'x', value)
  return problem ?? fitted
}

describe('fitAttribute converts', () => {
  test.each<[type: string, value: Scalar, fitted: Scalar]>([
    ['string', 'pro', 'pro'],
    ['string', '', ''],
    ['string', 7, '7'],
    ['string', 7.5, '7.5'],
    ['string', true, 'true'],
    ['integer', 7, 7],
    ['integer', -7, -7],
    ['integer', '25', 25],
    ['integer', ' 25 ', 25],
    ['integer', '-3', -3],
    ['integer', '+7', 7],
    ['integer', '007', 7],
    ['integer', '25.0', 25],
    ['integer', '25.000', 25],
    ['integer', '9007199254740991', 9_007_199_254_740_991],
    ['float', 7, 7],
    ['float', 7.5, 7.5],
    ['float', '99.5', 99.5],
    ['float', '-0.25', -0.25],
    ['float', '.5', 0.5],
    ['float', ' .25 ', 0.25],
    ['float', '000000000000012.5', 12.5],
    ['float', '123456789012345', 123_456_789_012_345],
    ['float', '100', 100],
    ['float', '123456789012.345', 123_456_789_012.345],
    ['float', '0.12345678901234568', 0.123_456_789_012_345_68],
    ['boolean', true, true],
    ['boolean', false, false],
    ['boolean', 'true', true],
    ['boolean', 'Yes', true],
    ['boolean', ' ON ', true],
    ['boolean', '1', true],
    ['boolean', 1, true],
    ['boolean', 'FALSE', false],
    ['boolean', 'no', false],
    ['boolean', 'off', false],
    ['boolean', '0', false],
    ['boolean', 0, false],
    ['boolean', 'checked', true],
    ['boolean', 'Ja', true],
    ['boolean', 'unchecked', false],
    ['boolean', 'nein', false],
    ['date', 1_798_070_400, 1_798_070_400],
    ['date', '1798070400', 1_798_070_400],
    ['date', 1_798_070_400_000, 1_798_070_400],
    ['date', '1798070400000', 1_798_070_400],
    ['date', '2026-12-24', 1_798_070_400],
    ['date', '2026-12-24T01:00:00+01:00', 1_798_070_400],
    ['date', '2126-12-24', 4_953_744_000],
    ['datetime', '2026-12-24T00:00:00Z', 1_798_070_400],
    ['datetime', 1_798_070_400, 1_798_070_400],
  ])('to %s: %j to %j', (type, value, fitted) => {
    expect(fitAs(type, value)).toBe(fitted)
  })

  test.each(['pro', 7, 7.5, true])('nothing of an unknown type: %j', (value) => {
    expect(fitAs('colour', value)).toBe(value)
  })

  test.each([undefined, null, ''])('nothing of an attribute without a type (%j)', (type) => {
    expect(fitAs(type, 7)).toBe(7)
  })

  test('an integer or a float as text to the number that reads like it', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        (whole, part) => {
          const short = Number(part.toPrecision(7))
          expect(fitAs('integer', String(whole))).toBe(whole)
          // Never another number; one with an exponent is no text that a person types.
          const fitted = fitAs('float', String(short))
          expect([short, 'not of its type, float']).toContain(fitted)
        },
      ),
    )
  })
})

describe('fitAttribute gives the reason', () => {
  test.each<[type: string, value: Scalar]>([
    ['integer', 7.5],
    ['integer', '7.5'],
    ['integer', 'many'],
    ['integer', '25 people'],
    ['integer', 'about 25'],
    ['integer', ''],
    ['integer', '1,200'],
    ['integer', '9007199254740993'],
    ['integer', true],
    ['float', 'many'],
    ['float', '99,5'],
    ['float', '.'],
    ['float', 'NaN'],
    ['float', 'Infinity'],
    ['float', '0x10'],
    ['float', '1234567890123456.789'],
    ['float', '1e3'],
    ['float', false],
    ['boolean', 'maybe'],
    ['boolean', ''],
    ['boolean', 2],
    ['boolean', 'yes, please'],
    ['boolean', 'unsubscribe'],
    ['date', 'soon'],
    ['date', '2026-02-30'],
    ['datetime', true],
  ])('of what is not of its type: %s and %j', (type, value) => {
    expect(fitAs(type, value)).toBe(`not of its type, ${type}`)
  })

  test('of an attribute that is not in the workspace, or archived', () => {
    const archived = custom('plan', { archived: true })

    expect(fitAttribute([custom('plan')], 'seats', 7).problem).toBe('not in the workspace')
    expect(fitAttribute([], 'seats', 7).problem).toBe('not in the workspace')
    expect(fitAttribute([archived], 'plan', 'pro').problem).toBe('not in the workspace')
    expect(fitAttribute([archived, custom('Plan')], 'plan', 'pro').sentAs).toBe('Plan')
  })

  test('of a standard attribute of the same name', () => {
    const standard = { name: 'phone', full_name: 'phone', data_type: 'string' }

    expect(fitAttribute([standard], 'phone', '+1').problem).toBe('not in the workspace')
    expect(fitAttribute([standard, custom('phone')], 'phone', '+1').problem).toBeUndefined()
  })

  test('of an attribute that is not writable', () => {
    const list = [custom('plan', { api_writable: false })]

    expect(fitAttribute(list, 'plan', 'pro').problem).toBe('not writable')
  })
})

describe('fitAttribute finds the name', () => {
  test.each([
    ['as it is', 'Team size', ['Team size', 'team size'], 'Team size'],
    ['in another case', 'PLAN', ['plan'], 'plan'],
    ['with outer blanks', ' plan ', ['plan'], 'plan'],
    ['with outer blanks in the workspace', 'plan', ['plan '], 'plan '],
    ['in another Unicode form', 'Größe', ['Gro\u0308ße'], 'Gro\u0308ße'],
  ])('%s', (_how, name, names, sentAs) => {
    const fitted = fitAttribute(
      names.map((known) => custom(known)),
      name,
      'x',
    )

    expect(fitted).toEqual({ name, sentAs, value: 'x' })
  })

  test('unless two in the workspace read like it', () => {
    const list = [custom('Plan'), custom('PLAN')]

    expect(fitAttribute(list, 'plan', 'pro').problem).toBe('not in the workspace')
  })

  test('but not without inner blanks', () => {
    expect(fitAttribute([custom('team size')], 'teamsize', 'x').problem).toBe(
      'not in the workspace',
    )
  })
})

describe('fitAttribute finds the option', () => {
  test.each<[string, Scalar, unknown[], Scalar]>([
    ['as it is', 'pro', ['Pro', 'pro'], 'pro'],
    ['in another case', 'pro', ['Free', 'Pro'], 'Pro'],
    ['with outer blanks', ' PRO ', ['Free', 'Pro'], 'Pro'],
    [
      'of an object',
      'pro',
      [
        { id: '1', value: 'Free' },
        { id: '2', value: 'Pro' },
      ],
      'Pro',
    ],
    ['for a number', 10, ['10', '100'], '10'],
    ['that is a number', ' 10 ', [10, 100], '10'],
    ['that is a number of an object', '10', [{ value: 10 }], '10'],
  ])('%s', (_how, value, options, fitted) => {
    expect(fitAttribute([custom('plan', { options })], 'plan', value)).toMatchObject({
      value: fitted,
    })
  })

  test.each<[string, Scalar, unknown[], Scalar]>([
    ['integer', '10', [{ value: 10 }], 10],
    ['integer', '10', ['10'], 10],
    ['float', '1.50', [1.5], 1.5],
    ['boolean', 'Yes', [true, false], true],
  ])('of a list of type %s: %j in %j', (data_type, value, options, fitted) => {
    expect(fitAttribute([custom('plan', { data_type, options })], 'plan', value)).toMatchObject({
      value: fitted,
    })
  })

  test.each([undefined, null, []])('of any value without options (%j)', (options) => {
    const list = [{ ...custom('plan'), options }]

    expect(fitAttribute(list, 'plan', 'pro')).toEqual({
      name: 'plan',
      sentAs: 'plan',
      value: 'pro',
    })
  })

  test.each<[Scalar, unknown[]]>([
    ['gold', ['free', 'pro']],
    ['', ['free', 'pro']],
    ['Pro', ['pro', 'PRO']],
    ['x', [{ label: 'x' }, 7, null]],
  ])('or gives the reason: %j in %j', (value, options) => {
    expect(fitAttribute([custom('plan', { options })], 'plan', value).problem).toBe(
      'not one of its options',
    )
  })
})

describe('fitAttributes', () => {
  test('sends the exact one of two names of one attribute', () => {
    expect(fitAttributes([custom('plan')], { Plan: 'free', plan: 'pro', other: 'x' })).toEqual([
      { name: 'Plan', sentAs: 'plan', value: 'free', problem: 'given twice' },
      { name: 'plan', sentAs: 'plan', value: 'pro' },
      { name: 'other', sentAs: 'other', value: 'x', problem: 'not in the workspace' },
    ])
  })

  test.each(['PLAN', 'plan'])('sends the one that fits if %s does not', (name) => {
    const list = [custom('plan', { data_type: 'integer' })]

    expect(fitAttributes(list, { [name]: 'many', Plan: '7' })).toEqual([
      { name, sentAs: 'plan', value: 'many', problem: 'not of its type, integer' },
      { name: 'Plan', sentAs: 'plan', value: 7 },
    ])
  })

  test('sends the first of two names of one attribute if none is exact', () => {
    expect(fitAttributes([custom('plan')], { PLAN: 'free', Plan: 'pro' })).toEqual([
      { name: 'PLAN', sentAs: 'plan', value: 'free' },
      { name: 'Plan', sentAs: 'plan', value: 'pro', problem: 'given twice' },
    ])
  })
})

test('fitClears finds the attributes to empty, and ignores those that are unknown or not writable', () => {
  const list = [custom('plan', { data_type: 'integer' }), custom('score', { api_writable: false })]

  expect(fitClears(list, ['Plan', 'team', 'score'])).toEqual([
    { name: 'Plan', sentAs: 'plan', value: null },
  ])
})

test.each([
  ['plan', ' PLAN ', true],
  ['plan', 'plans', false],
])('isSameName of %j and %j is %j', (a, b, expected) => {
  expect(isSameName(a, b)).toBe(expected)
})
