import type { ContactState } from './contact-state.ts'

export const indexedFields = ['email', 'external_id', 'phone'] as const
export type IndexedField = (typeof indexedFields)[number]

const keyOf = (field: IndexedField, value: string): string => `${field} ${value.toLowerCase()}`

/**
 * Finds the ids that ever had a value, in any case, so that a look-up need not read every contact.
 * Who has it now is for the caller to check.
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
