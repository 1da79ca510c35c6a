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
