import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { isRecord } from '../src/lib/json-access.ts'

export type GatewayResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** Headers of the connection, which API Gateway does not pass on. */
const connectionHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/**
 * Returns whether a body is passed on as text. All others are passed on as base64, including forms
 * and bodies without a type. AWS does not document the list of types; this one is measured:
 * https://github.com/ministackorg/ministack/pull/766
 */
const isTextType = (contentType = ''): boolean => {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type)
}

/**
 * Converts headers: names in lower case, repeated headers joined with a comma, cookies separate.
 */
const readHeaders = (request: IncomingMessage, body: Buffer) => {
  const headers: Record<string, string> = {}
  const { rawHeaders } = request
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (connectionHeaders.has(name)) continue
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value
  }
  const { cookie, ...others } = headers
  const sourceIp = request.socket.remoteAddress ?? ''
  const forwarded = others['x-forwarded-for']
  return {
    cookies: cookie?.split(/[;,]\s*/).filter(Boolean),
    headers: {
      ...others,
      'content-length': String(body.length),
      'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`,
      'x-forwarded-for': forwarded ? `${forwarded}, ${sourceIp}` : sourceIp,
      'x-forwarded-port': String(request.socket.localPort),
      'x-forwarded-proto': 'http',
    },
  }
}

const readQuery = (rawQueryString: string): Record<string, string> => {
  const values: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    values[name] = Object.hasOwn(values, name) ? `${values[name]},${value}` : value
  }
  return values
}

/** Formats a date as `21/Apr/2020:15:08:21 +0000`. */
const commonLogTime = (date: Date): string => {
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

/** Matches the two routes, each with one path parameter; undefined if neither matches. */
export const routeOf = (request: IncomingMessage) => {
  const [, kind, source] = /^\/(forms|webhooks)\/([^/?]+)(\?|$)/.exec(request.url ?? '') ?? []
  if (kind === undefined || source === undefined) return undefined
  try {
    return { kind, source: decodeURIComponent(source) }
  } catch {
    return undefined
  }
}

/**
 * Converts a request to an event in payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const toEvent = (
  request: IncomingMessage,
  body: Buffer,
  route: { readonly kind: string; readonly source: string },
): APIGatewayProxyEventV2 => {
  const target = request.url ?? '/'
  const split = target.indexOf('?')
  const rawPath = split === -1 ? target : target.slice(0, split)
  const rawQueryString = split === -1 ? '' : target.slice(split + 1)
  const { cookies, headers } = readHeaders(request, body)
  const routeKey = `ANY /${route.kind}/{source}`
  const now = new Date()
  const text = isTextType(request.headers['content-type'])
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: readQuery(rawQueryString) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'sandbox',
      domainName: `127.0.0.1:${request.socket.localPort}`,
      domainPrefix: '127',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    pathParameters: { source: route.source },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  }
}

/**
 * Converts the function's response to HTTP. A response without a `statusCode` is the body of a 200.
 *
 * @throws TypeError if a part of it has the wrong type, which AWS turns into a 500
 */
export const toGatewayResponse = (response: unknown): GatewayResponse => {
  if (!isRecord(response) || response.statusCode === undefined) {
    const body = typeof response === 'string' ? response : JSON.stringify(response ?? null)
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    }
  }
  const { statusCode, headers = {}, body = '', cookies = [], isBase64Encoded } = response
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError('statusCode is not an HTTP status')
  }
  if (!isRecord(headers) || !Array.isArray(cookies) || typeof body !== 'string') {
    throw new TypeError('headers, cookies or body have the wrong type')
  }
  const lowerCase = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ])
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(lowerCase),
      ...(cookies.length > 0 && { 'set-cookie': cookies.map(String) }),
    },
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  }
}
