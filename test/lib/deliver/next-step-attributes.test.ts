import { describe, expect, test } from 'vitest'
import { contact, newcomer } from '../../support/people.ts'
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
  unreadableList,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: refused custom attributes', () => {
  const custom_attributes = { plan: 'pro', seats: 3, team: 'x' }
  const withAttributes = withFields(newcomer, { custom_attributes })
  const list = attributeList(textAttribute('plan'), textAttribute('seats'))

  test('leaves out all that the workspace’s list refuses together, and names them', () => {
    expect(run(withAttributes, [found(), refused(true), list, returned(contact('a'))])).toEqual({
      requests: [
        search,
        { type: 'create', fields: withAttributes.contact },
        { type: 'attributes' },
        { type: 'create', fields: { ...newcomer.contact, custom_attributes: { plan: 'pro' } } },
      ],
      outcome: 'created',
      id: 'a',
      counts: [],
      refused: [
        { path: 'custom_attributes.seats', reason: 'not of its type, string' },
        { path: 'custom_attributes.team', reason: 'not in the workspace' },
      ],
    })
  })

  test('leaves them out of an update', () => {
    const responses = [...foundAndRead(contact('a')), refused(true), list, returned(contact('a'))]

    expect(run(withAttributes, responses)).toMatchObject({
      requests: [
        search,
        getA,
        {},
        {},
        { type: 'update', id: 'a', fields: { custom_attributes: { plan: 'pro' } } },
      ],
      outcome: 'updated',
      refused: [{}, {}],
    })
  })

  test('leaves a contact unchanged that lacks nothing else', () => {
    const complete = contact('a', { custom_attributes: { plan: 'free' } })

    expect(run(withAttributes, [...foundAndRead(complete), refused(true), list])).toMatchObject({
      requests: [search, getA, { type: 'update' }, { type: 'attributes' }],
      outcome: 'unchanged',
      refused: [{}, {}],
    })
  })

  test.each([
    ['the list cannot be read', [unreadableList]],
    [
      'the list explains nothing',
      [attributeList(textAttribute('plan'), { name: 'seats' }, textAttribute('team'))],
    ],
    ['the request is refused again after the list was applied', [list, refused(true)]],
  ])('leaves out all of them if %s', (_when, responses) => {
    const result = run(withAttributes, [
      found(),
      refused(true),
      ...responses,
      returned(contact('a')),
    ])

    expect(result.requests.at(-1)).toEqual({ type: 'create', fields: newcomer.contact })
    expect(result).toMatchObject({ outcome: 'created', refused: [{}, {}, {}] })
  })

  test('uses the list even if the refusal does not mention attributes', () => {
    expect(
      run(withAttributes, [found(), refused(false), list, returned(contact('a'))]),
    ).toMatchObject({
      outcome: 'created',
      refused: [{}, {}],
    })
  })

  test.each([
    ['the signup has none', newcomer, [refused(false)]],
    [
      'the list cannot be read and the refusal does not mention them',
      withAttributes,
      [refused(false), unreadableList],
    ],
    [
      'the request is refused without them as well',
      withAttributes,
      [refused(true), unreadableList, refused(true)],
    ],
    [
      'the next refusal is about something else',
      withAttributes,
      [refused(true), list, refused(false)],
    ],
  ])('fails with Intercom’s code if %s', (_w, signup, responses) => {
    expect(run(signup, [found(), ...responses])).toMatchObject({
      code: 'intercom_rejected',
      intercomCode: 'parameter_invalid',
    })
  })

  test('still leaves them out after a conflict leads to another contact', () => {
    const responses = [found(), refused(true), list, conflict('b'), returned(contact('b'))]

    expect(run(withAttributes, responses).requests.at(-1)).toEqual({
      type: 'update',
      id: 'b',
      fields: { custom_attributes: { plan: 'pro' } },
    })
  })
})

test('nextStep fails with Intercom’s code if a search is refused', () => {
  expect(run(newcomer, [refused(false)])).toMatchObject({
    requests: [search],
    code: 'intercom_rejected',
  })
})
