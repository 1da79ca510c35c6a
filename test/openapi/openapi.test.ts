import { beforeAll, describe, expect, test } from 'vitest'
import { isRecord } from '../../src/lib/json-access.ts'
import { companyFieldNames, contactFieldNames } from '../../src/lib/signup.ts'
import { callBridge } from './bridge-calls.ts'
import { createDescription, type Description } from './description.ts'
import { deviations, withDeviations } from './deviations.ts'
import { type Document, readDocument } from './document.ts'
import type { Answered } from './exchange.ts'
import { file, skipped } from './place.ts'
import { callSandbox } from './sandbox-calls.ts'
import { scenarios } from './scenarios.ts'

if (!file) console.warn(skipped)

/** Every call of the bridge. */
const bridgeCalls = [
  'GET /contacts/find_by_external_id/{external_id}',
  'GET /contacts/{contact_id}',
  'GET /data_attributes',
  'POST /companies',
  'POST /contacts',
  'POST /contacts/search',
  'POST /contacts/{contact_id}/companies',
  'POST /contacts/{contact_id}/notes',
  'POST /contacts/{contact_id}/tags',
  'POST /contacts/{contact_id}/unarchive',
  'POST /tags',
  'PUT /contacts/{contact_id}',
]

/** Every call that the sandbox's Intercom takes. */
const sandboxCalls = [
  ...bridgeCalls,
  'DELETE /contacts/{contact_id}',
  'DELETE /contacts/{contact_id}/tags/{tag_id}',
  'GET /contacts',
  'GET /me',
  'GET /tags',
  'POST /contacts/merge',
  'POST /contacts/{contact_id}/archive',
  'POST /data_attributes',
].toSorted()

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted()

/** Copies of a JSON value, in each an unknown field in another object; only a customer's own may have it. */
const spoiled = (value: unknown): unknown[] => {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => spoiled(item).map((bad) => value.with(index, bad)))
  }
  if (!isRecord(value)) return []
  const { custom_attributes: _, ...described } = value
  const inside = Object.entries(described).flatMap(([name, inner]) =>
    spoiled(inner).map((bad) => ({ ...value, [name]: bad })),
  )
  return [{ ...value, nickname: 'Ada' }, ...inside]
}

describe.skipIf(!file)(file ? "Intercom's OpenAPI description" : skipped, () => {
  let document: Document
  let description: Description
  let sandbox: readonly Answered[]
  let bridge: Awaited<ReturnType<typeof callBridge>>
  beforeAll(async () => {
    document = readDocument(file ?? '')
    description = createDescription(withDeviations(document, deviations))
    sandbox = await callSandbox(description.version)
    bridge = await callBridge(description.version)
  })

  test('is kept by every answer of the sandbox', () => {
    expect(sandbox.flatMap(description.answerProblems)).toEqual([])
  })

  test.each([200, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])(
    'was held against a %i of every call that the sandbox takes',
    (status) => {
      const answers = sandbox.filter((answer) => answer.status === status)

      expect(sorted(answers.map(description.nameOf))).toEqual(sandboxCalls)
    },
  )

  test('is kept by every request of the bridge', () => {
    expect(bridge.asked.flatMap(description.requestProblems)).toEqual([])
  })

  test('is kept by every answer that the bridge was given', () => {
    expect(bridge.answers.flatMap(description.answerProblems)).toEqual([])
  })

  test('was held against every call of the bridge, and every field that it sends', () => {
    const sent = (call: string) => {
      const requests = bridge.asked.filter((asked) => description.nameOf(asked) === call)
      return sorted(requests.flatMap(({ body = '{}' }) => Object.keys(JSON.parse(body))))
    }
    const contactFields = sorted([...contactFieldNames, 'custom_attributes'])

    expect(sorted(bridge.asked.map(description.nameOf))).toEqual(bridgeCalls)
    expect(sent('POST /contacts')).toEqual(contactFields)
    expect(sent('PUT /contacts/{contact_id}')).toEqual(contactFields)
    expect(sent('POST /companies')).toEqual(sorted(companyFieldNames))
  })

  test('was held against deliveries that ended as expected', () => {
    expect(bridge.endings).toEqual(scenarios.map(({ title, ends }) => ({ title, ends })))
  })

  test('refuses an unknown field in any object that was sent or answered', () => {
    const answers = [...sandbox, ...bridge.answers].flatMap((answer) =>
      spoiled(answer.json).map((json) => description.answerProblems({ ...answer, json })),
    )
    const requests = bridge.asked.flatMap((asked) =>
      spoiled(JSON.parse(asked.body ?? 'null')).map((json) =>
        description.requestProblems({ ...asked, body: JSON.stringify(json) }),
      ),
    )

    expect([...answers, ...requests].filter((problems) => problems.length === 0)).toEqual([])
    expect(requests.length).toBeGreaterThan(bridgeCalls.length)
  })

  test.each(deviations)('is not kept as to $property of a $component: $reason', (deviation) => {
    const others = deviations.filter((other) => other !== deviation)
    const without = createDescription(withDeviations(document, others))
    const isRefused = (answer: Answered) => without.answerProblems(answer).length > 0

    expect([...sandbox, ...bridge.answers].some(isRefused)).toBe(true)
  })
})
