import { expect, test } from 'vitest'
import { createStory } from '../../sandbox/story.ts'

let nowMs = 0
const storyOf = (line: string) => createStory(() => nowMs)(line)
const story = (line: object) => storyOf(JSON.stringify(line))

test.each([
  [
    { event: 'accepted', source: 'clerk', id: 'd10cff6e3e055c0d', left_out: ['phone_invalid'] },
    'clerk      accepted and queued as d10cff6e3e05, left out: phone_invalid',
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
    'a          not all of it was written: attributes_refused: plan: not in the workspace, seats: not writable',
  ],
  [
    { event: 'copy_parked', source: 'a', code: 'extras_failed', advice: 'fix it' },
    'a          a copy parked as a dead letter, to be replayed: extras_failed',
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

test('the story reports an identical delivery as dropped by SQS for five minutes', () => {
  const format = createStory(() => nowMs)
  const line = JSON.stringify({ event: 'accepted', source: 'a', id: 'd10cff6e3e055c0d' })

  expect(format(line)).toBe('a          accepted and queued as d10cff6e3e05')
  nowMs += 299_999
  expect(format(line)).toContain('accepted again')
  nowMs += 1
  expect(format(line)).toBe('a          accepted and queued as d10cff6e3e05')
})

test('the story shows the stack of an unexpected error', () => {
  expect(story({ event: 'refused', source: 'a', code: 'unexpected', stack: '    at x' })).toBe(
    'a              at x',
  )
})
