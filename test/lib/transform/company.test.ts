import { describe, expect, test } from 'vitest'
import type { SignupInput } from '../../../src/lib/signup.ts'
import { readCompanies } from '../../../src/lib/transform/company.ts'
import { createValueReader } from '../../../src/lib/transform/normalise-values.ts'
import { start } from '../../support/clock.ts'

const read = (input: Pick<SignupInput, 'company' | 'companies'>) => {
  const reader = createValueReader(start)
  return { companies: readCompanies(reader, input), leftOut: reader.leftOut }
}
const readField = (company: NonNullable<SignupInput['company']>) => {
  const { companies, leftOut } = read({ company: { company_id: '7', ...company } })
  const { company_id: _id, ...fields } = companies?.[0] ?? { company_id: '' }
  return { fields, leftOut }
}

test('readCompanies reads every field that Intercom has', () => {
  const company = {
    company_id: 7,
    name: 'Acme',
    website: 'https://acme.example',
    plan: 'pro',
    industry: 'Engines',
    size: 12,
    monthly_spend: 49,
    remote_created_at: 1_700_000_000,
    custom_attributes: { tier: 'gold', seats: 3, regions: ['eu', 'us'] },
  }

  expect(read({ company })).toEqual({
    companies: [
      {
        ...company,
        company_id: '7',
        custom_attributes: { tier: 'gold', seats: 3, regions: 'eu, us' },
      },
    ],
    leftOut: [],
  })
})

describe('readCompanies: several companies', () => {
  const acme = { company_id: '7', name: 'Acme' }
  const bolt = { company_id: '8', name: 'Bolt' }

  test.each([
    [{ companies: [acme, bolt] }, [acme, bolt]],
    [{ company: acme, companies: [bolt] }, [acme, bolt]],
    [{ companies: bolt }, [bolt]],
    [{ company: {}, companies: [bolt, {}] }, [bolt]],
    [{ companies: [] }, []],
    [{ company: undefined, companies: [] }, []],
    [{ company: {}, companies: [] }, undefined],
    [{ companies: [{}] }, undefined],
    [{ company: { name: '', plan: null } }, undefined],
    [{}, undefined],
  ])('of %j are %j', (input, companies) => {
    expect(read(input)).toEqual({ companies, leftOut: [] })
  })

  test('lists what it leaves out under the place where it is', () => {
    const odd = { company_id: '9', size: 'many', foo: 1, 'a@b': 1, custom_attributes: { x: {} } }
    const at = (path: string) => [
      { path: `${path}.foo`, reason: 'field_unknown' },
      { path: `${path}.…`, reason: 'field_unknown' },
      { path: `${path}.size`, reason: 'number_invalid' },
      { path: `${path}.custom_attributes.x`, reason: 'attribute_invalid' },
    ]

    expect(read({ company: odd as object, companies: [acme, odd as object] })).toEqual({
      companies: [{ company_id: '9' }, acme, { company_id: '9' }],
      leftOut: [...at('company'), ...at('companies.1')],
    })
    expect(read({ companies: { plan: 'pro' } }).leftOut).toEqual([
      { path: 'companies', reason: 'company_without_id' },
    ])
  })

  test.each(['Acme', 5, true, [acme]])('leaves out %j as a company', (value) => {
    expect(read({ company: value as object })).toEqual({
      companies: undefined,
      leftOut: [{ path: 'company', reason: 'company_without_id' }],
    })
  })
})

describe('readCompanies: a company by its name alone', () => {
  test.each([
    ['Acme', 'name:acme'],
    [' ACME ', 'name:acme'],
    ['Analytical   Engines\tLtd', 'name:analytical engines ltd'],
    ['Cafe\u0301 \u200bX', 'name:caf\u00e9 x'],
  ])('called %j has the id %s', (name, company_id) => {
    expect(read({ company: { name } }).companies?.[0]?.company_id).toBe(company_id)
  })

  test('has an id of at most 255 characters', () => {
    const [company] = read({ company: { name: 'A'.repeat(255) } }).companies ?? []

    expect(company).toEqual({ company_id: `name:${'a'.repeat(250)}`, name: 'A'.repeat(255) })
  })

  test('needs a name: what has neither is left out', () => {
    expect(read({ company: { plan: 'pro', size: 5 } })).toEqual({
      companies: undefined,
      leftOut: [{ path: 'company', reason: 'company_without_id' }],
    })
  })
})

describe('readCompanies: size', () => {
  test.each([
    [12, 12],
    [0, 0],
    [' 12 ', 12],
    ['1,200', 1200],
    ['1.200', 1200],
    ['1 200', 1200],
    ['1\u202f200', 1200],
    ["1'200'000", 1_200_000],
    ['50 employees', 50],
    ['50employees', 50],
    [' 1,200 ', 1200],
  ])('reads %j as %j', (size, expected) => {
    expect(readField({ size })).toEqual({ fields: { size: expected }, leftOut: [] })
  })

  test.each([
    ['11-50', 11],
    ['11–50', 11],
    ['11 — 50', 11],
    ['11 to 50', 11],
    ['200+', 200],
    ['10,001+ employees', 10_001],
    ['1,001-5,000', 1001],
    ['0-1', 0],
  ])('reads the lower bound of %j as %j, and lists it', (size, expected) => {
    expect(readField({ size })).toEqual({
      fields: { size: expected },
      leftOut: [{ path: 'company.size', reason: 'number_cut' }],
    })
  })

  test.each([
    'many',
    '12.5',
    12.5,
    '1,20',
    '1,2000',
    '5-',
    '-',
    '+',
    '2024-12-18',
    'about 50+',
    'employees 50',
    '50 employees abroad',
    '50+ or so',
    '1'.repeat(65),
    true,
    {},
  ])('leaves out %j', (size) => {
    expect(readField({ size })).toEqual({
      fields: {},
      leftOut: [{ path: 'company.size', reason: expect.stringMatching(/^number_in/) }],
    })
  })
})

describe('readCompanies: monthly_spend', () => {
  test.each([
    [49, 49, []],
    [0, 0, []],
    [-5, -5, []],
    ['49', 49, []],
    [' 1,200 ', 1200, []],
    ['12,345,678', 12_345_678, []],
    ['-1,200', -1200, []],
    ['about 1,200', undefined, ['number_invalid']],
    ['1,200 a month', undefined, ['number_invalid']],
    [2_147_483_647, 2_147_483_647, []],
    [49.9, 49, ['number_cut']],
    [-49.9, -49, ['number_cut']],
    ['49.90', 49, ['number_cut']],
    ['1,200.50', 1200, ['number_cut']],
    ['49.00', 49, []],
    [2_147_483_648, undefined, ['number_invalid']],
    ['99999999999', undefined, ['number_invalid']],
    [Number.POSITIVE_INFINITY, undefined, ['number_invalid']],
    ['$49', undefined, ['number_invalid']],
    ['1,20', undefined, ['number_invalid']],
    [true, undefined, ['number_invalid']],
    ['', undefined, []],
    [null, undefined, []],
  ])('reads %j as %j', (monthly_spend, expected, reasons) => {
    expect(readField({ monthly_spend })).toEqual({
      fields: expected === undefined ? {} : { monthly_spend: expected },
      leftOut: reasons.map((reason) => ({ path: 'company.monthly_spend', reason })),
    })
  })
})

describe('readCompanies: when the company was created', () => {
  test.each([
    [{ created_at: 1_700_000_000 }, []],
    [{ remote_created_at: '2023-11-14T22:13:20Z' }, []],
    [{ remote_created_at: null, created_at: 1_700_000_000 }, []],
    [
      { remote_created_at: 1_700_000_000, created_at: 1_600_000_000 },
      [{ path: 'company.created_at', reason: 'field_unknown' }],
    ],
  ])('of %j is remote_created_at', (times, leftOut) => {
    expect(readField(times)).toEqual({ fields: { remote_created_at: 1_700_000_000 }, leftOut })
  })

  test('is left out under the name that the sender gave it', () => {
    expect(readField({ created_at: 'soon' }).leftOut).toEqual([
      { path: 'company.created_at', reason: 'time_invalid' },
    ])
  })
})
