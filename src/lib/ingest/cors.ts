import type { Delivery } from '../delivery.ts'
import type { FormSettings } from '../sources/source.ts'
import type { WebhookResponse } from './respond.ts'

/** https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS */
export const corsHeaders = (delivery: Delivery, form: FormSettings): Record<string, string> => {
  const origin = delivery.headers.origin
  if (form.origins.length === 0) return { 'access-control-allow-origin': '*' }
  return origin !== undefined && form.origins.includes(origin)
    ? { 'access-control-allow-origin': origin, vary: 'origin' }
    : { vary: 'origin' }
}

/** A CORS preflight response. It names no origin for a page that is not in `origins`. */
export const preflight = (delivery: Delivery, form: FormSettings): WebhookResponse => ({
  status: 204,
  headers: {
    ...corsHeaders(delivery, form),
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'accept, content-type',
    'access-control-max-age': '600',
  },
  body: '',
})
