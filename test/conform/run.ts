/** `npm run conform -- FOLDER` prints what captured deliveries become. */
import { existsSync } from 'node:fs'
import { configFile } from '../../src/cli/load-config.ts'
import { conform, type Result } from './conform.ts'

const [folder, mode] = process.argv.slice(2)
/** Treats an ignored delivery as a failure, for folders that hold only signups. */
const isStrict = mode === '--strict'
if (folder === undefined || !existsSync(folder)) {
  console.error('FOLDER must be a folder of captured deliveries: npm run conform -- FOLDER')
  process.exit(1)
}

const printedFields = [
  ...['role', 'external_id', 'email', 'phone', 'name', 'avatar', 'signed_up_at'],
  'unsubscribed_from_emails',
]

const print = (result: Result): void => {
  const { file, source, contacts, leftOut, problems, isIgnored, kind } = result
  console.log(`\n${file}  ${source === undefined ? 'no source of this name' : source}`)
  for (const contact of contacts) {
    const fields = Object.entries(contact)
      .filter(([name, value]) => printedFields.includes(name) && value !== null)
      .map(
        ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
    console.log(`  ${fields.join('\n  ')}`)
    const { custom_attributes = {} } = contact as { custom_attributes?: object }
    if (Object.keys(custom_attributes).length > 0)
      console.log(`  ${JSON.stringify(custom_attributes)}`)
  }
  if (isIgnored) console.log('  ignored: not a signup')
  if (kind === 'deletion') console.log('  a deletion: its contact is removed')
  if (kind === 'company') console.log('  a company, without a person')
  if (leftOut.length > 0) console.log(`  left out: ${leftOut.join(', ')}`)
  for (const problem of problems) console.log(`  FAILED ${problem}`)
}

const { default: bridge } = await import(configFile(process.env))
const results = await conform(folder, bridge)
const ran = results.filter(({ source }) => source !== undefined)
const failed = ran.filter(
  ({ problems, isIgnored }) => problems.length > 0 || (isStrict && isIgnored),
)
for (const result of ran) print(result)
const skipped = results.filter(({ source }) => source === undefined).map(({ file }) => file)
if (skipped.length > 0)
  console.log(
    `\nskipped, since not a delivery (.json, .bin, .txt) or no source has the name up to the first dot: ${skipped.join(', ')}`,
  )
console.log(`\n${ran.length} deliveries, ${failed.length} failed`)
process.exitCode = ran.length === 0 || failed.length > 0 ? 1 : 0
