import { expect, test } from 'vitest'
import { leftOutIn } from '../../sandbox/left-out.ts'
import { clerk, defineBridge, form, signup } from '../../src/lib/index.ts'

const bridge = defineBridge({
  sources: {
    waitlist: form({ role: 'lead' }),
    backend: signup(),
    mapped: signup({ fields: { uid: 'external_id' } }),
    clerk: clerk(),
    throws: signup({
      map: () => {
        throw new Error('canary')
      },
    }),
  },
})

/** What an event of the gateway leaves out, each as `path reason`. */
const namesIn = async (path: string, contentType: string, body: string): Promise<string[]> => {
  const http = { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' }
  const issues = await leftOutIn(bridge, {
    version: '2.0',
    routeKey: 'ANY /forms/{source}',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': contentType },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'sandbox',
      domainName: '127.0.0.1',
      domainPrefix: '127',
      http,
      requestId: 'r1',
      routeKey: 'ANY /forms/{source}',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  })
  return issues.map(({ path: name, reason }) => `${name} ${reason}`)
}
const urlEncoded = 'application/x-www-form-urlencoded'

test('leftOutIn names what reading a request leaves out', async () => {
  const form = 'email=ada@example.com&phone=12&plan=pro'

  expect(await namesIn('/forms/waitlist', urlEncoded, form)).toEqual([
    'plan field_unknown',
    'phone phone_invalid',
  ])
  expect(
    await namesIn('/webhooks/backend/', 'application/json', '{"email":"a@example.com","age":7}'),
  ).toEqual(['age field_unknown'])
})

test('leftOutIn names the field of a place where a request has nothing, which no response does', async () => {
  const body = '{"email":"ada@example.com"}'

  expect(await namesIn('/webhooks/mapped', 'application/json', body)).toEqual([
    'external_id field_unmatched',
  ])
})

test.each([
  ['a request without anything to leave out', '/forms/waitlist', 'email=ada@example.com'],
  ['one of a bot', '/forms/waitlist', 'email=ada@example.com&plan=pro&_gotcha=x'],
  ['one that cannot be read', '/webhooks/clerk', '{"half'],
  ['one whose map() throws', '/webhooks/throws', '{"email":"ada@example.com"}'],
  ['one for no source', '/forms/toString', 'email=ada@example.com'],
])('leftOutIn names nothing in %s', async (_name, path, body) => {
  const type = path.startsWith('/forms') ? urlEncoded : 'application/json'

  expect(await namesIn(path, type, body)).toEqual([])
})
