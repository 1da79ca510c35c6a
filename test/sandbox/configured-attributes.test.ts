import { expect, test } from 'vitest'
import { configuredAttributes } from '../../sandbox/configured-attributes.ts'
import { defineBridge, signup } from '../../src/lib/index.ts'

test('configuredAttributes returns the attributes of every source, and the mark if a source overwrites', () => {
  const sources = {
    fills: signup({ attributes: { 'plan.name': 'plan' } }),
    overwrites: signup({ onExisting: { overwrite: ['name'] } }),
  }

  expect(configuredAttributes(defineBridge({ sources }))).toEqual([
    'plan',
    'signup_bridge_at:integer',
  ])
  expect(configuredAttributes(defineBridge({ sources: { fills: sources.fills } }))).toEqual([
    'plan',
  ])
})
