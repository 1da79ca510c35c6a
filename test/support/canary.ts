import { toBytes } from './fixture.ts'

/** A text that no log line and no response may contain. */
export const canary = 'canary'

/** A copy of a payload with the canary in every text; e-mail addresses and URLs stay valid. */
export const withCanary = (value: unknown): unknown => {
  if (typeof value === 'string') {
    if (value.includes('@')) return `${canary}.1@${canary}.example.com`
    return value.startsWith('http') ? `${value}/${canary}` : `${value} ${canary}`
  }
  if (Array.isArray(value)) return value.map(withCanary)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withCanary(field)]))
}

/** Fields that tell a signup from other events: changed, the payload would be ignored. */
const unchangedFields = [
  'type',
  'event',
  'eventType',
  'event_type',
  'triggerType',
  'triggerEvent',
  'schema',
]

/** A fixture's body with the canary in every value. */
export const canaryBody = (body: string | object | Uint8Array): string | object => {
  const text = Buffer.from(toBytes(body)).toString()
  if (!text.startsWith('{')) return text.replaceAll('Ada', canary).replaceAll('ada', canary)
  const payload = JSON.parse(text)
  const unchanged = unchangedFields.filter((key) => Object.hasOwn(payload, key))
  return {
    ...(withCanary(payload) as object),
    ...Object.fromEntries(unchanged.map((key) => [key, payload[key]])),
  }
}
