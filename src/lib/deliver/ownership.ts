import { type Bridge, findSource } from '../config/config.ts'
import type { Contact } from '../intercom/contact.ts'
import { isEmpty, own } from '../json-access.ts'
import { ownerName } from '../signup.ts'
import type { LifecycleOptions } from '../sources/source.ts'
import { kindsTaken, tracks } from '../transform/mapping-options.ts'
import type { FittedAttribute } from './fit-attributes.ts'

/** The source of a signup, and which contacts it may update and delete. */
export type Claim = {
  readonly source: string
  /** The sources whose contacts these are, its own included. */
  readonly accountsOf: readonly string[] | 'all'
  /** Contacts that no source owns: only one source of the config updates or deletes any. */
  readonly takesUnowned: boolean
  /** Whether the source takes deletions. */
  readonly deletes: boolean
}

/** The claim of a source that takes more than new signups; `undefined` for any other. */
export const claimOf = (bridge: Bridge, source: string): Claim | undefined => {
  const options = findSource(bridge, source)?.options
  if (!options || !tracks(options)) return undefined
  const trackers = Object.values(bridge.sources).filter((each) => tracks(each.options))
  return {
    source,
    accountsOf: ownersOf(source, options),
    takesUnowned: trackers.length === 1,
    deletes: kindsTaken(options).includes('deleted'),
  }
}

/** The source that owns a contact, by its custom attribute; `undefined` if that names none. */
export const ownerOf = (
  contact: Contact,
  owner: FittedAttribute | undefined,
): string | undefined => {
  const name = own(contact.custom_attributes, owner?.sentAs ?? ownerName)
  return isEmpty(name) ? undefined : String(name)
}

/** The sources whose contacts a source may change. */
export const ownersOf = (
  source: string,
  { accountsOf = [] }: Pick<LifecycleOptions, 'accountsOf'>,
): Claim['accountsOf'] => (accountsOf === 'all' ? 'all' : [source, ...accountsOf])

/**
 * Whether a source may update and delete a contact of this owner.
 *
 * @param isAccount whether it is the signup's account by its id; who is found by the e-mail alone and
 * is no source's is taken as a signup takes them
 */
export const mayChange = (
  owner: string | undefined,
  claim: Pick<Claim, 'accountsOf' | 'takesUnowned'> | undefined,
  isAccount = true,
): boolean => {
  if (!claim || claim.accountsOf === 'all') return true
  return owner === undefined ? claim.takesUnowned || !isAccount : claim.accountsOf.includes(owner)
}

/** Whether a source may replace what is on a contact; one of new signups alone, what is another's. */
export const mayReplace = (
  contact: Contact,
  owner: FittedAttribute | undefined,
  {
    claim,
    accountsOf = 'all',
  }: { readonly claim?: Claim; readonly accountsOf?: Claim['accountsOf'] },
  isAccount?: boolean,
): boolean => {
  const name = ownerOf(contact, owner)
  return mayChange(name, claim ?? { accountsOf, takesUnowned: true }, isAccount)
}

/**
 * Whether a contact only remembers that another source deleted a person whom no source had created:
 * that says nothing to this one.
 */
export const isForeignTombstone = (
  contact: Contact,
  owner: FittedAttribute | undefined,
  claim: Claim | undefined,
): boolean => {
  const isEmptyPerson = isEmpty(contact.email) && isEmpty(contact.phone) && isEmpty(contact.name)
  const name = ownerOf(contact, owner)
  return isEmptyPerson && name !== undefined && !mayChange(name, claim)
}
