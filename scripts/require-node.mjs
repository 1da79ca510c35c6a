// Plain JavaScript that any Node can read: the other scripts need a newer one to run at all.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 2)) {
  console.error(
    `signup bridge needs Node 24.2 or newer and this is ${process.version}: install it from https://nodejs.org`,
  )
  process.exit(1)
}
