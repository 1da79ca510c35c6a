import { expect, test } from 'vitest'
import { attributesOf } from '../../sandbox/attributes-of.ts'
import { defineBridge, signup } from '../../src/lib/index.ts'

test('the workspace has the attributes that a config names, and the mark where a source overwrites', () => {
  const sources = {
    fills: signup({ attributes: { 'plan.name': 'plan' } }),
    overwrites: signup({ onExisting: { overwrite: ['name'] } }),
  }

  expect(attributesOf(defineBridge({ sources }))).toEqual(['plan', 'signup_bridge_at:integer'])
  expect(attributesOf(defineBridge({ sources: { fills: sources.fills } }))).toEqual(['plan'])
})
