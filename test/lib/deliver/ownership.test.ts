import { describe, expect, test } from 'vitest'
import { claimOf, mayChange, ownerOf } from '../../../src/lib/deliver/ownership.ts'
import { clerk, defineBridge, form, shopify } from '../../../src/lib/index.ts'
import { contact } from '../../support/people.ts'

const on = ['created', 'updated'] as const

describe('claimOf', () => {
  test('a source of new signups alone has none, nor has an unknown one', () => {
    const bridge = defineBridge({ sources: { app: clerk(), waitlist: form() } })

    expect(['app', 'waitlist', 'other'].map((name) => claimOf(bridge, name))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('the only source with more takes what no source owns', () => {
    const bridge = defineBridge({ sources: { app: clerk({ on }), shop: shopify() } })

    expect(claimOf(bridge, 'app')).toEqual({
      source: 'app',
      accountsOf: ['app'],
      takesUnowned: true,
      deletes: false,
    })
  })

  test('of several each has only its own, and what the config says', () => {
    const bridge = defineBridge({
      sources: {
        app: clerk({ on, accountsOf: ['shop'] }),
        shop: shopify({ on }),
        all: clerk({ on, accountsOf: 'all' }),
      },
    })

    expect(['app', 'shop', 'all'].map((name) => claimOf(bridge, name))).toEqual([
      { source: 'app', accountsOf: ['app', 'shop'], takesUnowned: false, deletes: false },
      { source: 'shop', accountsOf: ['shop'], takesUnowned: false, deletes: false },
      { source: 'all', accountsOf: 'all', takesUnowned: false, deletes: false },
    ])
  })
})

describe('mayChange', () => {
  const claim = { source: 'app', accountsOf: ['app', 'shop'], takesUnowned: false, deletes: false }

  test.each([
    ['app', true],
    ['shop', true],
    ['other', false],
    [undefined, false],
  ])('a contact of %s: %s', (owner, expected) => {
    expect(mayChange(owner, claim)).toBe(expected)
  })

  test('of no source only if it takes those, any with all, any without a claim', () => {
    expect(mayChange(undefined, { ...claim, takesUnowned: true })).toBe(true)
    expect(mayChange('other', { ...claim, accountsOf: 'all' })).toBe(true)
    expect(mayChange('other', undefined)).toBe(true)
  })
})

test.each([
  [{ signup_bridge_source: 'app' }, undefined, 'app'],
  [{ Signup_Bridge_Source: 'app' }, 'Signup_Bridge_Source', 'app'],
  [{ signup_bridge_source: '' }, undefined, undefined],
  [{ signup_bridge_source: null }, undefined, undefined],
  [{}, undefined, undefined],
])('ownerOf reads %j', (custom_attributes, sentAs, owner) => {
  const attribute =
    sentAs === undefined ? undefined : { name: 'signup_bridge_source', sentAs, value: 'x' }

  expect(ownerOf(contact('a', { custom_attributes }), attribute)).toBe(owner)
})
