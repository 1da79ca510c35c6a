import { type Bridge, findSource } from '../config/config.ts'
import type { Contact } from '../intercom/contact.ts'
import { isEmpty, own } from '../json-access.ts'
import { ownerName } from '../signup.ts'
import type { LifecycleOptions } from '../sources/source.ts'
import { tracks } from '../transform/mapping-options.ts'
import type { FittedAttribute } from './fit-attributes.ts'

/** The source of a signup, and which contacts it may update and delete. */
export type Claim = {
  readonly source: string
  /** The sources whose contacts these are, its own included. */
  readonly accountsOf: readonly string[] | 'all'
  /** Contacts that no source owns: only one source of the config updates or deletes any. */
  readonly takesUnowned: boolean
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

/** Whether a source may update and delete a contact of this owner. */
export const mayChange = (
  owner: string | undefined,
  claim: Omit<Claim, 'source'> | undefined,
): boolean => {
  if (!claim || claim.accountsOf === 'all') return true
  return owner === undefined ? claim.takesUnowned : claim.accountsOf.includes(owner)
}

/** Whether a source may replace what is on a contact; one of new signups alone, what is another's. */
export const mayReplace = (
  contact: Contact,
  owner: FittedAttribute | undefined,
  {
    claim,
    accountsOf = 'all',
  }: { readonly claim?: Claim; readonly accountsOf?: Claim['accountsOf'] },
): boolean => {
  const name = ownerOf(contact, owner)
  return mayChange(name, claim ?? { accountsOf, takesUnowned: true })
}
