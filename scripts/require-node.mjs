// Plain JavaScript that any Node can read: the other scripts need Node 24 to run at all.
const required = 24
if (Number(process.versions.node.split('.')[0]) < required) {
  console.error(
    `signup bridge needs Node ${required} or newer and this is ${process.version}: install it from https://nodejs.org`,
  )
  process.exit(1)
}
