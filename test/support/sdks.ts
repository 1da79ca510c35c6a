import type { Delivery } from '../../src/lib/delivery.ts'
import type { SignatureScheme } from '../../src/lib/signature/verify.ts'
import {
  clerk,
  hubspot,
  shopify,
  standardWebhooks,
  stripe,
  workos,
} from '../../src/lib/sources/index.ts'

/** What an SDK signs. */
export type SdkMessage = {
  readonly id: string
  readonly timestampSeconds: number
  readonly url: string
  readonly body: string
}

/** A sender's own SDK, and the scheme of the preset that reads this sender. */
export type Sdk = {
  readonly scheme: SignatureScheme
  readonly secrets: readonly string[]
  /** Returns the headers of a delivery; absent if the SDK only verifies. */
  readonly sign?: (message: SdkMessage, secret: string) => Promise<Record<string, string>>
  /** Whether the SDK accepts a delivery. Some SDKs throw instead. */
  readonly accepts: (delivery: Delivery, secret: string) => Promise<boolean>
  /** Whether the SDK signs the parsed body, serialised again, instead of its bytes. */
  readonly serialisesAgain?: true
}

const textOf = ({ body }: Delivery) => Buffer.from(body).toString()
const dateOf = ({ timestampSeconds }: SdkMessage) => new Date(timestampSeconds * 1000)
const requestOf = (delivery: Delivery) =>
  new Request(delivery.url, {
    method: delivery.method,
    headers: delivery.headers,
    body: textOf(delivery),
  })

/** Of 24 and of 32 bytes, the second with padding. */
const whsecSecrets = [
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_x9XwzAfdBB+6u6Ir/FYRpRg0GrdPH6Fqb1sNWhVbPDs=',
]
const textSecrets = ['shpss_0123456789abcdef', 'a secret with blanks, Ž and +/=']

const svixHeaders = async (message: SdkMessage, secret: string) => {
  const { Webhook } = await import('svix')
  return {
    'svix-id': message.id,
    'svix-timestamp': String(message.timestampSeconds),
    'svix-signature': new Webhook(secret).sign(message.id, dateOf(message), message.body),
  }
}

const signHubspot = async (
  version: 'v2' | 'v3',
  { url, body: requestBody }: SdkMessage,
  clientSecret: string,
  timestamp?: number,
) => {
  const { Signature } = await import('@hubspot/api-client')
  return Signature.getSignature('POST', version, {
    signature: '',
    clientSecret,
    requestBody,
    url,
    ...(timestamp !== undefined && { timestamp }),
  })
}

const hubspotAccepts = async (
  signatureVersion: 'v2' | 'v3',
  delivery: Delivery,
  clientSecret: string,
) => {
  const { Signature } = await import('@hubspot/api-client')
  const header = signatureVersion === 'v2' ? 'x-hubspot-signature' : 'x-hubspot-signature-v3'
  return Signature.isValid({
    signatureVersion,
    signature: delivery.headers[header] ?? '',
    clientSecret,
    requestBody: textOf(delivery),
    url: delivery.url,
    method: delivery.method,
    timestamp: Number(delivery.headers['x-hubspot-request-timestamp']),
  })
}

const shopifySdk = async (apiSecretKey: string) => {
  await import('@shopify/shopify-api/adapters/web-api')
  const { ApiVersion, LogSeverity, shopifyApi } = await import('@shopify/shopify-api')
  return shopifyApi({
    apiKey: 'key',
    apiSecretKey,
    hostName: 'bridge.example.com',
    apiVersion: ApiVersion.October25,
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  })
}

/** Headers that Shopify's SDK requires beside the signature. */
const shopifyHeaders = {
  'x-shopify-topic': 'customers/create',
  'x-shopify-shop-domain': 'ada.myshopify.com',
  'x-shopify-api-version': '2025-10',
  'x-shopify-webhook-id': 'w-1',
}

/** By name; each is imported when it is first used. */
export const sdks: Readonly<Record<string, Sdk>> = {
  svix: {
    scheme: standardWebhooks({ fields: { 'data.email': 'email' } }).signature,
    secrets: whsecSecrets,
    sign: svixHeaders,
    accepts: async (delivery, secret) => {
      const { Webhook } = await import('svix')
      return Boolean(new Webhook(secret).verify(textOf(delivery), { ...delivery.headers }))
    },
  },
  standardwebhooks: {
    scheme: standardWebhooks({ fields: { 'data.email': 'email' } }).signature,
    secrets: whsecSecrets,
    sign: async (message, secret) => {
      const { Webhook } = await import('standardwebhooks')
      return {
        'webhook-id': message.id,
        'webhook-timestamp': String(message.timestampSeconds),
        'webhook-signature': new Webhook(secret).sign(message.id, dateOf(message), message.body),
      }
    },
    accepts: async (delivery, secret) => {
      const { Webhook } = await import('standardwebhooks')
      return Boolean(new Webhook(secret).verify(textOf(delivery), { ...delivery.headers }))
    },
  },
  '@clerk/backend': {
    scheme: clerk().signature,
    secrets: whsecSecrets,
    // Clerk sends through Svix.
    sign: svixHeaders,
    accepts: async (delivery, signingSecret) => {
      const { verifyWebhook } = await import('@clerk/backend/webhooks')
      return Boolean(await verifyWebhook(requestOf(delivery), { signingSecret }))
    },
  },
  stripe: {
    scheme: stripe().signature,
    secrets: [...textSecrets, ...whsecSecrets],
    sign: async ({ body: payload, timestampSeconds: timestamp }, secret) => {
      const { default: Stripe } = await import('stripe')
      const { webhooks } = new Stripe('sk_test_1')
      return {
        'stripe-signature': webhooks.generateTestHeaderString({ payload, secret, timestamp }),
      }
    },
    accepts: async (delivery, secret) => {
      const { default: Stripe } = await import('stripe')
      const header = delivery.headers['stripe-signature'] ?? ''
      const { webhooks } = new Stripe('sk_test_1')
      return Boolean(webhooks.constructEvent(textOf(delivery), header, secret))
    },
  },
  '@workos-inc/node': {
    scheme: workos().signature,
    secrets: textSecrets,
    serialisesAgain: true,
    sign: async ({ body, timestampSeconds }, secret) => {
      const { WorkOS } = await import('@workos-inc/node')
      const time = timestampSeconds * 1000
      const { webhooks } = new WorkOS('sk_test_1')
      const mac = await webhooks.computeSignature(time, JSON.parse(body), secret)
      return { 'workos-signature': `t=${time}, v1=${mac}` }
    },
    accepts: async (delivery, secret) => {
      const { WorkOS } = await import('@workos-inc/node')
      const sigHeader = delivery.headers['workos-signature'] ?? ''
      const payload = JSON.parse(textOf(delivery))
      return new WorkOS('sk_test_1').webhooks.verifyHeader({ payload, sigHeader, secret })
    },
  },
  '@shopify/shopify-api': {
    scheme: shopify().signature,
    secrets: textSecrets,
    sign: async ({ body }, secret) => {
      await import('@shopify/shopify-api/adapters/web-api')
      const { createSHA256HMAC, HashFormat } = await import('@shopify/shopify-api/runtime')
      const mac = await createSHA256HMAC(secret, body, HashFormat.Base64)
      return { ...shopifyHeaders, 'x-shopify-hmac-sha256': mac }
    },
    accepts: async (delivery, secret) => {
      const { webhooks } = await shopifySdk(secret)
      const headers = { ...shopifyHeaders, ...delivery.headers }
      const rawRequest = requestOf({ ...delivery, headers })
      const { valid } = await webhooks.validate({ rawBody: textOf(delivery), rawRequest })
      return valid
    },
  },
  '@hubspot/api-client (v3)': {
    scheme: hubspot().signature,
    secrets: textSecrets,
    sign: async (message, secret) => {
      const time = message.timestampSeconds * 1000
      return {
        'x-hubspot-request-timestamp': String(time),
        'x-hubspot-signature-v3': await signHubspot('v3', message, secret, time),
      }
    },
    accepts: (delivery, secret) => hubspotAccepts('v3', delivery, secret),
  },
  '@hubspot/api-client (v2)': {
    scheme: hubspot().signature,
    secrets: textSecrets,
    sign: async (message, secret) => ({
      'x-hubspot-signature': await signHubspot('v2', message, secret),
    }),
    accepts: (delivery, secret) => hubspotAccepts('v2', delivery, secret),
  },
}
