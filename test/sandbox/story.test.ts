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
    'clerk      created contact 6762 with 2 calls',
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
    'a          updated contact 6762 with 3 calls at receive 2, external_id_differs',
  ],
  [{ event: 'ignored', source: 'a' }, 'a          ignored: not a signup'],
  [
    {
      event: 'parked',
      source: 'a',
      code: 'intercom_rejected',
      intercom_code: 'parameter_invalid',
      advice: 'mend it',
    },
    'a          parked in the dead letters: intercom_rejected / parameter_invalid: mend it',
  ],
  [
    {
      event: 'incomplete',
      source: 'a',
      code: 'attributes_refused',
      attributes: ['plan: not in the workspace', 'seats: not writable'],
      advice: 'create them',
    },
    'a          but not all of it: attributes_refused: plan: not in the workspace, seats: not writable',
  ],
  [
    { event: 'copy_parked', source: 'a', code: 'extras_failed', advice: 'mend it' },
    'a          a copy parked in the dead letters, to be replayed: extras_failed',
  ],
  [
    {
      event: 'handed_back',
      source: 'a',
      code: 'intercom_unavailable',
      retry_in_seconds: 20,
      advice: 'wait',
    },
    'a          back to the queue for 20 s: intercom_unavailable: wait',
  ],
  [
    { event: 'misconfigured', code: 'misconfigured', advice: 'set it' },
    '           misconfigured: misconfigured: set it',
  ],
])('%j', (line, told) => {
  expect(story(line)).toBe(told)
})

test.each([
  '',
  '{"_aws":{"Timestamp":1},"accepted":1}',
  '{"event":"refused","source":"a","code":"invalid_body"}',
  '{"event":"untried","source":"a"}',
  '{"event":"intercom","call":"search","status":200}',
])('%j is no part of it', (line) => {
  expect(storyOf(line)).toBeUndefined()
})

test.each(['plain words', '{"half'])(
  'what is no log line of ours is shown as it is: %s',
  (line) => {
    expect(storyOf(line)).toBe(line)
  },
)

test('a delivery that SQS drops is told as such for five minutes', () => {
  const tell = createStory(() => nowMs)
  const line = JSON.stringify({ event: 'accepted', source: 'a', id: 'd10cff6e3e055c0d' })

  expect(tell(line)).toBe('a          accepted and queued as d10cff6e3e05')
  nowMs += 299_999
  expect(tell(line)).toContain('accepted again')
  nowMs += 1
  expect(tell(line)).toBe('a          accepted and queued as d10cff6e3e05')
})

test('a fault of ours is told with the frames of its stack', () => {
  expect(story({ event: 'refused', source: 'a', code: 'unexpected', stack: '    at x' })).toBe(
    'a              at x',
  )
})
