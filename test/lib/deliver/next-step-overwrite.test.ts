import { describe, expect, test } from 'vitest'
import { account, contact, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
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

  test('writes the mark when it creates a contact', () => {
    expect(run(withName, [found()], overwrite).requests[1]).toMatchObject({
      fields: { name: 'New', custom_attributes: { signup_bridge_at: 20 } },
    })
  })

  test.each([
    [{ name: 'New', at: 20 }, 'no event was applied', undefined],
    [{ name: 'New', at: 20 }, 'an older event was applied', 19],
    [undefined, 'an event of the same second was applied', 20],
    [undefined, 'a newer event was applied', 21],
  ])('writes %j if %s (mark %j)', (written, _when, mark) => {
    const [, , update] = run(withName, foundAndRead(old(mark)), overwrite).requests

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

  test('fills and counts overwrite_degraded if the workspace lacks the mark’s attribute', () => {
    const responses = [...foundAndRead(old()), refused(true), attributeList(textAttribute('plan'))]

    expect(run(withName, responses, overwrite)).toMatchObject({
      requests: [search, getA, { type: 'update' }, { type: 'attributes' }],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
      refused: [],
    })
  })

  test('creates without the mark if the workspace lacks its attribute', () => {
    const responses = [
      found(),
      refused(true),
      attributeList(textAttribute('plan')),
      returned(contact('a')),
    ]

    expect(run(withName, responses, overwrite)).toMatchObject({
      requests: [search, {}, {}, { type: 'create', fields: withName.contact }],
      outcome: 'created',
      refused: [],
    })
  })

  test('compares with the mark on the contact, not with the older one that search shows', () => {
    expect(run(withName, foundAndRead(old(10), old(21)), overwrite)).toMatchObject({
      requests: [search, getA],
      outcome: 'unchanged',
    })
  })

  test('only fills another account’s contact', () => {
    const otherAccount = withFields(account, { name: 'New' })
    const responses = [conflict('b'), returned(contact('b', { external_id: '2', name: 'Old' }))]

    expect(run(otherAccount, responses, { ...overwrite, lookup: false })).toMatchObject({
      outcome: 'unchanged',
      counts: ['external_id_differs'],
    })
  })
})
