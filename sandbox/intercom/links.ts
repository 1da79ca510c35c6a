// Shared: every response with a contact reads its links, and most contacts have none.
const none: readonly string[] = []

/**
 * Links contacts to things of one kind (tags, companies or notes), each with its time of linking.
 */
export const createLinks = () => {
  const timesByContact = new Map<string, Map<string, number>>()
  const contactsByThing = new Map<string, Set<string>>()

  /** Links a thing to a contact and returns the time of linking. An existing link is kept. */
  const add = (contactId: string, thingId: string, atSeconds: number): number => {
    const times = timesByContact.get(contactId) ?? new Map<string, number>()
    const since = times.get(thingId) ?? atSeconds
    timesByContact.set(contactId, times.set(thingId, since))
    contactsByThing.set(thingId, (contactsByThing.get(thingId) ?? new Set()).add(contactId))
    return since
  }
  /** Removes a link and returns its time of linking, or undefined if there was none. */
  const remove = (contactId: string, thingId: string): number | undefined => {
    const since = timesByContact.get(contactId)?.get(thingId)
    timesByContact.get(contactId)?.delete(thingId)
    contactsByThing.get(thingId)?.delete(contactId)
    return since
  }

  return {
    add,
    remove,
    /** The ids of a contact's things, the oldest link first. */
    of: (contactId: string): readonly string[] => {
      const times = timesByContact.get(contactId)
      return times ? [...times.keys()] : none
    },
    /** How many contacts are linked to a thing. */
    count: (thingId: string): number => contactsByThing.get(thingId)?.size ?? 0,
    /** Moves every link of one contact to another. */
    move: (fromId: string, intoId: string): void => {
      for (const [thingId, since] of [...(timesByContact.get(fromId) ?? [])]) {
        remove(fromId, thingId)
        add(intoId, thingId, since)
      }
    },
    clear: (): void => {
      timesByContact.clear()
      contactsByThing.clear()
    },
  }
}
