import type { ContactState } from './contact-state.ts'

export const indexedFields = ['email', 'external_id', 'phone'] as const
export type IndexedField = (typeof indexedFields)[number]

const keyOf = (field: IndexedField, value: string): string => `${field} ${value.toLowerCase()}`

/**
 * Maps a value of an indexed field, in any case, to the ids of every contact that ever had it. The
 * caller checks which contacts still have it.
 */
export const createContactIndex = () => {
  const idsByKey = new Map<string, Set<string>>()
  return {
    add: (contact: ContactState): void => {
      for (const field of indexedFields) {
        const value = contact[field]
        if (!value) continue
        const key = keyOf(field, value)
        const ids = idsByKey.get(key) ?? new Set()
        idsByKey.set(key, ids.add(contact.id))
      }
    },
    ids: (field: IndexedField, value: string): readonly string[] => [
      ...(idsByKey.get(keyOf(field, value)) ?? []),
    ],
    clear: (): void => idsByKey.clear(),
  }
}
