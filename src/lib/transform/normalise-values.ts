import type { CountryCode } from 'libphonenumber-js'
import { once } from '../memoise.ts'
import type { Role } from '../signup.ts'
import { readEmail } from './email.ts'
import {
  clean,
  cleanName,
  cleanText,
  cutText,
  isAbsent,
  isInexact,
  maxTextLength,
  toScalar,
  withoutInvisible,
} from './text.ts'
import { toUnixSeconds } from './time.ts'

/** Why a value was left out or cut; the metrics count each reason under its name. */
export const leftOutReasons = [
  'attribute_invalid',
  'attribute_limit',
  'avatar_invalid',
  'boolean_invalid',
  'company_without_id',
  'consent_unclear',
  'email_invalid',
  'field_unknown',
  'field_unmatched',
  'id_invalid',
  'lead_external_id',
  'metadata_invalid',
  'number_cut',
  'number_inexact',
  'number_invalid',
  'person_unclear',
  'phone_invalid',
  'role_invalid',
  'tag_not_allowed',
  'text_cut',
  'text_invalid',
  'time_invalid',
] as const
export type LeftOutReason = (typeof leftOutReasons)[number]

/**
 * `path` is the field of the signup, never a value: `phone`, `companies.1.size`, or the sender's own
 * key if no field has its name. A key is in it only if it reads like a name; logs and metrics have
 * the reason alone.
 */
export type LeftOut = { readonly path: string; readonly reason: LeftOutReason }

/** Kept: importing it again takes longer than parsing a number. */
const loadPhoneParser = once(() => import('./phone.ts'))

const daySeconds = 24 * 60 * 60

/**
 * Reads the values of one signup. Each method returns a value that Intercom accepts, or
 * `undefined`; `leftOut` lists the values that were left out or cut, and why.
 *
 * @param receivedAt unix seconds: a time more than a day later is invalid
 */
export const createValueReader = (receivedAt: number) => {
  const leftOut: LeftOut[] = []
  const leaveOut = (path: string, reason: LeftOutReason): undefined => {
    leftOut.push({ path, reason })
    return undefined
  }

  const text = (path: string, value: unknown, reason: LeftOutReason): string | undefined => {
    if (isAbsent(value)) return undefined
    if (typeof value === 'string') return value
    if (typeof value !== 'number') return leaveOut(path, reason)
    return isInexact(value) ? leaveOut(path, 'number_inexact') : String(value)
  }

  const cut = (path: string, value: string): string => {
    if (value.length > maxTextLength) leaveOut(path, 'text_cut')
    return cutText(value)
  }

  return {
    leftOut,
    leaveOut,
    id: (path: string, value: unknown): string | undefined => {
      const input = text(path, value, 'id_invalid')
      if (input === undefined) return undefined
      const id = clean(input)
      // As a segment of a request's path, "." and ".." would change the path.
      return /\p{Cc}|^\.{1,2}$/u.test(id) ? leaveOut(path, 'id_invalid') : id
    },
    email: (value: unknown): string | undefined => {
      if (isAbsent(value)) return undefined
      const email = typeof value === 'string' ? readEmail(value) : undefined
      return email ?? leaveOut('email', 'email_invalid')
    },
    phone: async (value: unknown, country: CountryCode | undefined) => {
      const input = text('phone', value, 'phone_invalid')
      if (input === undefined) return undefined
      const { parsePhoneNumberFromString } = await loadPhoneParser()
      // Only the whole text is parsed: a number somewhere in a text may not be the person's.
      const phone = parsePhoneNumberFromString(
        clean(withoutInvisible(input)).replace(/^tel:/i, ''),
        {
          ...(country && { defaultCountry: country }),
          extract: false,
        },
      )
      return phone?.isPossible() ? phone.number : leaveOut('phone', 'phone_invalid')
    },
    name: (path: string, value: unknown): string | undefined => {
      const input = text(path, value, 'text_invalid')
      const name = input === undefined ? '' : cleanName(input)
      return isAbsent(name) ? undefined : cut(path, name)
    },
    avatar: (value: unknown): string | undefined => {
      if (isAbsent(value)) return undefined
      const url = typeof value === 'string' ? URL.parse(value.trim()) : null
      const isUsable = url?.protocol === 'https:' || url?.protocol === 'http:'
      return isUsable ? url.href : leaveOut('avatar', 'avatar_invalid')
    },
    time: (path: string, value: unknown): number | undefined => {
      if (isAbsent(value)) return undefined
      const seconds = toUnixSeconds(value) ?? 0
      const isUsable = seconds > 0 && seconds <= receivedAt + daySeconds
      return isUsable ? seconds : leaveOut(path, 'time_invalid')
    },
    integer: (path: string, value: unknown): number | undefined => {
      if (isAbsent(value)) return undefined
      const number =
        typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
      if (typeof number !== 'number') return leaveOut(path, 'number_invalid')
      if (isInexact(number)) return leaveOut(path, 'number_inexact')
      return Number.isInteger(number) ? number : leaveOut(path, 'number_invalid')
    },
    boolean: (path: string, value: unknown): boolean | undefined => {
      if (isAbsent(value)) return undefined
      const word = typeof value === 'string' ? value.trim().toLowerCase() : value
      if (word === true || word === 'true') return true
      return word === false || word === 'false' ? false : leaveOut(path, 'boolean_invalid')
    },
    role: (value: unknown): Role => {
      const word = typeof value === 'string' ? value.trim().toLowerCase() : value
      if (word === 'lead' || word === 'user') return word
      if (!isAbsent(value)) leaveOut('role', 'role_invalid')
      return 'user'
    },
    longText: (path: string, value: unknown): string | undefined => {
      const input = text(path, value, 'text_invalid')
      const cleaned = input === undefined ? '' : cleanText(input)
      return isAbsent(cleaned) ? undefined : cleaned
    },
    /** `path` is called only to leave the value out or cut it: most attributes are kept. */
    attribute: (path: () => string, received: unknown): string | number | boolean | undefined => {
      const value = toScalar(received)
      if (isAbsent(value)) return undefined
      if (typeof value === 'boolean') return value
      if (typeof value === 'number')
        return isInexact(value) ? leaveOut(path(), 'number_inexact') : value
      if (typeof value !== 'string') return leaveOut(path(), 'attribute_invalid')
      const cleaned = cleanText(value)
      if (isAbsent(cleaned)) return undefined
      return cleaned.length > maxTextLength ? cut(path(), cleaned) : cleaned
    },
  }
}

export type ValueReader = ReturnType<typeof createValueReader>
