import { expect, test } from 'vitest'
import { read } from '../../../src/lib/read.ts'
import { typeform } from '../../../src/lib/sources/index.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { delivery } from '../../support/deliveries.ts'

const fields = [
  { id: 'F1', ref: 'ref_story', title: 'How did you hear of us?', type: 'long_text' },
  { id: 'F2', ref: 'ref_mail', title: 'Where can we write to you?', type: 'email' },
  { id: 'F3', ref: 'ref_first', title: 'What is your first name?', type: 'short_text' },
  { id: 'F4', ref: 'ref_last', title: 'And your last name?', type: 'short_text' },
  { id: 'F5', ref: 'ref_phone', title: 'Your number', type: 'phone_number' },
  { id: 'F6', ref: 'ref_size', title: 'Team size', type: 'multiple_choice' },
  { id: 'F7', ref: 'ref_uses', title: 'What will you use?', type: 'multiple_choice' },
  { id: 'F8', ref: 'ref_news', title: 'Newsletter?', type: 'yes_no' },
  { id: 'F9', ref: 'ref_score', title: 'Rate us', type: 'rating' },
]
const answer = (id: string, type: string, value: unknown) => ({
  type,
  [type]: value,
  field: { id },
})
const answers = [
  answer('F1', 'text', 'From a friend'),
  answer('F2', 'email', 'grace@example.com'),
  answer('F3', 'text', 'Grace'),
  answer('F4', 'text', 'Hopper'),
  answer('F5', 'phone_number', '+14155550100'),
  answer('F6', 'choice', { id: 'c1', ref: 'r1', label: '2–10' }),
  answer('F7', 'choices', { ids: ['c2'], labels: ['Webhooks', 'Forms'], other: 'Mail' }),
  answer('F8', 'boolean', false),
  answer('F9', 'number', 0),
]
const response = {
  event_id: 'evt_1',
  event_type: 'form_response',
  form_response: {
    submitted_at: '2024-12-18T15:57:09Z',
    hidden: { user_id: 'u-1', utm_source: 'news' },
    variables: [{ key: 'score', type: 'number', number: 4 }],
    definition: { fields },
    answers,
  },
}
const readResponse = (options: SourceOptions = {}, body: object = response) =>
  read(typeform(options as Parameters<typeof typeform>[0]), delivery(body))
const contactOf = async (options: SourceOptions, body?: object) => {
  const reading = await readResponse(options, body)
  return reading.kind === 'signups' ? reading.signups[0].contact : reading
}

test('a response is its e-mail and phone by type, its name by question, its time', async () => {
  expect(await readResponse()).toEqual({
    kind: 'signups',
    signups: [
      {
        event_id: 'evt_1',
        occurred_at: 1_734_537_429,
        contact: {
          role: 'user',
          email: 'grace@example.com',
          phone: '+14155550100',
          name: 'Grace Hopper',
          signed_up_at: 1_734_537_429,
        },
      },
    ],
    leftOut: [],
  })
})

test('hidden fields and variables are found by their key', async () => {
  const contact = await contactOf({
    fields: { user_id: 'external_id' },
    attributes: { utm_source: 'utm_source', score: 'score' },
  })

  expect(contact).toMatchObject({
    external_id: 'u-1',
    custom_attributes: { utm_source: 'news', score: 4 },
  })
})

test('questions are found by id, ref or label, and choices are their texts', async () => {
  const contact = await contactOf({
    attributes: {
      F6: 'team_size',
      ref_uses: 'uses',
      'how did you hear of us?': 'heard',
      'Newsletter?': 'newsletter',
      'Rate us': 'rating',
    },
  })

  expect(contact).toMatchObject({
    custom_attributes: {
      team_size: '2–10',
      uses: 'Webhooks, Forms, Mail',
      heard: 'From a friend',
      newsletter: false,
      rating: 0,
    },
  })
})

test('an answer that was not given is counted, not guessed', async () => {
  const skipped = {
    ...response,
    form_response: { ...response.form_response, answers: answers.slice(1, 2), hidden: null },
  }

  const reading = await readResponse({ fields: { user_id: 'external_id' } }, skipped)

  expect(reading).toMatchObject({
    signups: [{ contact: { email: 'grace@example.com' } }],
    leftOut: [{ path: 'external_id', reason: 'field_unmatched' }],
  })
})

test('a partial response is ignored', async () => {
  const partial = { ...response, event_type: 'form_response_partial' }

  expect(await readResponse({}, partial)).toEqual({ kind: 'ignored' })
})

test('a response without an e-mail is nobody', async () => {
  const nobody = { ...response, form_response: { ...response.form_response, answers: [] } }

  expect(await readResponse({}, nobody)).toMatchObject({ kind: 'refused', code: 'no_identity' })
})
