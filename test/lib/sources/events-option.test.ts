import { expect, test } from 'vitest'
import { clerk, form, jotform, signup, stripe, webhook } from '../../../src/lib/index.ts'
import type { DataEventTarget } from '../../../src/lib/transform/mapping-options.ts'

const event = (metadata: Record<string, unknown>) => ({
  '*': { name: 'paid', metadata } as DataEventTarget,
})
const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, 'a']))

test.each([
  ['no name', { '*': { name: '' } }, /events\.\*\.name/],
  ['an unknown setting', { '*': { name: 'paid', when: 'a' } }, /events\.\*/],
  ['a value of two forms', event({ a: { date: 'x', url: 'y' } }), /metadata\.a: /],
  [
    'an unknown unit',
    event({ a: { amount: 'x', currency: 'y', unit: 'pence' } }),
    /expected a place/,
  ],
  ['a key with a dot', event({ 'a.b': 'x' }), /a key has no/],
  ['a key with a quote', event({ "a'b": 'x' }), /a key has no/],
  ['eleven keys', event(keys(11)), /Intercom keeps 10 keys/],
  ['two keys that differ in case', event({ Plan: 'x', plan: 'y' }), /apart by case/],
  ['a date under another key', event({ renews_at: { date: 'x' } }), /ends with _date/],
  ['another value under the key of a date', event({ renews_date: 'x' }), /ends with _date/],
])('events is refused with %s', (_name, events, message) => {
  expect(() => signup({ events: events as Record<string, DataEventTarget> })).toThrow(message)
})

test('events is accepted with ten keys of every form', () => {
  const metadata = {
    ...keys(7),
    renews_date: { date: 'a' },
    receipt: { url: 'a', value: 'b' },
    total: { amount: 'a', currency: 'b', unit: 'major' },
  }

  expect(() => signup({ events: event(metadata) })).not.toThrow()
})

test.each([
  ['of who is deleted', () => clerk({ events: { 'user.deleted': { name: 'left' } } })],
  [
    'of who is deleted',
    () =>
      webhook({
        signature: { type: 'bearer' },
        types: { created: ['in'], deleted: ['out'] },
        events: { out: { name: 'left' } },
      }),
  ],
  ["use '*'", () => jotform({ events: { submit: { name: 'joined' } } })],
])('events is refused with a type that can post nothing: %s', (message, make) => {
  expect(make).toThrow(message)
})

test('events may name any other type of a sender that has types', () => {
  expect(() => stripe({ events: { 'invoice.paid': { name: 'paid' } } })).not.toThrow()
  expect(() => form({ events: { '*': { name: 'joined' } } })).not.toThrow()
})
