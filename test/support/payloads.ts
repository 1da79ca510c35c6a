/** The shape of Cognito's post-confirmation event. */
export const postConfirmation = {
  version: '1',
  triggerSource: 'PostConfirmation_ConfirmSignUp',
  userPoolId: 'eu-west-1_pool',
  userName: 'ada',
  request: { userAttributes: { sub: 's-1', email: 'ada@example.com' } },
  response: {},
}

/** The shape of Clerk's user.created; times in unix milliseconds. */
export const userCreated = {
  object: 'event',
  type: 'user.created',
  timestamp: 1_700_000_001_835,
  data: {
    id: 'user_1',
    external_id: 'own-1',
    first_name: 'Grace',
    last_name: 'Hopper',
    image_url: 'https://img.example.com/grace',
    created_at: 1_700_000_000_514,
    primary_email_address_id: 'idn_2',
    primary_phone_number_id: 'idn_3',
    email_addresses: [
      { id: 'idn_1', email_address: 'old@example.com' },
      { id: 'idn_2', email_address: 'Grace@Example.com' },
    ],
    phone_numbers: [{ id: 'idn_3', phone_number: '+14155550100' }],
  },
}

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

/** The shape of Typeform's form_response. */
export const formResponse = {
  event_id: 'evt_1',
  event_type: 'form_response',
  form_response: {
    submitted_at: '2024-12-18T15:57:09Z',
    hidden: { user_id: 'u-1', utm_source: 'news' },
    variables: [{ key: 'score', type: 'number', number: 4 }],
    definition: { fields },
    answers: [
      answer('F1', 'text', 'From a friend'),
      answer('F2', 'email', 'lise@example.com'),
      answer('F3', 'text', 'Lise'),
      answer('F4', 'text', 'Meitner'),
      answer('F5', 'phone_number', '+14155550100'),
      answer('F6', 'choice', { id: 'c1', ref: 'r1', label: '2–10' }),
      answer('F7', 'choices', { ids: ['c2'], labels: ['Webhooks', 'Forms'], other: 'Mail' }),
      answer('F8', 'boolean', false),
      answer('F9', 'number', 0),
    ],
  },
}
