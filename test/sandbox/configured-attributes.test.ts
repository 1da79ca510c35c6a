import { describe, expect, test } from 'vitest'
import {
  configuredAttributes,
  configuredCompanyAttributes,
} from '../../sandbox/configured-attributes.ts'
import { readAttribute } from '../../sandbox/intercom/attribute.ts'
import { clerk, defineBridge, signup } from '../../src/lib/index.ts'

describe('configuredAttributes', () => {
  test('returns the attributes of every source, and the mark if a source overwrites', () => {
    const sources = {
      fills: signup({ attributes: { 'plan.name': 'plan' } }),
      overwrites: signup({ onExisting: { overwrite: ['name'] } }),
      names: clerk(),
    }

    expect(configuredAttributes(defineBridge({ sources }))).toEqual([
      'plan:string',
      'signup_bridge_at:integer',
    ])
    expect(configuredAttributes(defineBridge({ sources: { fills: sources.fills } }))).toEqual([
      'plan:string',
    ])
  })

  test('returns the mark and the owner if a source takes more than new signups', () => {
    const attributesWith = (on: readonly ('created' | 'deleted')[]) =>
      configuredAttributes(defineBridge({ sources: { clerk: clerk({ on }) } }))

    expect(attributesWith(['created'])).toEqual([])
    expect(attributesWith(['created', 'deleted'])).toEqual([
      'signup_bridge_at:integer',
      'signup_bridge_source:string',
    ])
  })

  test('returns each with the type that the config says, and as a text without one', () => {
    const attributes = {
      a: 'Team name',
      b: { to: 'city' },
      c: { to: 'motto', type: 'text' },
      d: { to: 'team_size', type: 'integer' },
      e: { to: 'budget', type: 'float' },
      f: { to: 'wants_demo', type: 'boolean' },
      g: { to: 'trial_ends', type: 'date' },
    } as const

    const texts = configuredAttributes(defineBridge({ sources: { form: signup({ attributes }) } }))

    expect(texts.map((text) => readAttribute(text))).toEqual([
      { name: 'Team name', data_type: 'string', api_writable: true },
      { name: 'city', data_type: 'string', api_writable: true },
      { name: 'motto', data_type: 'string', api_writable: true },
      { name: 'team_size', data_type: 'integer', api_writable: true },
      { name: 'budget', data_type: 'float', api_writable: true },
      { name: 'wants_demo', data_type: 'boolean', api_writable: true },
      { name: 'trial_ends', data_type: 'date', api_writable: true },
    ])
  })

  test.each([
    ['text after another type', ['date', 'text'], 'date'],
    ['text before another type', ['text', 'boolean'], 'boolean'],
    ['two types that are no text', ['integer', 'float'], 'integer'],
    ['text before two types', ['text', 'float', 'integer'], 'float'],
  ] as const)('takes of %s the first that is not text', (_, types, type) => {
    const sources = Object.fromEntries(
      types.map((each, index) => [
        `s${index}`,
        signup({ attributes: { size: { to: 'size', type: each } } }),
      ]),
    )

    expect(configuredAttributes(defineBridge({ sources }))).toEqual([`size:${type}`])
  })

  test('returns an attribute that two places of one source fill once', () => {
    const attributes = { old: 'size', size: { to: 'size', type: 'integer' } } as const

    expect(
      configuredAttributes(defineBridge({ sources: { form: signup({ attributes }) } })),
    ).toEqual(['size:integer'])
  })
})

test('configuredCompanyAttributes returns those that the option company fills, each once, as text', () => {
  const sources = {
    a: signup({ company: { org: ['name', 'custom_attributes.tier'], size: 'size' } }),
    b: signup({ company: { tier: 'custom_attributes.tier', floor: 'custom_attributes.floor' } }),
    c: clerk(),
  }

  expect(configuredCompanyAttributes(defineBridge({ sources }))).toEqual([
    'tier:string',
    'floor:string',
  ])
})
