import { clerk, defineBridge, form, signup, typeform } from '#bridge'

/** The one file to edit: which sources exist, and how each maps. */
export default defineBridge({
  sources: {
    // Your own back end posts the fields of a contact as flat JSON.
    backend: signup(),
    // Clerk's user.created; the contact's external_id is Clerk's user id.
    clerk: clerk(),
    // A form on your own pages, for people who have no account yet.
    waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }),
    // Typeform finds e-mail and phone by itself; hidden fields are found by their key.
    beta: typeform({ fields: { user_id: 'external_id' } }),
  },
})
