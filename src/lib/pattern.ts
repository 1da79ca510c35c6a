/** From this length on V8 compiles a pattern for its first text: `kTierUpForSubjectLengthValue`. */
const longText = ' '.repeat(1_000)

/**
 * Returns a pattern of many alternatives, compiled to machine code. V8 would first make bytecode for
 * it, which takes several times as long, and compile it all the same when it is used again.
 * https://v8.dev/blog/regexp-tier-up
 */
export const compiled = (pattern: RegExp): RegExp => {
  pattern.test(longText)
  pattern.lastIndex = 0
  return pattern
}
