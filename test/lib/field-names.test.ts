import { describe, expect, test } from 'vitest'
import { isPlainPath, toShownPath } from '../../src/lib/field-names.ts'

describe('a path of plain names', () => {
  test.each([
    'owner_id',
    'tags',
    'company',
    'company.size',
    'companies.1.plan',
    'custom_attributes',
    'custom_attributes.Team size',
    'custom_attributes.e-mail',
    `custom_attributes.${'x'.repeat(64)}`,
    'company.custom_attributes.tier',
    'companies.12.custom_attributes.tier',
  ])('is shown as it is: %s', (path) => {
    expect(toShownPath(path)).toBe(path)
    expect(isPlainPath(path)).toBe(true)
  })

  test.each([
    ['custom_attributes.ada@example.com', 'custom_attributes.…'],
    ['custom_attributes.plan.custom', 'custom_attributes.…'],
    ['custom_attributes.14155550100', 'custom_attributes.…'],
    ['custom_attributes.two\nlines', 'custom_attributes.…'],
    ['custom_attributes.a,b', 'custom_attributes.…'],
    ['custom_attributes.', 'custom_attributes.…'],
    [`custom_attributes.${'x'.repeat(65)}`, 'custom_attributes.…'],
    ['company.größe', 'company.…'],
    ['companies.1.custom_attributes.<b>', 'companies.1.custom_attributes.…'],
    ['companies.1', '…'],
    ['ada@example.com', '…'],
    ['', '…'],
  ])('else its last name is hidden: %j', (path, shown) => {
    expect(toShownPath(path)).toBe(shown)
    expect(isPlainPath(path)).toBe(false)
  })
})
