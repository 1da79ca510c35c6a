/** What a contact is tied to is asked for with every answer, and mostly it is nothing. */
const none: readonly string[] = []

/** Which things of one kind each contact is tied to, in the order they were tied, and since when. */
export const createLinks = () => {
  const timesByContact = new Map<string, Map<string, number>>()
  const contactsByThing = new Map<string, Set<string>>()

  /** Answers since when; a second time changes nothing. */
  const add = (contactId: string, thingId: string, atSeconds: number): number => {
    const times = timesByContact.get(contactId) ?? new Map<string, number>()
    const since = times.get(thingId) ?? atSeconds
    timesByContact.set(contactId, times.set(thingId, since))
    contactsByThing.set(thingId, (contactsByThing.get(thingId) ?? new Set()).add(contactId))
    return since
  }
  /** Answers since when they were tied, if they were. */
  const remove = (contactId: string, thingId: string): number | undefined => {
    const since = timesByContact.get(contactId)?.get(thingId)
    timesByContact.get(contactId)?.delete(thingId)
    contactsByThing.get(thingId)?.delete(contactId)
    return since
  }

  return {
    add,
    remove,
    /** The things of a contact. */
    of: (contactId: string): readonly string[] => {
      const times = timesByContact.get(contactId)
      return times ? [...times.keys()] : none
    },
    /** How many contacts a thing has. */
    count: (thingId: string): number => contactsByThing.get(thingId)?.size ?? 0,
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
