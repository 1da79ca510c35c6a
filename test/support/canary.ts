import { toBytes } from './fixture.ts'

/** What no log line and no answer may hold. */
export const canary = 'canary'

/** Every text of a payload with the canary in it, addresses still such. */
export const poisoned = (value: unknown): unknown => {
  if (typeof value === 'string') {
    if (value.includes('@')) return `${canary}.1@${canary}.example.com`
    return value.startsWith('http') ? `${value}/${canary}` : `${value} ${canary}`
  }
  if (Array.isArray(value)) return value.map(poisoned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each)]))
}

/** What tells a signup from other events; without it nothing would be read. */
const kept = ['type', 'event', 'eventType', 'event_type', 'triggerType', 'triggerEvent', 'schema']

/** A body of a fixture, every value of it a canary. */
export const poison = (body: string | object | Uint8Array): string | object => {
  const text = Buffer.from(toBytes(body)).toString()
  if (!text.startsWith('{')) return text.replaceAll('Ada', canary).replaceAll('ada', canary)
  const payload = JSON.parse(text)
  const own = kept.filter((key) => Object.hasOwn(payload, key))
  return {
    ...(poisoned(payload) as object),
    ...Object.fromEntries(own.map((key) => [key, payload[key]])),
  }
}
