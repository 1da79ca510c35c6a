import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clerk, form, signup, typeform } from '#bridge'

const used: string[] = []

beforeEach(() => {
  used.length = 0
  vi.resetModules()
  vi.doMock('../../../src/lib/transform/phone.ts', async (original) => {
    used.push('phone')
    return original()
  })
  vi.doMock('../../../src/lib/sources/person.ts', () => ({ findPerson: () => used.push('labels') }))
  vi.doMock('../../../src/lib/transform/find-consent.ts', () => ({
    findConsent: () => used.push('consent'),
  }))
})

afterEach(() => {
  vi.doUnmock('../../../src/lib/transform/phone.ts')
  vi.doUnmock('../../../src/lib/sources/person.ts')
  vi.doUnmock('../../../src/lib/transform/find-consent.ts')
  // Other test files of this process must not get what was loaded with these.
  vi.resetModules()
})

test.each([
  ['the phone parser alone', [signup(), clerk(), form()], ['phone']],
  ['also the words of labels, for a form builder', [clerk(), typeform()], ['labels', 'phone']],
  ['also the words of consent, for a box', [form({ consent: 'news' })], ['consent', 'phone']],
  [
    'the same for a subscription',
    [form({ subscriptions: { News: 'news' } })],
    ['consent', 'phone'],
  ],
  [
    'all of them once, for several sources',
    [typeform({ consent: 'News' }), typeform({ consent: 'News' })],
    ['labels', 'consent', 'phone'],
  ],
])('warmReading prepares %s', async (_title, sources, expected) => {
  const { warmReading } = await import('../../../src/lib/config/warm.ts')

  await warmReading(sources)

  expect(used).toEqual(expected)
})
