import { defineBridge, jotform, standardWebhooks } from '#bridge'
import { everyPreset } from '../support/fixtures.ts'

/** Every preset as its fixture sets it up, under the name of its file. */
export default defineBridge({
  sources: {
    ...everyPreset.sources,
    // A form that asks nobody for an address: the submission says who.
    jotform: jotform({ fields: { submissionID: 'external_id' }, attributes: { grade: 'grade' } }),
    // Supabase's before-user-created hook has no preset; as a Standard Webhooks sender it reads.
    supabase: standardWebhooks({ fields: { 'user.id': 'external_id', 'user.email': 'email' } }),
  },
})
