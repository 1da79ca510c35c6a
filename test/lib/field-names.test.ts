import { describe, expect, test } from 'vitest'
import { isPlainPath, shownKey, toLoggedPath, toShownPath } from '../../src/lib/field-names.ts'

describe('a path of plain names', () => {
  test.each([
    'owner_id',
    'tags',
    'company',
    'company.size',
    'companies.1.plan',
    'custom_attributes',
    'custom_attributes.Team size',
    'subscriptions.Product news',
    'subscriptions.123456',
    'custom_attributes.e-mail',
    `custom_attributes.${'x'.repeat(64)}`,
    '_id',
    'company.custom_attributes.tier',
    'companies.12.custom_attributes.tier',
  ])('is shown as it is: %s', (path) => {
    expect([toShownPath(path), toLoggedPath(path)]).toEqual([path, path])
    expect(isPlainPath(path)).toBe(true)
  })

  test.each([
    ['custom_attributes.ada@example.com', 'custom_attributes.…'],
    ['custom_attributes.14155550100', 'custom_attributes.…'],
    ['custom_attributes.two\nlines', 'custom_attributes.…'],
    ['custom_attributes.a,b', 'custom_attributes.…'],
    ['custom_attributes.', 'custom_attributes.…'],
    [`custom_attributes.${'x'.repeat(65)}`, 'custom_attributes.…'],
    ['companies.1.custom_attributes.<b>', 'companies.1.custom_attributes.…'],
    ['companies.1', '…'],
    ['subscriptions.14155550100', 'subscriptions.…'],
    ['subscriptions.ada@example.com', 'subscriptions.…'],
    ['ada@example.com', '…'],
    ['', '…'],
  ])('else its last name is hidden: %j', (path, shown) => {
    expect(toLoggedPath(path)).toBe(shown)
    expect(isPlainPath(path)).toBe(false)
  })
})

test.each(['company.größe', 'custom_attributes.チーム', 'नाम', 'team.size'])(
  'a name in another script, or with dots, is shown to the sender alone: %s',
  (path) => {
    expect(toShownPath(path)).toBe(path)
    expect(toLoggedPath(path)).toMatch(/…$/)
    expect(isPlainPath(path)).toBe(false)
  },
)

test.each([
  ['phone', 'phone'],
  ['utm.source-2_x y', 'utm.source-2_x y'],
  ['\u00dcbername', '\u00dcbername'],
  ['a'.repeat(64), 'a'.repeat(64)],
  ['a'.repeat(65), '…'],
  [' ', '…'],
  ['', '…'],
  ['ada@example.com', '…'],
  ['+12813322575', '…'],
  ['12813322575', '…'],
  ['<b>', '…'],
  ['a\tb', '…'],
])('the key %j is shown as %j', (key, expected) => {
  expect(shownKey(key)).toBe(expected)
})
