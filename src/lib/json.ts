/**
 * Parses JSON; returns `undefined` if it is invalid. The SyntaxError is dropped on purpose: it
 * quotes the text, which may be a body or a secret.
 */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Deeper JSON is refused before parsing: no sender nests this deep, and recursion has a limit. */
export const maxDepth = 64

const quote = 0x22

const backslash = 0x5c

const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b

const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

/**
 * The index of the quote that closes the JSON string at `start`; the text's length if none does.
 */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    // An even number of backslashes does not escape the quote.
    if (slashes % 2 === 0) return end
  }
  return text.length
}

const countUpTo = (limit: number, text: string, character: string): number => {
  let count = 0
  let index = text.indexOf(character)
  while (index !== -1 && count <= limit) {
    count += 1
    index = text.indexOf(character, index + 1)
  }
  return count
}

/** Whether JSON nests deeper than 64 levels: counts brackets outside strings, without recursion. */
export const isTooDeep = (text: string): boolean => {
  // A fast way out: most bodies have fewer brackets in total.
  const brackets = countUpTo(maxDepth, text, '{') + countUpTo(maxDepth, text, '[')
  if (brackets <= maxDepth) return false
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (isOpening(code)) depth += 1
    else if (isClosing(code)) depth -= 1
    if (depth > maxDepth) return true
  }
  return false
}
