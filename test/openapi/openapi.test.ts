import { beforeAll, describe, expect, test } from 'vitest'
import { isRecord } from '../../src/lib/json-access.ts'
import { companyFieldNames, contactFieldNames } from '../../src/lib/signup.ts'
import { deliverScenarios } from './bridge-calls.ts'
import { createDescription, type Description } from './description.ts'
import { applyDeviations, deviations } from './deviations.ts'
import { type Document, readDocument } from './document.ts'
import type { ReceivedResponse, SentRequest } from './exchange.ts'
import { openApiFile, skipReason } from './place.ts'
import { collectSandboxResponses } from './sandbox-calls.ts'
import { scenarios } from './scenarios.ts'

if (!openApiFile) console.warn(skipReason)

/** Every operation that the bridge uses. */
const bridgeOperations = [
  'DELETE /contacts/{contact_id}',
  'DELETE /contacts/{contact_id}/companies/{company_id}',
  'DELETE /contacts/{contact_id}/subscriptions/{subscription_id}',
  'DELETE /contacts/{contact_id}/tags/{tag_id}',
  'GET /contacts/find_by_external_id/{external_id}',
  'GET /contacts/{contact_id}',
  'GET /contacts/{contact_id}/companies',
  'GET /contacts/{contact_id}/notes',
  'GET /contacts/{contact_id}/tags',
  'GET /data_attributes',
  'GET /subscription_types',
  'POST /companies',
  'POST /contacts',
  'POST /contacts/merge',
  'POST /contacts/search',
  'POST /contacts/{contact_id}/archive',
  'POST /contacts/{contact_id}/block',
  'POST /contacts/{contact_id}/companies',
  'POST /contacts/{contact_id}/notes',
  'POST /contacts/{contact_id}/subscriptions',
  'POST /contacts/{contact_id}/tags',
  'POST /contacts/{contact_id}/unarchive',
  'POST /events',
  'POST /tags',
  'PUT /contacts/{contact_id}',
]

/** Every operation that the sandbox's Intercom supports. */
const sandboxOperations = [
  ...bridgeOperations,
  'GET /contacts',
  'GET /contacts/{contact_id}/subscriptions',
  'GET /me',
  'GET /tags',
  'POST /data_attributes',
].toSorted()

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted()

/** Returns copies of a JSON value, each with an unknown field in another of its objects. */
const withUnknownFields = (value: unknown): unknown[] => {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      withUnknownFields(item).map((bad) => value.with(index, bad)),
    )
  }
  if (!isRecord(value)) return []
  const { custom_attributes: _, metadata: _metadata, ...described } = value
  const inside = Object.entries(described).flatMap(([name, inner]) =>
    withUnknownFields(inner).map((bad) => ({ ...value, [name]: bad })),
  )
  return [{ ...value, nickname: 'Ada' }, ...inside]
}

describe.skipIf(!openApiFile)(openApiFile ? "Intercom's OpenAPI description" : skipReason, () => {
  let document: Document
  let description: Description
  let sandbox: readonly ReceivedResponse[]
  let bridge: Awaited<ReturnType<typeof deliverScenarios>>
  beforeAll(async () => {
    document = readDocument(openApiFile ?? '')
    description = createDescription(applyDeviations(document, deviations))
    sandbox = await collectSandboxResponses(description.version)
    bridge = await deliverScenarios(description.version)
  })

  test('matches every response of the sandbox', () => {
    expect(sandbox.flatMap(description.responseProblems)).toEqual([])
  })

  test('was checked against an accepted data event', () => {
    const accepted = sandbox.filter(({ status }) => status === 202)

    expect(sorted(accepted.map(description.nameOf))).toEqual(['POST /events'])
  })

  test.each([200, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])(
    'was checked against a %i of every operation of the sandbox',
    (status) => {
      const responses = sandbox.filter((response) => response.status === status)

      // A data event is accepted by a 202.
      const operations = sandboxOperations.filter(
        (name) => status !== 200 || name !== 'POST /events',
      )
      expect(sorted(responses.map(description.nameOf))).toEqual(operations)
    },
  )

  test('matches every request of the bridge', () => {
    expect(bridge.requests.flatMap(description.requestProblems)).toEqual([])
  })

  test('matches every response that the bridge received', () => {
    expect(bridge.responses.flatMap(description.responseProblems)).toEqual([])
  })

  test('was checked against every operation of the bridge, and every field that it sends', () => {
    const sentFields = (operation: string) => {
      const requests = bridge.requests.filter(
        (request) => description.nameOf(request) === operation,
      )
      return sorted(requests.flatMap(({ body = '{}' }) => Object.keys(JSON.parse(body))))
    }
    // `email_verified` is known from 2.16 on.
    const { properties = {} } = document.components.schemas.create_contact_request ?? {}
    const known = contactFieldNames.filter((name) => Object.hasOwn(properties, name))
    const contactFields = sorted([...known, 'custom_attributes'])

    expect(sorted(bridge.requests.map(description.nameOf))).toEqual(bridgeOperations)
    expect(sentFields('POST /contacts')).toEqual(contactFields)
    expect(sentFields('PUT /contacts/{contact_id}')).toEqual(contactFields)
    expect(sentFields('POST /companies')).toEqual(
      sorted([...companyFieldNames, 'custom_attributes']),
    )
  })

  test('was checked against deliveries with the expected results', () => {
    expect(bridge.results).toEqual(scenarios.map(({ title, result }) => ({ title, result })))
  })

  test('rejects an unknown field in any object of a request or response', () => {
    const responses = [...sandbox, ...bridge.responses].flatMap((response) =>
      withUnknownFields(response.json).map((json) =>
        description.responseProblems({ ...response, json }),
      ),
    )
    const requests = bridge.requests.flatMap((request) =>
      withUnknownFields(JSON.parse(request.body ?? 'null')).map((json) =>
        description.requestProblems({ ...request, body: JSON.stringify(json) }),
      ),
    )

    expect([...responses, ...requests].filter((problems) => problems.length === 0)).toEqual([])
    expect(requests.length).toBeGreaterThan(bridgeOperations.length)
  })

  test.each(deviations)(
    'needs the deviation for $property of a $component: $reason',
    (deviation) => {
      const others = deviations.filter((other) => other !== deviation)
      const without = createDescription(applyDeviations(document, others))
      const hasProblems = (response: ReceivedResponse) =>
        without.responseProblems(response).length > 0
      const isInvalid = (request: SentRequest) => without.requestProblems(request).length > 0

      const isNeeded =
        [...sandbox, ...bridge.responses].some(hasProblems) || bridge.requests.some(isInvalid)
      expect(isNeeded).toBe(true)
    },
  )
})
