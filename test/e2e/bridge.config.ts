import { clerk, defineBridge, form, hubspot, signup, typeform } from '#bridge'

export default defineBridge({
  sources: {
    backend: signup(),
    beta: typeform({ fields: { user_id: 'external_id' } }),
    clerk: clerk(),
    throws: signup({
      map: ({ contact }) => {
        throw new Error(`map() quotes ${contact.email}`)
      },
    }),
    crm: hubspot(),
    guarded: form({ turnstile: true }),
    waitlist: form({
      role: 'lead',
      redirect: 'https://example.com/thanks',
    }),
  },
})
