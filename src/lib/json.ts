/**
 * JSON, or `undefined` for what is none. The SyntaxError is dropped on purpose: it quotes the text,
 * which may be a body or a secret.
 */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Deeper JSON is refused before parsing: no sender nests so, and recursion has a limit. */
export const maxDepth = 64

const quote = 0x22

const backslash = 0x5c

const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b

const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

/** Where a string of JSON ends that begins at a quote; the text's end where nothing ends it. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    // Two of them are one that escapes nothing.
    if (slashes % 2 === 0) return end
  }
  return text.length
}

const countUpTo = (limit: number, text: string, character: string): number => {
  let count = 0
  let at = text.indexOf(character)
  while (at !== -1 && count <= limit) {
    count += 1
    at = text.indexOf(character, at + 1)
  }
  return count
}

/** Whether JSON nests deeper than 64 levels: counts brackets outside strings, without recursion. */
export const isTooDeep = (text: string): boolean => {
  // Most bodies have fewer brackets in all, and those are found in no time.
  const brackets = countUpTo(maxDepth, text, '{') + countUpTo(maxDepth, text, '[')
  if (brackets <= maxDepth) return false
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (isOpening(code)) depth += 1
    else if (isClosing(code)) depth -= 1
    if (depth > maxDepth) return true
  }
  return false
}
