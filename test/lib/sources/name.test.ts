import { expect, test } from 'vitest'
import { fullName, nameIn, nameKeys, nameKeysIn } from '../../../src/lib/sources/name.ts'

test.each([
  [['Ada', 'Lovelace'], 'Ada Lovelace'],
  [[undefined, 'Lovelace'], 'Lovelace'],
  [['Ada', null], 'Ada'],
  [['Ada', ' '], 'Ada'],
  [['Ada', 7], 'Ada'],
  [[null, undefined, ''], undefined],
])('fullName joins %j as %j', (parts, name) => {
  expect(fullName(...parts)).toBe(name)
})

test.each([
  [{ name: 'Ada Lovelace' }, 'Ada Lovelace'],
  [{ full_name: 'Ada Lovelace', name: 'ada' }, 'Ada Lovelace'],
  [{ first_name: 'Ada', last_name: 'Lovelace' }, 'Ada Lovelace'],
  [{ firstName: 'Ada', lastName: 'Lovelace' }, 'Ada Lovelace'],
  [{ firstname: 'Ada', lastname: 'Lovelace' }, 'Ada Lovelace'],
  [{ given_name: 'Ada', family_name: 'Lovelace' }, 'Ada Lovelace'],
  [{ givenName: 'Ada', familyName: 'Lovelace' }, 'Ada Lovelace'],
  [{ last_name: 'Lovelace' }, 'Lovelace'],
  [{ name: null, first_name: '', given_name: 'Ada' }, 'Ada'],
  [{ name: { first: 'Ada' }, first_name: 'Ada' }, 'Ada'],
  [{ display_name: 'ada', first_name: 'Ada' }, 'Ada'],
  [{ displayName: 'Ada' }, 'Ada'],
  [{ username: 'ada' }, undefined],
  [null, undefined],
  [[], undefined],
])('nameIn finds the name in %j', (record, name) => {
  expect(nameIn(record)).toBe(name)
})

test.each([
  [{ first_name: 'Ada', last_name: 'Lovelace', display_name: 'ada' }, ['first_name', 'last_name']],
  [{ given_name: 'Ada', first_name: ' ', name: 7 }, ['given_name']],
  [{ display_name: 'ada' }, ['display_name']],
  [{ username: 'ada' }, []],
  [undefined, []],
])('nameKeysIn names what of %j the name is made of', (record, keys) => {
  expect(nameKeysIn(record)).toEqual(keys)
})

test.each(nameKeys)('nameIn reads %s', (key) => {
  expect(nameIn({ [key]: 'Ada' })).toBe('Ada')
})

test('nameIn uses the first record that has a name', () => {
  expect(nameIn(undefined, {}, { first_name: 'Ada' }, { name: 'Bob' })).toBe('Ada')
})
