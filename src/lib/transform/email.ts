import { domainToASCII } from 'node:url'
import { clean, withoutInvisible } from './text.ts'

/** RFC 5321 §4.5.3.1.3: a path of 256 octets without its two angle brackets. */
const maxEmailLength = 254
/** A display name may precede the address; more is no e-mail field. */
const maxInputLength = 1_000

/** An address that needs no work but lower case, all in ASCII: as most senders send it. */
const plainEmail = /^[\w%+-]+(?:\.[\w%+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/
/** A domain, or an IPv4 address in brackets (RFC 5321 §4.1.3). */
const asciiDomain = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|\[\d{1,3}(?:\.\d{1,3}){3}\])$/
const atom = /[^\s<>,;:"'()[\]@]+@[^\s<>,;:"'()[\]@]+/g

/** Separators of a list of one, and the full stop of a sentence. */
const trimTail = (text: string): string =>
  text
    .replace(/[\s;,]+$/, '')
    .replace(/\.$/, '')
    .replace(/[\s;,]+$/, '')

/** The address of `mailto:ada@example.com?subject=Hi`, decoded as RFC 6068 says. */
const withoutScheme = (text: string): string => {
  const [scheme] = /^mailto:(?:\/\/)?/i.exec(text) ?? []
  if (scheme === undefined) return text
  const [address = ''] = text.slice(scheme.length).split('?', 1)
  try {
    return decodeURIComponent(address).trim()
  } catch {
    return ''
  }
}

/** The address in angle brackets, if there is one; `undefined` if the display name is another. */
const withoutDisplayName = (text: string): string | undefined => {
  const [, name = '', address] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? []
  if (address === undefined) return text
  const inner = address.trim()
  const others = name.match(atom) ?? []
  return others.every((other) => other.toLowerCase() === withoutScheme(inner).toLowerCase())
    ? inner
    : undefined
}

const toLowerAscii = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** A domain in its one spelling, in ASCII; `undefined` if mail cannot be sent there. */
const readDomain = (domain: string): string | undefined => {
  if (/[\s<>,;:"'()/\\?#%]/.test(domain)) return undefined
  const ascii = /^[ -~]*$/.test(domain) ? domain : domainToASCII(domain)
  return asciiDomain.test(ascii) ? ascii : undefined
}

const isUsableLocal = (local: string): boolean =>
  local !== '' &&
  !/[\s<>]|\p{Cc}|\.\.|^\.|\.$/u.test(local) &&
  (/^".*"$/.test(local) || !/[()[\]:;,\\"]/.test(local))

/**
 * Returns the one address of a text as people and programs type it: without `mailto:`, angle
 * brackets, display name and trailing `;`, `,` or `.`; its ASCII letters in lower case, its domain
 * in ASCII. Returns `undefined` if it has no address that can be used, or more than one.
 */
export const readEmail = (input: string): string | undefined => {
  if (input.length <= maxEmailLength && plainEmail.test(input)) return input.toLowerCase()
  if (input.length > maxInputLength) return undefined
  const tailless = trimTail(clean(withoutInvisible(input)))
  const bracketed = withoutDisplayName(withoutScheme(tailless))
  if (bracketed === undefined) return undefined
  const [local = '', domain = '', ...more] = withoutScheme(bracketed).split('@')
  if (!isUsableLocal(local) || more.length > 0) return undefined
  const ascii = readDomain(toLowerAscii(domain))
  const email = `${toLowerAscii(local)}@${ascii}`
  return ascii !== undefined && email.length <= maxEmailLength ? email : undefined
}
