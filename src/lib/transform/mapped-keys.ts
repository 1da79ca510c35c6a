import { isRecord, own } from '../json-access.ts'
import { companyKeys, contactKeys, type SignupInput } from '../signup.ts'
import { isAbsent } from './text.ts'

/** The places that the options map, and the keys that they are inside of: `a`, `a.b` of `a.b.c`. */
export type MappedKeys = {
  readonly places: ReadonlySet<string>
  readonly parents: ReadonlySet<string>
}

const parentsOf = (place: string): string[] => {
  const keys = place.split('.')
  return keys.slice(1).map((_key, index) => keys.slice(0, index + 1).join('.'))
}

export const toMappedKeys = (places: readonly string[]): MappedKeys => ({
  places: new Set(places),
  parents: new Set(places.flatMap(parentsOf)),
})

type Entry = readonly [key: string, value: unknown]

/**
 * What no option maps of a key and its value: nothing, or the key itself; of an object that a place
 * is inside of, its other keys with a value, as dotted paths.
 *
 * @param path the key from the root of the payload
 */
export const unmappedEntries = (
  mapped: MappedKeys,
  [key, value]: Entry,
  path: string = key,
): readonly Entry[] => {
  if (mapped.places.has(path)) return []
  const isParent = typeof value === 'object' && value !== null && mapped.parents.has(path)
  if (!isParent) return [[key, value]]
  return Object.entries(value).flatMap(([name, inner]) =>
    isAbsent(inner) ? [] : unmappedEntries(mapped, [`${key}.${name}`, inner], `${path}.${name}`),
  )
}

const withoutMapped = <T extends object>(
  object: T,
  isKnown: (key: string, value: unknown) => boolean,
  mapped: () => MappedKeys,
  prefix = '',
): T => {
  if (Object.keys(object).every((key) => isKnown(key, own(object, key)))) return object
  const kept = Object.entries(object).flatMap(([key, value]) =>
    isKnown(key, value)
      ? [[key, value] as const]
      : unmappedEntries(mapped(), [key, value], prefix + key),
  )
  // Only keys that are no part of the type are dropped.
  return Object.fromEntries(kept) as T
}

const isContactKey = (key: string): boolean => contactKeys.has(key)
const isCompanyKey = (key: string): boolean => companyKeys.has(key)
const isFlat = (_key: string, value: unknown): boolean => !isRecord(value)

const withoutMappedCompany = <T>(company: T, mapped: () => MappedKeys, path: string): T =>
  isRecord(company) ? withoutMapped(company, isCompanyKey, mapped, `${path}.`) : company

const withoutMappedCompanies = (
  companies: SignupInput['companies'],
  mapped: () => MappedKeys,
): SignupInput['companies'] =>
  Array.isArray(companies)
    ? companies.map((company, index) => withoutMappedCompany(company, mapped, `companies.${index}`))
    : withoutMappedCompany(companies, mapped, 'companies')

/**
 * Returns a signup without the parts of unknown keys that an option maps: they are not counted as
 * such.
 *
 * @param mapped is called only if there is an unknown key
 */
export const withoutMappedKeys = (preset: SignupInput, mapped: () => MappedKeys): SignupInput => {
  const { company, companies } = preset
  const contact = withoutMapped(preset.contact, isContactKey, mapped)
  const attributes = contact.custom_attributes
  return {
    ...preset,
    contact: isRecord(attributes)
      ? {
          ...contact,
          custom_attributes: withoutMapped(attributes, isFlat, mapped, 'custom_attributes.'),
        }
      : contact,
    ...(company && { company: withoutMappedCompany(company, mapped, 'company') }),
    ...(companies && { companies: withoutMappedCompanies(companies, mapped) }),
  }
}
