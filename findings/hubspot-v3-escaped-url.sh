#!/bin/sh
# HubSpot's documentation of signature v3 has some escapes of the URL decoded before it is signed
# (%3A, %2F, %3F, %40, …). @hubspot/api-client 13.5.0 does not decode them: with the URL as it was
# requested it refuses a delivery that is signed as documented, and accepts it with the decoded URL.
# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @hubspot/api-client@13.5.0
cat >run.mjs <<'JS'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Signature } from '@hubspot/api-client'

const { version } = JSON.parse(readFileSync('node_modules/@hubspot/api-client/package.json', 'utf8'))
const clientSecret = 'the secret of an app'
const requestBody = '{"properties":{"email":{"value":"ada@example.com"}}}'
const timestamp = Date.now()
const requested = 'https://hooks.example.com/webhooks/crm?list=a%3Ab'
const decoded = 'https://hooks.example.com/webhooks/crm?list=a:b'
const signature = createHmac('sha256', clientSecret)
  .update(`POST${decoded}${requestBody}${timestamp}`)
  .digest('base64')
const accepts = (url) =>
  Signature.isValid({
    ...{ signatureVersion: 'v3', signature, method: 'POST' },
    ...{ clientSecret, requestBody, url, timestamp },
  })
const withRequested = accepts(requested)
const withDecoded = accepts(decoded)
console.log(`@hubspot/api-client ${version}`)
console.log('The library leaves it to its caller to decode the escapes that HubSpot decodes.')
console.log(`the URL as requested: ${withRequested ? 'accepted' : 'refused'}`)
console.log(`the URL decoded:      ${withDecoded ? 'accepted' : 'refused'}`)
process.exit(!withRequested && withDecoded ? 0 : 1)
JS
node run.mjs
