import { isRecord, own } from '../json-access.ts'
import { type CompanyInput, companyKeys, contactKeys, type SignupInput } from '../signup.ts'

/** Whether an option maps a key of the payload, or something inside it. */
export type IsMapped = (path: string) => boolean

const withoutMapped = <T extends object>(
  object: T,
  isKnown: (key: string, value: unknown) => boolean,
  isMapped: IsMapped,
  prefix = '',
): T => {
  const isKept = (key: string): boolean => isKnown(key, own(object, key)) || !isMapped(prefix + key)
  if (Object.keys(object).every(isKept)) return object
  // Only keys that are no part of the type are dropped.
  return Object.fromEntries(Object.entries(object).filter(([key]) => isKept(key))) as T
}

const isContactKey = (key: string): boolean => contactKeys.has(key)
const isCompanyKey = (key: string): boolean => companyKeys.has(key)
const isFlat = (_key: string, value: unknown): boolean => !isRecord(value)

const withoutMappedCompanies = (
  companies: NonNullable<SignupInput['companies']>,
  isMapped: IsMapped,
): SignupInput['companies'] =>
  isList(companies)
    ? companies.map((company, index) =>
        withoutMapped(company, isCompanyKey, isMapped, `companies.${index}.`),
      )
    : withoutMapped(companies, isCompanyKey, isMapped, 'companies.')

const isList = (
  companies: NonNullable<SignupInput['companies']>,
): companies is readonly CompanyInput[] => Array.isArray(companies)

/** Returns a signup without unknown keys that an option maps: they are not counted as such. */
export const withoutMappedKeys = (preset: SignupInput, isMapped: IsMapped): SignupInput => {
  const { company, companies } = preset
  const contact = withoutMapped(preset.contact, isContactKey, isMapped)
  const attributes = contact.custom_attributes
  return {
    ...preset,
    contact: isRecord(attributes)
      ? {
          ...contact,
          custom_attributes: withoutMapped(attributes, isFlat, isMapped, 'custom_attributes.'),
        }
      : contact,
    ...(isRecord(company) && {
      company: withoutMapped(company, isCompanyKey, isMapped, 'company.'),
    }),
    ...(companies && { companies: withoutMappedCompanies(companies, isMapped) }),
  }
}
