import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type IncomingRequest, route } from '../lib/ingest/receive.ts'
import type { WebhookResponse } from '../lib/ingest/respond.ts'

/**
 * The address that the sender posts to, without its query. The path of a base is that of an API
 * mapping or of a proxy; the event's path may begin with it, or lack it.
 */
const addressOf = (base: string, rawPath: string): string => {
  const basePath = base.replace(/^\w+:\/\/[^/]*/, '')
  if (basePath === '') return `${base}${rawPath}`
  const isInFront = rawPath.startsWith(`${basePath}/`) && route.test(rawPath.slice(basePath.length))
  return isInFront
    ? `${base}${rawPath.slice(basePath.length)}`
    : `${base}${route.exec(rawPath)?.[0] ?? rawPath}`
}

/**
 * The request of an HTTP API or Function URL event, payload format 2.0.
 *
 * @param received_at unix seconds
 * @param publicBaseUrl the address as senders know it, before `/webhooks/…`; default: the event's
 *   domain
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const toIncomingRequest = (
  event: APIGatewayProxyEventV2,
  received_at: number,
  publicBaseUrl?: string,
): IncomingRequest => {
  const { body = '', isBase64Encoded, rawPath, rawQueryString } = event
  const { http, domainName } = event.requestContext
  const base = publicBaseUrl?.replace(/\/+$/, '') ?? `https://${domainName}`
  const headers = Object.entries(event.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  )
  return {
    received_at,
    method: http.method.toUpperCase(),
    url: `${addressOf(base, rawPath)}${rawQueryString ? `?${rawQueryString}` : ''}`,
    path: rawPath,
    headers: Object.fromEntries(headers),
    encodedBytes: Buffer.byteLength(body),
    body: () => new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')),
  }
}

/** A response in payload format 2.0. */
export const toResult = ({
  status,
  headers,
  body,
}: WebhookResponse): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  body,
})
