import { expect, test } from 'vitest'
import { typeform } from '../../../src/lib/sources/index.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'
import { formResponse } from '../../support/payloads.ts'

const { answers } = formResponse.form_response
const readResponse = (options: SourceOptions = {}, body: object = formResponse) =>
  read(typeform(options as Parameters<typeof typeform>[0]), delivery(body))
const contactOf = async (options: SourceOptions, body?: object) => {
  const reading = await readResponse(options, body)
  return reading.kind === 'signups' ? reading.signups[0].contact : reading
}

test('typeform finds e-mail and phone by type, the name by question, and the time', async () => {
  expect(await readResponse()).toEqual({
    kind: 'signups',
    event_id: 'evt_1',
    indexes: [0],
    refusals: [],
    signups: [
      {
        event_id: 'evt_1',
        occurred_at: 1_734_537_429,
        contact: {
          role: 'user',
          email: 'lise@example.com',
          phone: '+14155550100',
          name: 'Lise Meitner',
          signed_up_at: 1_734_537_429,
        },
      },
    ],
    leftOut: [],
  })
})

test('typeform finds hidden fields and variables by their key', async () => {
  const contact = await contactOf({
    fields: { user_id: 'external_id' },
    attributes: { utm_source: 'utm_source', score: 'score' },
  })

  expect(contact).toMatchObject({
    external_id: 'u-1',
    custom_attributes: { utm_source: 'news', score: 4 },
  })
})

test('typeform finds questions by id, ref or label, and reads choices as their texts', async () => {
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

test('typeform leaves out and lists a missing answer', async () => {
  const skipped = {
    ...formResponse,
    form_response: { ...formResponse.form_response, answers: answers.slice(1, 2), hidden: null },
  }

  const reading = await readResponse({ fields: { user_id: 'external_id' } }, skipped)

  expect(reading).toMatchObject({
    signups: [{ contact: { email: 'lise@example.com' } }],
    leftOut: [{ path: 'external_id', reason: 'field_unmatched' }],
  })
})

test('typeform ignores a partial response', async () => {
  const partial = { ...formResponse, event_type: 'form_response_partial' }

  expect(await readResponse({}, partial)).toEqual({ kind: 'ignored' })
})

test('typeform refuses a response without an e-mail', async () => {
  const empty = { ...formResponse, form_response: { ...formResponse.form_response, answers: [] } }

  expect(await readResponse({}, empty)).toMatchObject({ kind: 'refused', code: 'no_identity' })
})
