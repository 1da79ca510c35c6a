#!/bin/sh
# intercom-client 7.0.3 finds no company of a contact in the response that Intercom's own reference
# shows for GET /contacts/{id}/companies: there the list is `data`, the client reads `companies`, as
# the schema beside that example names it. No error: an empty list, so "in no company".
# https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/listcompaniesforacontact
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent intercom-client@7.0.3
cat >run.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { IntercomClient } from 'intercom-client'

const { version } = JSON.parse(readFileSync('node_modules/intercom-client/package.json', 'utf8'))
const company = { type: 'company', id: '665f', company_id: 'acme', name: 'Acme' }
const pages = { type: 'pages', page: 1, per_page: 50, total_pages: 1 }

/** Which companies the client lists if their key in the response is `key`. */
const listed = async (key) => {
  const server = createServer((request, response) => {
    const isFirst = !request.url.includes('page=2')
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ type: 'list', [key]: isFirst ? [company] : [], total_count: 1, pages }),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new IntercomClient({
    token: 'a token',
    environment: `http://127.0.0.1:${server.address().port}`,
  })
  const names = []
  for await (const { name } of await client.contacts.listAttachedCompanies({ contact_id: '1' })) {
    names.push(name)
  }
  server.close()
  server.closeAllConnections()
  return names
}

const byExample = await listed('data')
const bySchema = await listed('companies')
console.log(`intercom-client ${version}`)
console.log('Of a contact in one company the client lists, without an error:')
console.log(`response as in the reference's example (data):     ${JSON.stringify(byExample)}`)
console.log(`response as in the reference's schema (companies): ${JSON.stringify(bySchema)}`)
process.exit(byExample.length === 0 && bySchema.join() === 'Acme' ? 0 : 1)
JS
node run.mjs
