import { clerk, defineBridge, stripe } from '#bridge'

const on = ['created', 'updated', 'deleted'] as const

export default defineBridge({
  sources: {
    clerk: clerk({ on }),
    billing: stripe({
      on,
      fields: { 'data.object.metadata.user_id': 'external_id' },
      attributes: { 'data.object.status': 'subscription' },
    }),
  },
})
