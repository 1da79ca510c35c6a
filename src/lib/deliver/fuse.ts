import { sha256 } from '../digest.ts'
import { BridgeError, renamed } from '../errors.ts'
import { intercomError } from '../intercom/errors.ts'
import type { Signup } from '../signup.ts'

/** From this many persons on, the same refusal in a row is not about their data. */
const maxPersons = 5

/** A digest: the fuse keeps no personal data. */
const personOf = ({ contact }: Signup): string =>
  sha256(contact.email ?? contact.external_id ?? contact.phone ?? '')

/**
 * Notices that Intercom refuses everyone, so that the queue is not emptied into the dead letters. It
 * opens when five different persons in a row get the same refusal (status and Intercom's code), and
 * closes when Intercom accepts a contact request. Temporary errors change nothing.
 */
export type Fuse = {
  /** Intercom accepted a contact request. */
  readonly accept: () => void
  /**
   * Returns the error of a delivery in which Intercom accepted no contact request: as it is, or as
   * `intercom_refuses_all` while the fuse is open for it.
   */
  readonly refuse: (signup: Signup, error: unknown) => unknown
}

/** Creates the fuse of one process, closed. */
export const createFuse = (): Fuse => {
  const open = new Set<string>()
  let row: { readonly refusal: string; readonly persons: Set<string> } | undefined
  return {
    accept: () => {
      open.clear()
      row = undefined
    },
    refuse: (signup, error) => {
      if (!(error instanceof BridgeError) || error.code !== 'intercom_rejected') return error
      const refusal = `${error.intercomStatus} ${error.intercomCode}`
      if (!open.has(refusal)) {
        if (row?.refusal !== refusal) row = { refusal, persons: new Set() }
        row.persons.add(personOf(signup))
        if (row.persons.size < maxPersons) return error
        open.add(refusal)
        row = undefined
      }
      return renamed(error, 'intercom_refuses_all', intercomError('intercom_refuses_all').message)
    },
  }
}
