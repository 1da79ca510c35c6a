#!/bin/sh
# svix 1.99.1 reads each header by itself: svix-id, else webhook-id; svix-signature, else
# webhook-signature. A delivery that is signed whole under webhook-* names, and has one svix-id of
# another hop beside them, mixes both families and is refused.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent svix@1.99.1
cat >run.mjs <<'JS'
import { createRequire } from 'node:module'
import { Webhook } from 'svix'

const { version } = createRequire(import.meta.url)('svix/package.json')
const webhook = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
const body = '{"type":"user.created"}'
const now = new Date()
const signed = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(now / 1000)),
  'webhook-signature': webhook.sign('msg_1', now, body),
}
const outcome = (headers) => {
  try {
    webhook.verify(body, headers)
    return 'accepted'
  } catch (error) {
    return `refused: ${error.message}`
  }
}
const alone = outcome(signed)
const beside = outcome({ ...signed, 'svix-id': 'relay_1' })
console.log(`svix ${version}`)
console.log('A whole and valid webhook-* set is refused as soon as one svix-id is beside it.')
console.log(`webhook-* alone:            ${alone}`)
console.log(`webhook-* beside a svix-id: ${beside}`)
process.exit(alone === 'accepted' && beside === 'refused: No matching signature found' ? 0 : 1)
JS
node run.mjs
