const lineBreak = /\r\n?|[\n\u0085\u2028\u2029]/

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (character) => escapes[character] ?? '')

/**
 * The HTML body of a note from plain text: each block of lines is a paragraph, blank lines part
 * them. Text from outside never becomes markup.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/notes/createnote
 *
 * @example
 * toNoteBody('Line one\nLine two\n\n5 < 6') // '<p>Line one<br>Line two</p><p>5 &lt; 6</p>'
 */
export const toNoteBody = (text: string): string => {
  const paragraphs: string[][] = [[]]
  for (const line of text.split(lineBreak)) {
    if (line.trim() === '') paragraphs.push([])
    else paragraphs.at(-1)?.push(escapeText(line))
  }
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => `<p>${lines.join('<br>')}</p>`)
    .join('')
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
])

/** The character of a name or a number, `#39` or `#x27`; one that is not known stays. */
const decode = (entity: string, name: string): string => {
  if (!name.startsWith('#')) return entities.get(name) ?? entity
  const code = Number(name.replace('#', '').replace(/^x/i, '0x'))
  return code <= 0x10ffff ? String.fromCodePoint(code) : entity
}

/**
 * What the HTML of a note says, without tags and blanks: Intercom may write the same text in other
 * HTML than it got.
 */
const textOf = (html: string): string =>
  html
    .replace(/<[^<>]*>/g, '')
    .replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]+);/gi, decode)
    .replace(/\s/g, '')

/** Whether the HTML of a note says this plain text. */
export const saysText = (html: string, text: string): boolean =>
  textOf(html) === textOf(toNoteBody(text))
