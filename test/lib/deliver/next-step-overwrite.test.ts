import { describe, expect, test } from 'vitest'
import { account, contact, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  created,
  found,
  foundAndRead,
  getA,
  refused,
  returned,
  run,
  search,
  textAttribute,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: overwrite', () => {
  const withName = withFields(newcomer, { name: 'New' })
  const old = (signup_bridge_at?: number) =>
    contact('a', { name: 'Old', custom_attributes: { signup_bridge_at } })
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const
  const list = attributeList({ name: 'signup_bridge_at', data_type: 'integer' })
  const readList = { type: 'attributes' }

  test('writes the mark when it creates a contact', () => {
    expect(run(withName, [list, found()], overwrite).requests[2]).toMatchObject({
      fields: { name: 'New', custom_attributes: { signup_bridge_at: 20 } },
    })
  })

  test.each([
    [{ name: 'New', at: 20 }, 'no event was applied', undefined],
    [{ name: 'New', at: 20 }, 'an older event was applied', 19],
    [undefined, 'an event of the same second was applied', 20],
    [undefined, 'a newer event was applied', 21],
  ])('writes %j if %s (mark %j)', (written, _when, mark) => {
    const [, , , update] = run(withName, [list, ...foundAndRead(old(mark))], overwrite).requests

    expect(update).toEqual(
      written && {
        type: 'update',
        id: 'a',
        fields: { name: written.name, custom_attributes: { signup_bridge_at: written.at } },
      },
    )
  })

  test('fills without a mark if the event’s time is unknown, and counts overwrite_degraded', () => {
    expect(run(withName, [found(old())], { onExisting: 'overwrite' })).toMatchObject({
      requests: [search],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
    })
  })

  const withoutMark = attributeList(textAttribute('plan'))

  test('fills and counts overwrite_degraded if the workspace lacks the mark’s attribute', () => {
    expect(run(withName, [withoutMark, found(old())], overwrite)).toMatchObject({
      requests: [readList, search],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
      refused: [],
    })
  })

  test('creates without the mark if the workspace lacks its attribute', () => {
    expect(run(withName, [withoutMark, found(), returned(contact('a'))], overwrite)).toMatchObject({
      requests: [readList, search, { type: 'create', fields: created(withName) }],
      outcome: 'created',
      refused: [],
    })
  })

  test('fills, counts overwrite_degraded and names the rest if Intercom refuses the mark', () => {
    const responses = [list, ...foundAndRead(old()), refused(true), list]

    expect(run(withName, responses, overwrite)).toMatchObject({
      requests: [readList, search, getA, { type: 'update' }, { ...readList, again: true }],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
      refused: [{ path: 'name', reason: 'refused' }],
    })
  })

  test('names what it does not replace after a refusal, and what it does not empty', () => {
    const signup = {
      ...withFields(newcomer, {
        ...{ name: 'New', phone: '+12813322575', last_seen_at: 9 },
        custom_attributes: { plan: 'pro' },
      }),
      clears: ['avatar', 'custom_attributes.seats'],
    }
    const existing = contact('a', {
      ...{ name: 'Old', avatar: { image_url: 'https://example.com/a.png' }, last_seen_at: 1 },
      custom_attributes: { plan: 'free', seats: 3 },
    })
    const names = ['signup_bridge_at', 'plan', 'seats'].map(textAttribute)
    const whole = attributeList(...names)
    const responses = [whole, ...foundAndRead(existing), refused(true), whole]

    expect(run(signup, [...responses, returned(existing)], overwrite)).toMatchObject({
      requests: [{}, {}, {}, {}, {}, { fields: { phone: '+12813322575', last_seen_at: 9 } }],
      refused: ['name', 'avatar', 'custom_attributes.plan', 'custom_attributes.seats'].map(
        (path) => ({ path, reason: 'refused' }),
      ),
    })
  })

  test.each(['Signup_Bridge_At', ' signup_bridge_at'])(
    'compares with the mark as the workspace spells it: %j',
    (name) => {
      const spelled = attributeList({ name, data_type: 'integer' })
      const existing = (at: number) =>
        contact('a', { name: 'Old', custom_attributes: { [name]: at } })

      expect(run(withName, [spelled, found(existing(21))], overwrite)).toMatchObject({
        requests: [readList, search],
        outcome: 'unchanged',
        counts: [],
      })
      expect(
        run(withName, [spelled, ...foundAndRead(existing(19))], overwrite).requests[3],
      ).toMatchObject({ fields: { name: 'New', custom_attributes: { [name]: 20 } } })
    },
  )

  test('compares with the mark on the contact, not with the older one that search shows', () => {
    expect(run(withName, [list, ...foundAndRead(old(10), old(21))], overwrite)).toMatchObject({
      requests: [readList, search, getA],
      outcome: 'unchanged',
    })
  })

  test('only fills another account’s contact', () => {
    const otherAccount = withFields(account, { name: 'New' })
    const other = contact('b', { external_id: '2', name: 'Old' })
    const responses = [list, conflict('b'), returned(other)]

    expect(run(otherAccount, responses, { ...overwrite, lookup: false })).toMatchObject({
      outcome: 'unchanged',
      counts: ['external_id_differs'],
    })
  })
})
