import type { CountryCode } from 'libphonenumber-js'
import type { Role } from '../signup.ts'

/** Why a value was left out or cut; the metrics count each reason under its name. */
export const leftOutReasons = [
  'attribute_invalid',
  'attribute_limit',
  'avatar_invalid',
  'boolean_invalid',
  'company_without_id',
  'email_invalid',
  'field_unknown',
  'field_unmatched',
  'id_invalid',
  'lead_external_id',
  'number_inexact',
  'number_invalid',
  'phone_invalid',
  'role_invalid',
  'text_cut',
  'text_invalid',
  'time_invalid',
] as const
export type LeftOutReason = (typeof leftOutReasons)[number]

/** `path` is the name of a field: never a value, never a key of the payload. */
export type LeftOut = { readonly path: string; readonly reason: LeftOutReason }

/** https://www.intercom.com/help/en/articles/179-send-custom-user-attributes-to-intercom */
const maxTextLength = 255
/** RFC 5321 §4.5.3.1.3: a path of 256 octets without its two angle brackets. */
const maxEmailLength = 254

const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
const controls = /\p{Cc}/gu
const controlsButLayout = /(?![\t\n])\p{Cc}/gu
const bidiAndZeroWidth = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
const emailShape = /^[^\s@]+@[^\s@]+$/
const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/** Returns the text as well-formed Unicode in NFC, trimmed. */
export const clean = (text: string): string => text.toWellFormed().normalize('NFC').trim()

/**
 * Whether a value is missing: nullish, blank, or "null" or "undefined" from a sender's template.
 */
export const isAbsent = (value: unknown): boolean => {
  if (typeof value !== 'string') return value === undefined || value === null
  const word = value.trim()
  return word === '' || word === 'null' || word === 'undefined'
}

const isInexact = (value: number): boolean =>
  !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))

/** Cuts at 255 characters, never through a surrogate pair. */
const cutText = (text: string): string =>
  text.slice(0, maxTextLength).replace(/[\ud800-\udbff]$/, '')

/**
 * Parses a time to whole unix seconds: ISO 8601 (UTC if it has no zone), or unix seconds or
 * milliseconds as a number or a numeric string. Returns `undefined` for anything else.
 */
const toUnixSeconds = (value: unknown): number | undefined => {
  if (typeof value === 'number') {
    const seconds = value >= 1e11 ? value / 1000 : value
    return seconds >= 0 && seconds < 1e11 ? Math.floor(seconds) : undefined
  }
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{1,16}(\.\d+)?$/.test(text)) return toUnixSeconds(Number(text))
  const parts = isoTime.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = parts
  const offset =
    zone.toUpperCase() === 'Z'
      ? 'Z'
      : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  const rolledOver = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate()
  if (Number.isNaN(ms) || ms < 0 || rolledOver !== Number(day)) return undefined
  return Math.floor(ms / 1000)
}

/**
 * Reads the values of one signup. Each method returns a value that Intercom accepts, or
 * `undefined`; `leftOut` lists the values that were left out or cut, and why.
 */
export const createValueReader = () => {
  const leftOut: LeftOut[] = []
  const leaveOut = (path: string, reason: LeftOutReason): undefined => {
    leftOut.push({ path, reason })
    return undefined
  }

  const text = (path: string, value: unknown, reason: LeftOutReason): string | undefined => {
    if (isAbsent(value)) return undefined
    if (typeof value === 'string') return clean(value)
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
      const id = text(path, value, 'id_invalid')
      // As a segment of a request's path, "." and ".." would change the path.
      const isUnusable = id !== undefined && /\p{Cc}|^\.{1,2}$/u.test(id)
      return isUnusable ? leaveOut(path, 'id_invalid') : id
    },
    email: (value: unknown): string | undefined => {
      if (isAbsent(value)) return undefined
      if (typeof value !== 'string') return leaveOut('email', 'email_invalid')
      const email = clean(value.replace(bidiAndZeroWidth, '')).replace(/[A-Z]/g, (letter) =>
        letter.toLowerCase(),
      )
      const isUsable =
        email.length <= maxEmailLength && emailShape.test(email) && !/\p{Cc}/u.test(email)
      return isUsable ? email : leaveOut('email', 'email_invalid')
    },
    phone: async (value: unknown, country: CountryCode | undefined) => {
      const input = text('phone', value, 'phone_invalid')
      if (input === undefined) return undefined
      const { parsePhoneNumberFromString } = await import('libphonenumber-js/min')
      // Only the whole text is parsed: a number somewhere in a text may not be the person's.
      const phone = parsePhoneNumberFromString(input.replace(/^tel:/i, ''), {
        ...(country && { defaultCountry: country }),
        extract: false,
      })
      return phone?.isPossible() ? phone.number : leaveOut('phone', 'phone_invalid')
    },
    name: (path: string, value: unknown): string | undefined => {
      const input = text(path, value, 'text_invalid')
      if (input === undefined) return undefined
      const name = clean(
        input.replace(lineBreaks, ' ').replace(controls, '').replace(bidiAndZeroWidth, ''),
      )
      return isAbsent(name) ? undefined : cut(path, name)
    },
    avatar: (value: unknown): string | undefined => {
      if (isAbsent(value)) return undefined
      const url = typeof value === 'string' ? URL.parse(value.trim()) : null
      const isUsable = url?.protocol === 'https:' || url?.protocol === 'http:'
      return isUsable ? url.href : leaveOut('avatar', 'avatar_invalid')
    },
    time: (path: string, value: unknown): number | undefined =>
      isAbsent(value) ? undefined : (toUnixSeconds(value) ?? leaveOut(path, 'time_invalid')),
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
      if (typeof value === 'boolean') return value
      const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
      if (word === 'true') return true
      return word === 'false' ? false : leaveOut(path, 'boolean_invalid')
    },
    role: (value: unknown): Role => {
      if (value === 'lead' || value === 'user') return value
      if (!isAbsent(value)) leaveOut('role', 'role_invalid')
      return 'user'
    },
    longText: (path: string, value: unknown): string | undefined => {
      const input = text(path, value, 'text_invalid')
      const cleaned = input === undefined ? '' : clean(input.replace(controlsButLayout, ''))
      return isAbsent(cleaned) ? undefined : cleaned
    },
    attribute: (value: unknown): string | number | boolean | undefined => {
      const path = 'custom_attributes'
      if (isAbsent(value)) return undefined
      if (typeof value === 'boolean') return value
      if (typeof value === 'number')
        return isInexact(value) ? leaveOut(path, 'number_inexact') : value
      if (typeof value !== 'string') return leaveOut(path, 'attribute_invalid')
      const cleaned = clean(value.replace(controlsButLayout, ''))
      return isAbsent(cleaned) ? undefined : cut(path, cleaned)
    },
  }
}

export type ValueReader = ReturnType<typeof createValueReader>
