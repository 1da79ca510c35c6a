import { expect, test } from 'vitest'
import { exampleCommand, secretVariable, sendersOf, unusedSecrets } from '../../sandbox/senders.ts'
import { clerk, defineBridge, form, signup, typeform, webhook } from '../../src/lib/index.ts'

const bridge = defineBridge({
  sources: {
    clerk: clerk(),
    'my-form': form(),
    beta: typeform(),
    backend: signup(),
    bytes: webhook({
      signature: { header: 'x', algorithm: 'sha256', encoding: 'hex', secret: 'base64' },
    }),
  },
})

test('sendersOf gives every source an address, and a stable secret of its scheme', () => {
  const senders = sendersOf(bridge, {})

  expect(senders.map(({ path }) => path)).toEqual([
    '/webhooks/clerk',
    '/forms/my-form',
    '/webhooks/beta',
    '/webhooks/backend',
    '/webhooks/bytes',
  ])
  expect(senders.map(({ secret }) => secret)).toEqual([
    expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
    undefined,
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
  ])
  expect(new Set(senders.map(({ secret }) => secret)).size).toBe(5)
  expect(sendersOf(bridge, {})).toEqual(senders)
})

test('sendersOf prefers a secret of .env.local to the generated one', () => {
  const [sender] = sendersOf(bridge, { SIGNING_SECRET_CLERK: 'whsec_real' })

  expect(sender?.secret).toBe('whsec_real')
  expect(secretVariable('my-form')).toBe('SIGNING_SECRET_MY_FORM')
  const local = { SIGNING_SECRET_CLERK: 'x', SIGNING_SECRET_CLERC: 'x', OTHER: 'x' }
  expect(unusedSecrets(sendersOf(bridge, {}), local)).toEqual(['SIGNING_SECRET_CLERC'])
})

test('exampleCommand posts JSON with a bearer secret, else a form; undefined if there is neither', () => {
  const commandOf = (sources: Parameters<typeof defineBridge>[0]['sources']) => {
    const config = defineBridge({ sources })
    return exampleCommand(config, sendersOf(config, {}), 'http://127.0.0.1:1')
  }

  expect(commandOf(bridge.sources)).toMatch(
    /^curl http:\/\/127\.0\.0\.1:1\/webhooks\/backend -H 'authorization: Bearer \w+'/,
  )
  expect(commandOf({ clerk: clerk(), join: form() })).toMatch(
    /^curl http:\/\/127\.0\.0\.1:1\/forms\/join -d /,
  )
  expect(commandOf({ clerk: clerk() })).toBeUndefined()
})
