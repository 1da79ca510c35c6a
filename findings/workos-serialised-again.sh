#!/bin/sh
# @workos-inc/node 8.13.0 does not check the signature of the bytes that arrived, but of
# JSON.stringify() of the parsed payload: a delivery that is signed as documented is refused if its
# JSON is not spelled as JavaScript spells it, here with an escaped letter.
# https://workos.com/docs/events/data-syncing/webhooks
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @workos-inc/node@8.13.0
cat >run.mjs <<'JS'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { WorkOS } from '@workos-inc/node'

const { version } = JSON.parse(readFileSync('node_modules/@workos-inc/node/package.json', 'utf8'))
const { webhooks } = new WorkOS('sk_test_0')
const secret = 'the secret of an endpoint'
const outcome = async (body) => {
  const time = Date.now()
  const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  const sigHeader = `t=${time}, v1=${mac}`
  try {
    await webhooks.verifyHeader({ payload: JSON.parse(body), sigHeader, secret })
    return 'accepted'
  } catch (error) {
    return `refused: ${error.message}`
  }
}
const plain = await outcome('{"id":"event_1","event":"user.created","data":{"first_name":"Zoë"}}')
const escaped = await outcome(
  '{"id":"event_1","event":"user.created","data":{"first_name":"Zo\\u00eb"}}',
)
console.log(`@workos-inc/node ${version}`)
console.log('The same payload, rightly signed, is refused if its JSON escapes a letter.')
console.log(`ë as it is:  ${plain}`)
console.log(`ë escaped:   ${escaped}`)
process.exit(plain === 'accepted' && escaped.startsWith('refused') ? 0 : 1)
JS
node run.mjs
