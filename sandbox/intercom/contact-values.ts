const atom = String.raw`[^\s\p{Cc}@.<>()[\]\\,;:"]+`
const emailShape = new RegExp(`^${atom}(?:\\.${atom})*@${atom}(?:\\.${atom})+$`, 'u')

/**
 * Whether a value is an e-mail address: one `@`, a dot in the domain, no empty part between dots.
 * Intercom's own rule is not known.
 */
export const isEmail = (value: unknown): boolean =>
  typeof value === 'string' && emailShape.test(value)

/**
 * Whether a value is a phone number: 5 to 15 digits (E.164) among blanks and `( ) - . /`. Intercom
 * strips parentheses, dashes and blanks; it may be laxer, and store what it cannot parse.
 * https://www.intercom.com/help/en/articles/6311200
 */
export const isPhone = (value: unknown): boolean =>
  typeof value === 'string' && /^\+?\d{5,15}$/.test(value.replace(/[\s()\-./]/g, ''))

/** Whether a value is a URL of http or https. */
export const isWebAddress = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')
