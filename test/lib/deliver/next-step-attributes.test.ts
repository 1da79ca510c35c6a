import { describe, expect, test } from 'vitest'
import type { StepRequest } from '../../../src/lib/deliver/history.ts'
import { contact, defaultPolicy, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  created,
  found,
  foundAndRead,
  getA,
  nothingReported,
  refused,
  returned,
  run,
  search,
  textAttribute,
  unreadableList,
  withFields,
} from './next-step-cases.ts'

const list: StepRequest = { type: 'attributes' }
const listAgain: StepRequest = { type: 'attributes', again: true }
const typed = (name: string, data_type: string) => ({ name, data_type })

describe('nextStep: typed custom attributes', () => {
  const asText = withFields(newcomer, { custom_attributes: { Seats: '3', demo: 'yes' } })
  const custom_attributes = { seats: 3, demo: true }
  const types = attributeList(typed('seats', 'integer'), typed('demo', 'boolean'))

  test('reads the list first, and creates with the workspace’s names and types', () => {
    expect(run(asText, [types, found(), returned(contact('a'))])).toEqual({
      requests: [
        list,
        search,
        { type: 'create', fields: { ...created(newcomer), custom_attributes } },
      ],
      outcome: 'created',
      id: 'a',
      ...nothingReported,
    })
  })

  test('leaves a contact with these values unchanged, without a request', () => {
    expect(run(asText, [types, found(contact('a', { custom_attributes }))])).toMatchObject({
      requests: [list, search],
      outcome: 'unchanged',
    })
  })

  test('writes only what the contact lacks', () => {
    const existing = contact('a', { custom_attributes: { seats: 2 } })

    expect(run(asText, [types, ...foundAndRead(existing)]).requests).toEqual([
      list,
      search,
      getA,
      { type: 'update', id: 'a', fields: { custom_attributes: { demo: true } } },
    ])
  })

  test('overwrites nothing that is the same once converted', () => {
    const mark = { signup_bridge_at: 20 }
    const known = contact('a', { custom_attributes: { seats: 3, demo: false } })
    const responses = [
      attributeList(typed('seats', 'integer'), typed('demo', 'boolean'), {
        name: 'signup_bridge_at',
      }),
      ...foundAndRead(known),
    ]

    expect(run(asText, responses, { onExisting: 'overwrite', mark: 20 }).requests.at(-1)).toEqual({
      type: 'update',
      id: 'a',
      fields: { custom_attributes: { demo: true, ...mark } },
    })
  })

  test('sends them as they are if the list cannot be read', () => {
    expect(run(asText, [unreadableList, found()]).requests.at(-1)).toMatchObject({
      fields: { custom_attributes: { Seats: '3', demo: 'yes' } },
    })
  })

  test('leaves out what the list does not accept before the first write, and names it', () => {
    const responses = [attributeList(typed('seats', 'boolean')), found(), returned(contact('a'))]

    expect(run(asText, responses)).toEqual({
      requests: [list, search, { type: 'create', fields: created(newcomer) }],
      outcome: 'created',
      id: 'a',
      counts: [],
      refused: [
        { path: 'custom_attributes.Seats', reason: 'not of its type, boolean' },
        { path: 'custom_attributes.demo', reason: 'not in the workspace' },
      ],
    })
  })

  test('reads the list again for a replay if something does not fit, once', () => {
    const replay = { ...defaultPolicy, replayedAtMs: 1 }
    const old = attributeList(typed('seats', 'integer'))

    expect(run(asText, [types], replay).requests).toEqual([list, search])
    expect(run(asText, [old, types], replay).requests).toEqual([list, listAgain, search])
    expect(run(asText, [old, old], replay).requests).toEqual([list, listAgain, search])
    expect(run(asText, [unreadableList, types], replay).requests).toEqual([list, listAgain, search])
    expect(run(asText, [old]).requests).toEqual([list, search])
  })
})

describe('nextStep: refused custom attributes', () => {
  const custom_attributes = { plan: 'pro', seats: 3, team: 'x' }
  const withAttributes = withFields(newcomer, { custom_attributes })
  const all = attributeList(textAttribute('plan'), typed('seats', 'integer'), textAttribute('team'))
  const newer = attributeList(textAttribute('plan'), textAttribute('seats'))

  test('reads the list again, leaves out and converts what it explains, and names it', () => {
    const responses = [all, found(), refused(true), newer, returned(contact('a'))]

    expect(run(withAttributes, responses)).toEqual({
      requests: [
        list,
        search,
        { type: 'create', fields: created(withAttributes) },
        listAgain,
        {
          type: 'create',
          fields: { ...created(newcomer), custom_attributes: { plan: 'pro', seats: '3' } },
        },
      ],
      outcome: 'created',
      id: 'a',
      counts: [],
      refused: [{ path: 'custom_attributes.team', reason: 'not in the workspace' }],
    })
  })

  test('leaves them out of an update', () => {
    const responses = [
      ...[all, ...foundAndRead(contact('a')), refused(true), newer],
      returned(contact('a')),
    ]

    expect(run(withAttributes, responses)).toMatchObject({
      requests: [
        ...[{}, search, getA, {}, listAgain],
        { type: 'update', id: 'a', fields: { custom_attributes: { plan: 'pro', seats: '3' } } },
      ],
      outcome: 'updated',
      refused: [{}],
    })
  })

  test('leaves a contact unchanged that lacks nothing else', () => {
    const complete = contact('a', { custom_attributes: { plan: 'free', seats: 2 } })
    const responses = [all, ...foundAndRead(complete), refused(true), newer]

    expect(run(withAttributes, responses)).toMatchObject({
      requests: [{}, search, getA, { type: 'update' }, listAgain],
      outcome: 'unchanged',
      refused: [{ path: 'custom_attributes.team' }],
    })
  })

  test.each([
    ['the list cannot be read', unreadableList, [unreadableList]],
    ['the list cannot be read again', all, [unreadableList]],
    ['the list explains nothing', all, [all]],
    ['the request is refused again after the list was applied', all, [newer, refused(true)]],
  ])('leaves out all of them if %s', (_when, first, responses) => {
    const result = run(withAttributes, [
      ...[first, found(), refused(true), ...responses],
      returned(contact('a')),
    ])

    expect(result.requests.at(-1)).toEqual({ type: 'create', fields: created(newcomer) })
    expect(result).toMatchObject({ outcome: 'created', refused: [{}, {}, {}] })
  })

  test('says that the list could not be read', () => {
    const responses = [
      ...[unreadableList, found(), refused(true), unreadableList],
      returned(contact('a')),
    ]

    expect(run(withAttributes, responses).refused).toContainEqual({
      path: 'custom_attributes.plan',
      reason: 'refused, and the list of attributes could not be read',
    })
  })

  test('uses the list even if the refusal does not mention attributes', () => {
    const responses = [all, found(), refused(false), newer, returned(contact('a'))]

    expect(run(withAttributes, responses)).toMatchObject({ outcome: 'created', refused: [{}] })
  })

  test('still leaves them out after a conflict leads to another contact', () => {
    const responses = [
      ...[all, found(), refused(true), newer],
      ...[conflict('b'), returned(contact('b'))],
    ]

    expect(run(withAttributes, responses).requests.at(-1)).toEqual({
      type: 'update',
      id: 'b',
      fields: { custom_attributes: { plan: 'pro', seats: '3' } },
    })
  })
})

test('nextStep fails with Intercom’s code if a search is refused', () => {
  expect(run(newcomer, [refused(false)])).toMatchObject({
    requests: [search],
    code: 'intercom_rejected',
  })
})
