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
