// Loaded by `node --require` before a script, or run before another program. CommonJS, so that every
// Node can read it.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 2)) {
  console.error(
    `signup bridge needs Node 24.2 or newer and this is ${process.version}: install it from https://nodejs.org`,
  )
  process.exit(1)
}
