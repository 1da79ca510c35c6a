import { describe, expect, test } from 'vitest'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { IngestResult } from '../../../src/lib/ingest/ingest.ts'
import type { RecordReport } from '../../../src/lib/queue/process-record.ts'
import { errorFields, reportRecord, reportRequest } from '../../../src/lib/telemetry/report.ts'
import { record } from '../../support/records.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const withStatus = (status: number) => ({ status, headers: {}, body: '' })
const contact = { type: 'contact', id: '6762f0dd' }
const delivered = (more: Partial<DeliverResult> = {}): DeliverResult => ({
  outcome: 'created',
  contact,
  counts: [],
  isShown: true,
  calls: 2,
  incomplete: [],
  ...more,
})

describe('errorFields', () => {
  test('returns the code, the message and Intercom’s code, status and request id', () => {
    const error = new BridgeError('intercom_rejected', 'our message', {
      intercomCode: 'parameter_invalid',
      intercomField: 'owner_id',
      intercomStatus: 400,
      requestId: '004qkagkoq5kktea5hdg',
    })

    expect(errorFields(error)).toEqual({
      code: 'intercom_rejected',
      advice: 'our message',
      intercom_code: 'parameter_invalid',
      field: 'owner_id',
      intercom_status: 400,
      intercom_request_id: '004qkagkoq5kktea5hdg',
    })
  })

  test('names the cause and never quotes it', () => {
    const cause = new TypeError('canary')

    const fields = errorFields(new BridgeError('temporarily_unavailable', 'our message', { cause }))

    expect(fields).toMatchObject({ cause: 'TypeError' })
    expect(JSON.stringify(fields)).not.toContain('canary')
  })

  test('returns the stack of an unexpected error, without its message', () => {
    const cause = new TypeError('canary\n    canary again')

    const { stack } = errorFields(new BridgeError('unexpected', 'our message', { cause }))

    expect(stack).toMatch(/^\s+at .*report\.test\.ts/)
    expect(stack).not.toContain('canary')
  })
})

describe('reportRecord of a contact that is to be confirmed', () => {
  test('logs it as delivered, counts it as held, and leaves what is incomplete to the confirmation', () => {
    const { telemetry, logged, counted } = captureTelemetry()
    const incomplete = [new BridgeError('fields_refused', 'text')]

    reportRecord(telemetry, {
      kind: 'held',
      record: record('{}'),
      source: 'backend',
      durationMs: 5,
      results: [delivered({ incomplete })],
      confirmInSeconds: 180,
    })

    expect(logged).toMatchObject([
      { event: 'delivered', outcome: 'created', confirm_in_seconds: 180 },
    ])
    expect([...counted.keys()]).toEqual(['held', 'created'])
  })
})

describe('reportRequest', () => {
  const report = (result: IngestResult) => {
    const { telemetry, logged, counted } = captureTelemetry()
    reportRequest(telemetry, result, 7)
    return { logged, counted: Object.fromEntries(counted) }
  }
  const reading = (leftOut: { path: string; reason: 'phone_invalid' }[]) =>
    ({
      kind: 'signups',
      event_id: 'e',
      indexes: [0],
      refusals: [],
      signups: [{ event_id: 'e', contact: { role: 'user', email: 'ada@example.com' } }],
      leftOut,
    }) as const

  test('logs each queued message, and what was left out only with the first', () => {
    const leftOut = [{ path: 'phone', reason: 'phone_invalid' as const }]

    expect(
      report({
        response: withStatus(200),
        source: 'a',
        ids: ['i1', 'i2'],
        reading: reading(leftOut),
      }),
    ).toEqual({
      logged: [
        {
          event: 'accepted',
          source: 'a',
          status: 200,
          duration_ms: 7,
          id: 'i1',
          left_out: ['phone_invalid'],
        },
        { event: 'accepted', source: 'a', status: 200, duration_ms: 7, id: 'i2' },
      ],
      counted: { accepted: 2, phone_invalid: 1 },
    })
  })

  test('logs a signup delivered in direct mode with its contact', () => {
    const results = [delivered({ counts: ['email_shared'] })]

    expect(
      report({ response: withStatus(200), source: 'a', results, reading: reading([]) }),
    ).toMatchObject({
      logged: [{ event: 'delivered', outcome: 'created', contact_id: '6762f0dd', calls: 2 }],
      counted: { created: 1, email_shared: 1 },
    })
  })

  test('logs the reasons of what was left out in direct mode, never the paths', () => {
    const leftOut = [{ path: 'a key of the payload', reason: 'phone_invalid' as const }]
    const { logged, counted } = report({
      response: withStatus(200),
      source: 'a',
      results: [delivered()],
      reading: reading(leftOut),
    })

    expect(logged).toMatchObject([{ event: 'delivered', left_out: ['phone_invalid'] }])
    expect(JSON.stringify(logged)).not.toContain('payload')
    expect(counted).toEqual({ created: 1, phone_invalid: 1 })
  })

  test('logs what is missing of a partly delivered signup', () => {
    const results = [delivered({ incomplete: [new BridgeError('extras_failed', 'our message')] })]

    expect(
      report({ response: withStatus(200), source: 'a', results, reading: reading([]) }),
    ).toEqual({
      logged: [
        expect.objectContaining({ event: 'delivered' }),
        {
          event: 'incomplete',
          source: 'a',
          status: 200,
          duration_ms: 7,
          contact_id: '6762f0dd',
          code: 'extras_failed',
          advice: 'our message',
        },
      ],
      counted: { created: 1, extras_failed: 1 },
    })
  })

  test('logs and counts an ignored request', () => {
    expect(
      report({ response: withStatus(200), source: 'a', reading: { kind: 'ignored' } }),
    ).toMatchObject({
      logged: [{ event: 'ignored', source: 'a' }],
      counted: { ignored: 1 },
    })
  })

  test('logs and counts a refused request with its code', () => {
    const error = new BridgeError('misconfigured', 'our message')

    expect(report({ response: withStatus(500), source: 'a', error })).toMatchObject({
      logged: [{ event: 'refused', code: 'misconfigured', status: 500 }],
      counted: { misconfigured: 1 },
    })
  })
})

describe('reportRecord', () => {
  const id = 'a1'.repeat(32)
  const report = (result: Partial<RecordReport>) => {
    const { telemetry, logged, counted } = captureTelemetry()
    const received = record('', {
      attributes: { MessageDeduplicationId: id, ApproximateReceiveCount: '3' },
    })
    reportRecord(telemetry, { record: received, durationMs: 7, ...result } as RecordReport)
    return { logged, counted: Object.fromEntries(counted) }
  }

  test('logs the id that the response to the sender had', () => {
    expect(report({ kind: 'ignored' })).toMatchObject({
      logged: [{ event: 'ignored', id, message_id: 'm1', receives: 3 }],
      counted: { ignored: 1 },
    })
  })

  test('does not log the names that another producer chose', () => {
    const { telemetry, logged } = captureTelemetry()
    const foreign = record('', { attributes: { MessageDeduplicationId: 'ada@example.com' } })
    const source = 'Ada <ada@example.com>'

    reportRecord(telemetry, { record: foreign, source, durationMs: 7, kind: 'ignored' })

    expect(logged).toEqual([{ event: 'ignored', message_id: 'm1', receives: 1, duration_ms: 7 }])
  })

  const incomplete = (...errors: BridgeError[]) =>
    report({ kind: 'delivered', results: [delivered({ incomplete: errors })], leftOut: [] })
  const refused = (...issues: { path: string; reason: string }[]) =>
    incomplete(new BridgeError('attributes_refused', 'our message', { issues }))

  test('logs one line for a completely delivered record', () => {
    expect(report({ kind: 'delivered', results: [delivered()], leftOut: [] })).toEqual({
      logged: [
        {
          event: 'delivered',
          id,
          message_id: 'm1',
          receives: 3,
          duration_ms: 7,
          outcome: 'created',
          contact_id: '6762f0dd',
          calls: 2,
          counts: [],
        },
      ],
      counted: { delivered: 1, created: 1 },
    })
  })

  test('logs the attributes that were not delivered, and why', () => {
    const { logged, counted } = refused(
      { path: 'custom_attributes.plan', reason: 'not in the workspace' },
      { path: 'custom_attributes.Team size', reason: 'not of its type, integer' },
    )

    expect(logged).toMatchObject([
      { event: 'delivered', outcome: 'created' },
      {
        event: 'incomplete',
        id,
        contact_id: '6762f0dd',
        code: 'attributes_refused',
        advice: 'our message',
        attributes: ['plan: not in the workspace', 'Team size: not of its type, integer'],
      },
    ])
    expect(counted).toEqual({ delivered: 1, created: 1, attributes_refused: 1 })
  })

  test.each(['plan', 'Team size', 'utm_source', 'a1', 'e-mail', 'x'.repeat(64)])(
    'logs the name of an attribute that reads like a name: %s',
    (name) => {
      const { logged } = refused({ path: `custom_attributes.${name}`, reason: 'refused' })

      expect(logged.at(-1)?.attributes).toEqual([`${name}: refused`])
    },
  )

  test.each([
    'ada@example.com',
    'plan.custom',
    '+14155550100',
    '14155550100',
    'größe',
    '<b>',
    'two\nlines',
    ' plan',
    '',
    'x'.repeat(65),
  ])('hides the name of an attribute that does not read like one: %j', (name) => {
    const { logged } = refused({ path: `custom_attributes.${name}`, reason: 'refused' })

    expect(logged.at(-1)?.attributes).toEqual(['…: refused'])
  })

  test('logs Intercom’s code and the extras that failed', () => {
    const { logged, counted } = incomplete(
      new BridgeError('extras_failed', 'our message', {
        intercomCode: 'api_plan_restricted',
        intercomStatus: 403,
        issues: [
          { path: 'tags', reason: 'api_plan_restricted' },
          { path: 'company', reason: 'refused' },
        ],
      }),
    )

    expect(logged.at(-1)).toMatchObject({
      event: 'incomplete',
      code: 'extras_failed',
      intercom_code: 'api_plan_restricted',
      intercom_status: 403,
      fields: ['tags: api_plan_restricted', 'company: refused'],
    })
    expect(logged.at(-1)).not.toHaveProperty('attributes')
    expect(counted).toEqual({ delivered: 1, created: 1, extras_failed: 1 })
  })

  test('logs refused fields apart from custom attributes', () => {
    const { logged } = incomplete(
      new BridgeError('fields_refused', 'our message', {
        issues: [
          { path: 'owner_id', reason: 'parameter_invalid' },
          { path: 'custom_attributes.plan', reason: 'refused' },
          { path: 'custom_attributes.ada@example.com', reason: 'refused' },
          { path: 'ada@example.com', reason: 'refused' },
        ],
      }),
    )

    expect(logged.at(-1)).toMatchObject({
      code: 'fields_refused',
      fields: ['owner_id: parameter_invalid', '…: refused'],
      attributes: ['plan: refused', '…: refused'],
    })
  })

  test('logs and counts two errors of one record', () => {
    const { logged, counted } = incomplete(
      new BridgeError('attributes_refused', 'our message'),
      new BridgeError('extras_failed', 'our message'),
    )

    expect(logged.map(({ event, code }) => [event, code])).toEqual([
      ['delivered', undefined],
      ['incomplete', 'attributes_refused'],
      ['incomplete', 'extras_failed'],
    ])
    expect(counted).toEqual({ delivered: 1, created: 1, attributes_refused: 1, extras_failed: 1 })
  })

  test('logs what a parked copy names, and does not count its code again', () => {
    const error = new BridgeError('fields_refused', 'our message')
    const leftOut = [
      { path: 'owner_id', reason: 'parameter_invalid' },
      { path: 'custom_attributes.plan', reason: 'not in the workspace' },
      { path: 'note', reason: 'refused' },
    ]

    expect(report({ kind: 'copy_parked', error, leftOut })).toMatchObject({
      logged: [
        {
          event: 'copy_parked',
          id,
          code: 'fields_refused',
          advice: 'our message',
          fields: ['owner_id: parameter_invalid', 'note: refused'],
          attributes: ['plan: not in the workspace'],
        },
      ],
      counted: { copy_parked: 1 },
    })
  })

  test('logs and counts a parked record with its code', () => {
    const error = new BridgeError('contact_deleted', 'our message')

    expect(report({ kind: 'parked', error })).toMatchObject({
      logged: [{ event: 'parked', code: 'contact_deleted' }],
      counted: { parked: 1, contact_deleted: 1 },
    })
  })

  test('logs and counts a returned record with its code and its wait', () => {
    const error = new BridgeError('out_of_time', 'our message')

    expect(report({ kind: 'handed_back', error, retryInSeconds: 0 })).toMatchObject({
      logged: [{ event: 'handed_back', code: 'out_of_time', retry_in_seconds: 0 }],
      counted: { handed_back: 1, out_of_time: 1 },
    })
  })

  test('logs and counts a record returned untried', () => {
    expect(report({ kind: 'untried', retryInSeconds: 15 })).toMatchObject({
      logged: [{ event: 'untried', retry_in_seconds: 15 }],
      counted: { untried: 1 },
    })
  })
})
