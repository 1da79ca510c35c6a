import { describe, expect, test } from 'vitest'
import { subjectOf } from '../../../src/lib/intercom/refusal-subject.ts'

const about = (...errors: object[]) => subjectOf({ type: 'error.list', errors })
const attributesOnly = { fields: [], aboutAttributes: true }

describe('subjectOf', () => {
  test.each([
    ['The owner specified is not a member of the workspace', ['owner_id']],
    ['No such admin', ['owner_id']],
    ['Email is invalid', ['email']],
    ['e-mail address is blocked', ['email']],
    ['Phone number is not valid', ['phone']],
    ['phone must be a string', ['phone']],
    ['avatar could not be read', ['avatar']],
    ['Name is too long', ['name']],
    ['signed_up_at must be an integer', ['signed_up_at']],
    ['Signed up at is too late', ['signed_up_at']],
    ['last_seen_at must be an integer', ['last_seen_at']],
    ['The timestamp is out of range', ['signed_up_at', 'last_seen_at']],
    ['email_verified must be a boolean', ['email_verified']],
    ['Phone and email are invalid', ['email', 'phone']],
    ['phone_number is invalid', ['phone']],
    ['unsubscribed_from_emails must be a boolean', ['unsubscribed_from_emails']],
    ['Unsubscribed from emails is invalid', ['unsubscribed_from_emails']],
    ['The username is taken', []],
    ['Something is wrong', []],
    ['', []],
  ])('of the text %j is %j', (message, fields) => {
    expect(about({ code: 'parameter_invalid', message })).toEqual({
      fields,
      aboutAttributes: false,
    })
  })

  test.each([
    ['email', ['email'], false],
    ['contact.phone', ['phone'], false],
    ['avatar.image_url', ['avatar'], false],
    ['custom_attributes.name', [], true],
    ['custom_attributes', [], true],
  ])('of the field %j is %j', (field, fields, aboutAttributes) => {
    expect(about({ message: 'Name is too long', field })).toEqual({ fields, aboutAttributes })
  })

  test('of a field that contacts do not have is that of the text', () => {
    expect(about({ message: 'Name is too long', field: 'body' }).fields).toEqual(['name'])
    expect(about({ message: 'Invalid', field: 'owner' }).fields).toEqual(['owner_id'])
  })

  test.each([
    "Custom attribute 'name' does not exist",
    'The attribute phone is archived',
    'Custom Attributes must be strings',
    'Custom data is invalid',
  ])('of a text about an attribute is no field, whatever its name: %j', (message) => {
    expect(about({ message })).toEqual(attributesOnly)
  })

  test.each([
    ['custom_data_limit_reached', [], true],
    ['admin_not_found', ['owner_id'], false],
    ['invalid_phone', ['phone'], false],
    ['email_invalid', ['email'], false],
    ['data_invalid', [], false],
    ['constructor', [], false],
  ])('of the code %j is %j', (code, fields, aboutAttributes) => {
    expect(about({ code, message: 'text' })).toEqual({ fields, aboutAttributes })
  })

  test.each([
    [{ message: 'Invalid', field: 'plan' }, attributesOnly],
    [{ message: 'plan is not valid' }, attributesOnly],
    [{ message: "'gold' is no value of Team_size." }, attributesOnly],
    [{ message: 'The planet is not valid' }, { fields: [], aboutAttributes: false }],
    [{ message: 'plan: the owner is unknown' }, { fields: ['owner_id'], aboutAttributes: false }],
    [{ message: 'phone is not valid' }, { fields: ['phone'], aboutAttributes: false }],
    [{ field: 'phone' }, { fields: ['phone'], aboutAttributes: false }],
  ])('of a request with attributes, %j is %j', (error, subject) => {
    expect(subjectOf({ errors: [error] }, ['plan', 'team size', 'phone'])).toEqual(subject)
  })

  test('of several errors is all that they are about', () => {
    const owner = { message: 'The owner is unknown' }

    expect(about(owner, { message: 'Custom attribute x' }, {}, owner)).toEqual({
      fields: ['owner_id'],
      aboutAttributes: true,
    })
  })

  test.each([undefined, null, 'text', {}, { errors: [] }])('of %j is nothing', (body) => {
    expect(subjectOf(body)).toEqual({ fields: [], aboutAttributes: false })
  })
})
