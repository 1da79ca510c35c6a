const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * RFC 5322 §3.3 and the older forms of §4.3, the weekday and seconds optional:
 * `Tue, 24 Nov 2026 10:00:00 +0100 (CET)`, `24 Nov 26 10:00 EST`.
 */
const mailTime =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:,\s*|\s+))?(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(\d{4}|\d{2})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*(Z|UTC?|GMT|[ECMP][SD]T|[+-]\d{4}))?(?:\s*\([^()]*\))?$/i

/** RFC 5322 §4.3: hours from UTC. */
const namedZones = new Map([
  ['EDT', '-04'],
  ['EST', '-05'],
  ['CDT', '-05'],
  ['CST', '-06'],
  ['MDT', '-06'],
  ['MST', '-07'],
  ['PDT', '-07'],
  ['PST', '-08'],
])

const months = 'janfebmaraprmayjunjulaugsepoctnovdec'
/** Longer than any time that is read. */
const maxTimeLength = 80

const twoDigits = (text: string | number): string => String(text).padStart(2, '0')

/** `+01:00` of `+01`, `+0100` and `+01:00`, `-05:00` of `EST`; `Z` of all other zones. */
const toOffset = (named: string): string => {
  if (named === 'Z') return named
  const zone = namedZones.get(named.toUpperCase()) ?? named
  return /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}` : 'Z'
}

/** RFC 5322 §4.3: two digits below 50 are of this century. */
const toFourDigits = (year: string): string =>
  year.length > 2 ? year : `${Number(year) < 50 ? 20 : 19}${year}`

/** Date and time in ISO 8601, if the text has either form. */
const toIso = (text: string): { readonly date: string; readonly time: string } | undefined => {
  const iso = isoTime.exec(text)
  if (iso) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = iso
    return {
      date: `${year}-${month}-${day}`,
      time: `${hour}:${minute}:${second}${toOffset(zone)}`,
    }
  }
  const mail = mailTime.exec(text)
  if (!mail) return undefined
  const [, day = '', name = '', year = '', hour = '', minute, second = '00', zone = 'Z'] = mail
  const month = twoDigits(months.indexOf(name.toLowerCase()) / 3 + 1)
  return {
    date: `${toFourDigits(year)}-${month}-${twoDigits(day)}`,
    time: `${twoDigits(hour)}:${minute}:${second}${toOffset(zone)}`,
  }
}

/** Whether a date that Date.parse accepts is one: 30 February is 2 March there. */
const isDate = (date: string): boolean => {
  const day = Number(date.slice(8))
  return day <= 28 || new Date(`${date}T00:00:00Z`).getUTCDate() === day
}

const numberToSeconds = (value: number): number | undefined => {
  const size = Math.abs(value)
  if (!(size < 1e17)) return undefined
  return Math.floor(size < 1e11 ? value : value / (size < 1e14 ? 1e3 : 1e6))
}

/**
 * Parses a time to whole unix seconds: ISO 8601 or RFC 5322 (UTC if it has no zone), or unix
 * seconds, milliseconds (from 1e11 on) or microseconds (from 1e14 on), as a number or a numeric
 * string. Negative before 1970. Returns `undefined` for anything else.
 */
export const toUnixSeconds = (value: unknown): number | undefined => {
  if (typeof value === 'number') return numberToSeconds(value)
  if (typeof value !== 'string' || value.length > maxTimeLength) return undefined
  const text = value.trim()
  if (/^-?\d{1,17}(?:\.\d+)?$/.test(text)) return numberToSeconds(Number(text))
  const iso = toIso(text)
  if (!iso) return undefined
  // Date.parse knows no leap second, unix time counts it as the second after it.
  const isLeap = iso.time.startsWith(':60', 5)
  const time = isLeap ? iso.time.replace(':60', ':59') : iso.time
  const ms = Date.parse(`${iso.date}T${time}`) + (isLeap ? 1_000 : 0)
  return Number.isNaN(ms) || !isDate(iso.date) ? undefined : Math.floor(ms / 1000)
}
