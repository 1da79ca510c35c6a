const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/** RFC 5322 §3.3, the weekday and seconds optional: `Tue, 24 Nov 2026 10:00:00 +0100 (CET)`. */
const mailTime =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*(Z|UTC?|GMT|[+-]\d{4}))?(?:\s*\([a-z ]*\))?$/i

const months = 'janfebmaraprmayjunjulaugsepoctnovdec'
/** Longer than any time that is read. */
const maxTimeLength = 80

const twoDigits = (text: string | number): string => String(text).padStart(2, '0')

/** `+01:00` of `+01`, `+0100` and `+01:00`; `Z` of all other zones. */
const toOffset = (zone: string): string =>
  /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}` : 'Z'

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
  const [, day = '', name = '', year, hour = '', minute, second = '00', zone = 'Z'] = mail
  const month = twoDigits(months.indexOf(name.toLowerCase()) / 3 + 1)
  return {
    date: `${year}-${month}-${twoDigits(day)}`,
    time: `${twoDigits(hour)}:${minute}:${second}${toOffset(zone)}`,
  }
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
  const ms = Date.parse(`${iso.date}T${iso.time}`)
  // Date.parse accepts 30 February as 2 March.
  const midnight = new Date(`${iso.date}T00:00:00Z`)
  if (Number.isNaN(ms) || midnight.getUTCDate() !== Number(iso.date.slice(8))) return undefined
  return Math.floor(ms / 1000)
}
