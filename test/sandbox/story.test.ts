import { describe, expect, test } from 'vitest'
import { createStory } from '../../sandbox/story.ts'

let nowMs = 0
const start = () => {
  const printed: string[] = []
  const story = createStory(
    () => nowMs,
    (text) => printed.push(text),
  )
  return { ...story, log: (line: object) => story.onLine(JSON.stringify(line)), printed }
}
const storyOf = (line: string): string | undefined => {
  const { onLine, printed } = start()
  onLine(line)
  return printed[0]
}
const story = (line: object) => storyOf(JSON.stringify(line))

test.each([
  [
    { event: 'accepted', source: 'clerk', id: 'd10cff6e3e055c0d', left_out: ['phone_invalid'] },
    'clerk      accepted and queued as d10cff6e3e05, left out: phone_invalid',
  ],
  [
    {
      event: 'accepted',
      source: 'a',
      id: 'd',
      left_out: ['text_cut', 'field_unmatched', 'text_cut'],
    },
    'a          accepted and queued as d, left out: text_cut, field_unmatched',
  ],
  [
    {
      event: 'delivered',
      source: 'clerk',
      outcome: 'created',
      contact_id: '6762',
      calls: 2,
      receives: 1,
    },
    'clerk      created contact 6762 with 2 requests',
  ],
  [
    { event: 'delivered', source: 'clerk', outcome: 'company_updated', calls: 1, receives: 1 },
    'clerk      company updated with 1 request',
  ],
  [
    {
      event: 'delivered',
      source: 'clerk',
      outcome: 'confirmed',
      contact_id: '6762',
      calls: 1,
      receives: 2,
    },
    'clerk      confirmed contact 6762 with 1 request, receive 2',
  ],
  [
    {
      event: 'delivered',
      source: 'a',
      outcome: 'updated',
      contact_id: '6762',
      calls: 3,
      receives: 2,
      counts: ['external_id_differs'],
    },
    'a          updated contact 6762 with 3 requests, receive 2, external_id_differs',
  ],
  ...(
    [
      ['archived', 'archived the contact'],
      ['deleted', 'deleted the contact'],
      ['unchanged', 'left the contact archived'],
      ['not_found', 'found no contact to remove'],
    ] as const
  ).map(([outcome, text]): [object, string] => [
    { event: 'delivered', source: 'a', outcome, calls: 1, receives: 1 },
    `a          ${text} with 1 request`,
  ]),
  [{ event: 'ignored', source: 'b' }, 'b          ignored: not a signup'],
  [{ event: 'ignored', source: 'a' }, 'a          ignored: not a signup'],
  [
    {
      event: 'parked',
      source: 'a',
      code: 'intercom_rejected',
      intercom_code: 'parameter_invalid',
      advice: 'fix it',
    },
    'a          parked as a dead letter: intercom_rejected / parameter_invalid: fix it',
  ],
  [
    {
      event: 'incomplete',
      source: 'a',
      code: 'attributes_refused',
      attributes: ['plan: not in the workspace', 'seats: not writable'],
      advice: 'create them',
    },
    'a          not all of it was written: attributes_refused: plan: not in the workspace; seats: not writable',
  ],
  [
    {
      event: 'incomplete',
      source: 'a',
      code: 'fields_refused',
      fields: ['owner_id: parameter_invalid'],
      attributes: ['plan: refused'],
      advice: 'fix them',
    },
    'a          not all of it was written: fields_refused: owner_id: parameter_invalid; plan: refused',
  ],
  [
    { event: 'incomplete', source: 'a', code: 'extras_failed', advice: 'look up the code' },
    'a          not all of it was written: extras_failed: look up the code',
  ],
  [
    { event: 'copy_parked', source: 'a', code: 'extras_failed', advice: 'fix it' },
    'a          a copy parked as a dead letter, to be replayed: extras_failed',
  ],
  [
    {
      event: 'copy_parked',
      source: 'a',
      code: 'extras_failed',
      intercom_code: 'bad_request',
      fields: ['company: bad_request', 'note: refused'],
    },
    'a          a copy parked as a dead letter, to be replayed: extras_failed / bad_request: company: bad_request; note: refused',
  ],
  [
    {
      event: 'handed_back',
      source: 'a',
      code: 'intercom_unavailable',
      retry_in_seconds: 20,
      advice: 'wait',
    },
    'a          returned to the queue, retried in 20 s: intercom_unavailable: wait',
  ],
  [
    { event: 'misconfigured', code: 'misconfigured', advice: 'set it' },
    '           misconfigured: misconfigured: set it',
  ],
])('the story shows %j as %j', (line, expected) => {
  expect(story(line)).toBe(expected)
})

test.each([
  '',
  '{"_aws":{"Timestamp":1},"accepted":1}',
  '{"event":"refused","source":"a","code":"invalid_body"}',
  '{"event":"untried","source":"a"}',
  '{"event":"intercom","call":"search","status":200}',
])('the story does not show %j', (line) => {
  expect(storyOf(line)).toBeUndefined()
})

test.each(['plain words', '{"half'])(
  'the story shows a line that is not a log line of the bridge unchanged: %s',
  (line) => {
    expect(storyOf(line)).toBe(line)
  },
)

test('the story says that a person’s later signups wait, for what and until when', () => {
  const { log, printed } = start()
  nowMs = Date.UTC(2026, 0, 1, 12, 0, 30)

  log({
    event: 'delivered',
    source: 'a',
    outcome: 'created',
    contact_id: '6762',
    calls: 2,
    confirm_in_seconds: 180,
  })

  expect(printed).toEqual([
    'a          created contact 6762 with 2 requests; later signups of this person wait until 12:03:30, when Intercom’s search shows the contact'.replace(
      '’',
      "'",
    ),
  ])
})

test('the story reports an identical delivery as dropped by SQS for five minutes', () => {
  const { log, printed } = start()
  const line = { event: 'accepted', source: 'a', id: 'd10cff6e3e055c0d' }

  log(line)
  nowMs += 299_999
  log(line)
  nowMs += 1
  log(line)

  expect(printed).toEqual([
    'a          accepted and queued as d10cff6e3e05',
    expect.stringContaining('accepted again'),
    'a          accepted and queued as d10cff6e3e05',
  ])
})

test('the story shows the stack of an unexpected error', () => {
  expect(story({ event: 'refused', source: 'a', code: 'unexpected', stack: '    at x' })).toBe(
    'a              at x',
  )
})

describe('the story of a request', () => {
  const response = { path: '/webhooks/a', status: 200, body: '', location: '' }
  const accepted = { event: 'accepted', source: 'a', status: 200, id: 'd10cff6e3e055c0d' }
  const delivered = {
    event: 'delivered',
    source: 'a',
    status: 200,
    outcome: 'created',
    contact_id: '6762',
    calls: 1,
  }
  const left_out = [
    { path: 'plan', reason: 'field_unknown' },
    { path: 'phone', reason: 'phone_invalid' },
  ]
  const reasons = left_out.map(({ reason }) => reason)

  test('waits for its response, and shows what that names as left out', () => {
    const { log, onResponse, printed } = start()

    log({ ...accepted, left_out: reasons })
    expect(printed).toEqual([])
    onResponse({ ...response, body: JSON.stringify({ status: 'accepted', id: 'd1', left_out }) })

    expect(printed).toEqual([
      'a          accepted and queued as d10cff6e3e05, left out: plan (field_unknown), phone (phone_invalid)',
    ])
  })

  test('shows what the response of direct mode names, then what Intercom refused', () => {
    const { log, onResponse, printed } = start()
    const named = [...left_out, { path: 'owner_id', reason: 'parameter_invalid' }]
    const incomplete = {
      event: 'incomplete',
      source: 'a',
      status: 200,
      code: 'fields_refused',
      fields: ['owner_id: parameter_invalid'],
    }

    log({ ...delivered, left_out: reasons })
    log({ ...incomplete, left_out: reasons })
    onResponse({ ...response, body: JSON.stringify({ status: 'created', left_out: named }) })

    expect(printed).toEqual([
      'a          created contact 6762 with 1 request, left out: plan (field_unknown), phone (phone_invalid), owner_id (parameter_invalid)',
      'a          not all of it was written: fields_refused: owner_id: parameter_invalid',
    ])
  })

  test.each([
    ['a redirect', { ...response, status: 303, location: 'https://example.com/thanks' }],
    ['a response to a sender that does not wait', { ...response, body: '{"status":"accepted"}' }],
    ['a page', { ...response, body: '<p>Thank you.</p>' }],
  ])('shows what reading left out after %s, which does not name it', (_name, answered) => {
    const { log, onResponse, printed } = start()

    log({ ...accepted, left_out: reasons })
    onResponse({ ...answered, left_out })
    log({ ...accepted, id: 'e20cff6e3e055c0d', left_out: reasons })
    onResponse(answered)

    expect(printed).toEqual([
      'a          accepted and queued as d10cff6e3e05, left out: plan (field_unknown), phone (phone_invalid)',
      'a          accepted and queued as e20cff6e3e05, left out: field_unknown, phone_invalid',
    ])
  })

  test('shows each of its signups, and what was left out with the first', () => {
    const { log, onResponse, printed } = start()

    log({ ...accepted, left_out: reasons })
    log({ ...accepted, id: 'e20cff6e3e055c0d' })
    onResponse({ ...response, body: JSON.stringify({ left_out: left_out.slice(0, 1) }) })

    expect(printed).toEqual([
      'a          accepted and queued as d10cff6e3e05, left out: plan (field_unknown)',
      'a          accepted and queued as e20cff6e3e05',
    ])
  })

  test('ends with its response: the next request has its own', () => {
    const { log, onResponse, printed } = start()

    log(accepted)
    onResponse({ ...response, body: JSON.stringify({ left_out }) })
    log({ event: 'ignored', source: 'b', status: 200 })
    onResponse({ ...response, path: '/webhooks/b', body: '{"status":"ignored"}' })

    expect(printed.slice(1)).toEqual(['b          ignored: not a signup'])
  })

  const refused = (code: string, more: object = {}) => ({
    event: 'refused',
    source: 'a',
    code,
    ...more,
  })
  const hidden = '{"error":{"code":"temporarily_unavailable","message":"later"}}'

  test('shows the response that refuses it, and the code that a 503 hides', () => {
    const { log, onResponse, printed } = start()

    log(refused('intercom_unavailable', { status: 503, intercom_code: 'service_unavailable' }))
    onResponse({ ...response, status: 503, body: hidden })

    expect(printed).toEqual([
      `a          refused with 503: ${hidden} (intercom_unavailable / service_unavailable)`,
    ])
  })

  test('shows a refusal as it is when its response has the code, or it was not logged', () => {
    const { log, onResponse, printed } = start()
    const body = '{"error":{"code":"invalid_body","message":"not JSON"}}'

    log(refused('invalid_body', { status: 400 }))
    onResponse({ ...response, status: 400, body })
    onResponse({ ...response, status: 401, body: '{}' })

    expect(printed).toEqual([
      `a          refused with 400: ${body}`,
      'a          refused with 401: {}',
    ])
  })

  test('shows a redirect to a failure page as a refusal, with its code', () => {
    const { log, onResponse, printed } = start()
    const location = 'https://example.com/sorry'

    log(refused('no_identity', { status: 303 }))
    onResponse({ ...response, path: '/forms/join', status: 303, location }, [undefined, location])
    onResponse({ ...response, path: '/forms/join', status: 303, location }, [])

    expect(printed).toEqual([
      `join       refused: redirected to ${location} (no_identity); ask with "accept: application/json" why`,
    ])
  })
})
