import { defineBridge, jotform, standardWebhooks } from '#bridge'
import { everyPreset } from '../support/fixtures.ts'

/** Every preset, configured as in its fixture, under the name of its file. */
export default defineBridge({
  sources: {
    ...everyPreset.sources,
    // A form without an e-mail question: the submission's id identifies the person.
    jotform: jotform({ fields: { submissionID: 'external_id' }, attributes: { grade: 'grade' } }),
    // Supabase's before-user-created hook has no preset; it sends Standard Webhooks.
    supabase: standardWebhooks({ fields: { 'user.id': 'external_id', 'user.email': 'email' } }),
  },
})
