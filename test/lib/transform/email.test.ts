import { expect, test } from 'vitest'
import { readEmail } from '../../../src/lib/transform/email.ts'

test.each([
  ['ada@example.com', 'ada@example.com'],
  [' Ada@Example.COM ', 'ada@example.com'],
  ['ada+news@mail.example.com', 'ada+news@mail.example.com'],
  ['ADA@EXAMPLE.COM\n', 'ada@example.com'],
  ['\u200bada@exam\u200dple.com', 'ada@example.com'],
  ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['\u0130stanbul@example.com', '\u0130stanbul@example.com'],
  ['"ada"@example.com', '"ada"@example.com'],
  ['user@[192.0.2.1]', 'user@[192.0.2.1]'],
  ['mailto:ada@example.com', 'ada@example.com'],
  ['MAILTO:Ada@example.com?subject=Hi%20there', 'ada@example.com'],
  ['mailto:ada%2Bnews@example.com', 'ada+news@example.com'],
  ['<ada@example.com>', 'ada@example.com'],
  ['< ada@example.com >', 'ada@example.com'],
  ['<mailto:ada@example.com>', 'ada@example.com'],
  ['Ada Byron <ada@example.com>', 'ada@example.com'],
  ['"Byron, Ada" <Ada@example.com>', 'ada@example.com'],
  ['ada@example.com <ada@example.com>', 'ada@example.com'],
  ["'Ada@example.com' <ada@example.com>;", 'ada@example.com'],
  ['ada@example.com;', 'ada@example.com'],
  ['ada@example.com,', 'ada@example.com'],
  ['ada@example.com.', 'ada@example.com'],
  ['ada@example.com ; ', 'ada@example.com'],
  ['ada@example.com.,', 'ada@example.com'],
  ['mailto://ada@example.com', 'ada@example.com'],
  ['"ada;b"@example.com', '"ada;b"@example.com'],
  ['ada@exam_ple.com', 'ada@exam_ple.com'],
])('reads %j as %j', (input, expected) => {
  expect(readEmail(input)).toBe(expected)
})

test.each([
  'b\u00fccher.example',
  'B\u00dcCHER.example',
  'bu\u0308cher.Example',
  'xn--bcher-kva.example',
  'b\u00fccher\u3002example',
])('spells the domain %s in ASCII', (domain) => {
  expect(readEmail(`ada@${domain}`)).toBe('ada@xn--bcher-kva.example')
})

test.each([
  ['no @', 'ada'],
  ['no domain', 'ada@'],
  ['no local part', '@example.com'],
  ['two @', 'a@b@example.com'],
  ['a domain without a dot', 'ada@example'],
  ['a domain without a dot, not in ASCII', 'ada@b\u00fccher'],
  ['two dots in the local part', 'ada..b@example.com'],
  ['two dots in the domain', 'ada@example..com'],
  ['two dots in a domain that is not in ASCII', 'ada@b\u00fccher..example'],
  ['two dots at the end', 'ada@example.com..'],
  ['a dot at the start', '.ada@example.com'],
  ['a dot before the @', 'ada.@example.com'],
  ['a dot after the @', 'ada@.example.com'],
  ['a domain that IDNA refuses', 'ada@xn--a.\u00fc'],
  ['a path after the domain', 'ada@example.com/b'],
  ['a path in a domain that is not in ASCII', 'ada@a.b/b\u00fccher.example'],
  ['a blank in the address', 'ada b@example.com'],
  ['a name without brackets', 'Ada Lovelace ada@example.com'],
  ['two addresses', 'ada@example.com, grace@example.com'],
  ['two addresses without blanks', 'ada@example.com;grace'],
  ['two addresses in brackets', 'Ada <ada@example.com>, Grace <grace@example.com>'],
  ['another address as the display name', 'grace@example.com <ada@example.com>'],
  ['two recipients of mailto', 'mailto:ada@example.com,grace@example.com'],
  ['a malformed escape', 'mailto:%E0%A4%A@example.com'],
  ['empty brackets', 'Ada <>'],
  ['a separator before the address', ',ada@example.com'],
  ['two addresses, the first without @', 'ada;grace@example.com'],
  ['brackets that are no angle brackets', '[ada@example.com]'],
  ['the address of a link', '[mailto:ada@example.com]'],
  ['a label before the address', 'email:ada@example.com'],
  ['a sign that no domain has', 'ada@example.com!'],
  ['a quotation mark after the domain', 'ada@example.com`'],
  ['another header', 'ada@example.com\r\nBcc: x@example.com'],
  ['a control character', 'ada\u0000@example.com'],
  ['a control character in the domain', 'ada@exam\u0000ple.com'],
  ['more than 1,000 characters', `${'Ada '.repeat(300)}<ada@example.com>`],
])('reads no address from %s', (_what, input) => {
  expect(readEmail(input)).toBeUndefined()
})

test('accepts 254 characters, counted after the domain is in ASCII', () => {
  const longest = `${'a'.repeat(242)}@example.com`

  expect(readEmail(longest)).toBe(longest)
  expect(readEmail(`Ada <${longest}>`)).toBe(longest)
  expect(readEmail(`a${longest}`)).toBeUndefined()
  expect(readEmail(`${'a'.repeat(240)}@\u00fc.example`)).toBeUndefined()
})
