import { clerk, defineBridge, form, signup, typeform } from '#bridge'

/** What the cold start benchmark bundles: the sources of a usual product. */
export default defineBridge({
  sources: {
    backend: signup(),
    clerk: clerk(),
    waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }),
    beta: typeform({ fields: { user_id: 'external_id' } }),
  },
})
