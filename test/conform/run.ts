/** `npm run conform -- FOLDER`: what the bridge makes of deliveries that you captured. */
import { existsSync } from 'node:fs'
import { configFile } from '../../src/cli/load-config.ts'
import { conform, type Result } from './conform.ts'

const [folder, mode] = process.argv.slice(2)
/** Where every delivery is known to be a signup, one that is ignored is a failure. */
const isStrict = mode === '--strict'
if (folder === undefined || !existsSync(folder)) {
  console.error('A folder of captured deliveries: npm run conform -- FOLDER')
  process.exit(1)
}

const shown = ['role', 'external_id', 'email', 'phone', 'name', 'avatar', 'signed_up_at']

const tell = ({ file, source, contacts, leftOut, problems, isIgnored }: Result): void => {
  console.log(`\n${file}  ${source === undefined ? 'no source of this name' : source}`)
  for (const contact of contacts) {
    const fields = Object.entries(contact)
      .filter(([name, value]) => shown.includes(name) && value !== null)
      .map(
        ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
    console.log(`  ${fields.join('\n  ')}`)
    const { custom_attributes = {} } = contact as { custom_attributes?: object }
    if (Object.keys(custom_attributes).length > 0)
      console.log(`  ${JSON.stringify(custom_attributes)}`)
  }
  if (isIgnored) console.log('  ignored: not a signup')
  if (leftOut.length > 0) console.log(`  left out: ${leftOut.join(', ')}`)
  for (const problem of problems) console.log(`  FAILED ${problem}`)
}

const { default: bridge } = await import(configFile(process.env))
const results = await conform(folder, bridge)
const ran = results.filter(({ source }) => source !== undefined)
const failed = ran.filter(
  ({ problems, isIgnored }) => problems.length > 0 || (isStrict && isIgnored),
)
for (const result of ran) tell(result)
const others = results.filter(({ source }) => source === undefined).map(({ file }) => file)
if (others.length > 0)
  console.log(
    `\npassed over: no delivery (.json, .bin, .txt), or for no source that is called as the file is up to its first dot: ${others.join(', ')}`,
  )
console.log(`\n${ran.length} deliveries, ${failed.length} failed`)
process.exitCode = ran.length === 0 || failed.length > 0 ? 1 : 0
