import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterEach, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../sandbox/gateway.ts'

const gateways: Gateway[] = []
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())))

/**
 * Starts a gateway in front of a function with that response, and captures the function's events.
 */
const startWith = async (respond: () => unknown = () => ({ statusCode: 200, body: '{}' })) => {
  const events: APIGatewayProxyEventV2[] = []
  const gateway = await startGateway({
    port: 0,
    invoke: async (event) => {
      events.push(event)
      return respond()
    },
  })
  gateways.push(gateway)
  return { url: gateway.url, events }
}

/** Sends a request without fetch, which joins repeated headers and adds its own. */
const rawRequest = async (
  url: string,
  options: RequestOptions,
  body = '',
): Promise<IncomingMessage> => {
  const request = httpRequest(url, options)
  request.end(body)
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
  return response
}

const post = (url: string, type: string | undefined, body: string | Uint8Array<ArrayBuffer>) =>
  fetch(url, {
    method: 'POST',
    // With a Blob without a type, fetch sends no content-type.
    body: new Blob([body]),
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })

describe('gateway event', () => {
  it('has payload format 2.0', async () => {
    const { url, events } = await startWith()

    await fetch(`${url}/webhooks/clerk?a=1&b=2&a=%20x`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'sender/1', 'X-Some': 'Value' },
      body: '{"a":"ü"}',
    })

    const { port, host } = new URL(url)
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: 'ANY /webhooks/{source}',
        rawPath: '/webhooks/clerk',
        rawQueryString: 'a=1&b=2&a=%20x',
        queryStringParameters: { a: '1, x', b: '2' },
        headers: expect.objectContaining({
          'content-length': '10',
          'content-type': 'application/json',
          host,
          'user-agent': 'sender/1',
          'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-port': port,
          'x-forwarded-proto': 'http',
          'x-some': 'Value',
        }),
        requestContext: {
          accountId: expect.any(String),
          apiId: expect.any(String),
          domainName: host,
          domainPrefix: expect.any(String),
          http: {
            method: 'POST',
            path: '/webhooks/clerk',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'sender/1',
          },
          requestId: expect.any(String),
          routeKey: 'ANY /webhooks/{source}',
          stage: '$default',
          time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
          timeEpoch: expect.any(Number),
        },
        pathParameters: { source: 'clerk' },
        body: '{"a":"ü"}',
        isBase64Encoded: false,
      },
    ])
    expect(events[0]?.headers).not.toHaveProperty('connection')
  })

  it('has a unique request id', async () => {
    const { url, events } = await startWith()

    await fetch(`${url}/webhooks/clerk`)
    await fetch(`${url}/webhooks/clerk`)

    expect(new Set(events.map(({ requestContext }) => requestContext.requestId)).size).toBe(2)
  })

  it('has no body, query or cookies if the request has none', async () => {
    const { url, events } = await startWith()

    await fetch(`${url}/forms/waitlist`)

    expect(events[0]).toMatchObject({ rawQueryString: '', isBase64Encoded: false })
    expect(Object.keys(events[0] ?? {})).not.toContain('body')
    expect(Object.keys(events[0] ?? {})).not.toContain('cookies')
    expect(Object.keys(events[0] ?? {})).not.toContain('queryStringParameters')
  })

  it('joins repeated headers with a comma and keeps cookies separate', async () => {
    const { url, events } = await startWith()

    await rawRequest(`${url}/webhooks/clerk`, {
      headers: {
        'X-Signature': ['one', 'two'],
        Cookie: 'a=1; b=2',
        'X-Forwarded-For': '203.0.113.9',
      },
    })

    expect(events[0]?.headers).toMatchObject({
      'x-signature': 'one,two',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    })
    expect(events[0]?.headers).not.toHaveProperty('cookie')
    expect(events[0]?.cookies).toEqual(['a=1', 'b=2'])
  })

  it.each([
    ['application/json', '{}'],
    ['application/json; charset=utf-8', '{}'],
    ['Application/JSON', '{}'],
    ['application/javascript', '1'],
    ['application/xml', '<a/>'],
    ['text/plain;charset=UTF-8', 'ü'],
    ['text/csv', 'a,b'],
  ])('has a body of type %s as text', async (type, body) => {
    const { url, events } = await startWith()

    await post(`${url}/webhooks/clerk`, type, body)

    expect(events[0]).toMatchObject({ body, isBase64Encoded: false })
  })

  it.each([
    ['application/x-www-form-urlencoded', 'email=ada%40example.com'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/octet-stream', 'bytes'],
    ['application/vnd.api+json', '{}'],
    ['application/jsonp', '{}'],
    ['textual/plain', '{}'],
    [undefined, '{}'],
  ])('has a body of type %s as base64', async (type, body) => {
    const { url, events } = await startWith()

    await post(`${url}/forms/waitlist`, type, body)

    expect(events[0]).toMatchObject({ body: btoa(body), isBase64Encoded: true })
  })

  it('preserves binary bodies', async () => {
    const { url, events } = await startWith()
    const bytes = new Uint8Array([0, 255, 195, 40, 13, 10])

    await post(`${url}/webhooks/jotform`, 'multipart/form-data; boundary=x', bytes)

    expect(Buffer.from(events[0]?.body ?? '', 'base64')).toEqual(Buffer.from(bytes))
  })

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])(
    'is sent for the method %s, which the function handles itself',
    async (method) => {
      const { url, events } = await startWith()

      await rawRequest(`${url}/forms/waitlist`, { method })

      expect(events[0]?.requestContext.http.method).toBe(method)
    },
  )

  it.each([
    '/',
    '/webhooks',
    '/webhooks/',
    '/webhooks/clerk/',
    '/webhooks/clerk/more',
    '/other/clerk',
    '/Webhooks/clerk',
    '/webhooks/%zz',
  ])('is not sent for %s, which matches no route: 404', async (path) => {
    const { url, events } = await startWith()

    const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' })

    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ message: 'Not Found' })
    expect(events).toEqual([])
  })

  it('is not sent for a body over 10 MiB: 413', async () => {
    const { url, events } = await startWith()
    const limit = 10 * 1_024 * 1_024
    const sizes = [limit, limit + 1]

    const responses = await Promise.all(
      sizes.map((size) => post(`${url}/webhooks/clerk`, 'text/plain', 'x'.repeat(size))),
    )

    expect(responses.map(({ status }) => status)).toEqual([200, 413])
    expect(await responses[1]?.json()).toEqual({ message: 'Request Entity Too Large' })
    expect(events.map(({ body }) => body?.length)).toEqual([limit])
  })
})

describe('gateway response', () => {
  it('has the status, headers, cookies and body of the function', async () => {
    const { url } = await startWith(() => ({
      statusCode: 303,
      headers: { Location: 'https://example.com/thanks', 'X-Count': 2 },
      cookies: ['a=1; Path=/', 'b=2'],
      body: 'moved',
    }))

    const response = await fetch(`${url}/forms/waitlist`, { redirect: 'manual' })

    expect(response.status).toBe(303)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: 'https://example.com/thanks',
      'x-count': '2',
      'content-type': 'text/plain;charset=UTF-8',
      'apigw-requestid': expect.any(String),
    })
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
    expect(await response.text()).toBe('moved')
  })

  it('decodes a base64 body', async () => {
    const { url } = await startWith(() => ({
      statusCode: 200,
      headers: { 'content-type': 'image/gif' },
      body: 'AP/D',
      isBase64Encoded: true,
    }))

    const response = await fetch(`${url}/forms/waitlist`)

    expect(response.headers.get('content-type')).toBe('image/gif')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 195]))
  })

  it('can be empty', async () => {
    const { url } = await startWith(() => ({ statusCode: 204 }))

    const response = await rawRequest(`${url}/forms/waitlist`, { method: 'OPTIONS' })

    expect(response.statusCode).toBe(204)
    expect(response.headers).not.toHaveProperty('content-length')
  })

  it.each([
    ['hello', 'hello'],
    [{ message: 'hello' }, '{"message":"hello"}'],
    [null, 'null'],
    [undefined, 'null'],
  ])(
    'is a 200 with the function result as body if that has no statusCode: %j',
    async (result, body) => {
      const { url } = await startWith(() => result)

      const response = await fetch(`${url}/webhooks/clerk`)

      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(await response.text()).toBe(body)
    },
  )

  it.each([
    ['a thrown error', () => Promise.reject(new Error('Task timed out after 10.00 seconds'))],
    ['an invalid status', () => ({ statusCode: 'fine' })],
    ['an informational status', () => ({ statusCode: 101 })],
    ['a body that is not a string', () => ({ statusCode: 200, body: [1] })],
    ['an invalid header', () => ({ statusCode: 200, headers: { a: 'b\nc' } })],
  ])('is a 500 for %s', async (_, respond) => {
    const { url } = await startWith(respond)

    const response = await fetch(`${url}/webhooks/clerk`)

    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ message: 'Internal Server Error' })
  })
})

describe('startGateway', () => {
  it('keeps running after a sender disconnects while sending its body', async () => {
    const { url, events } = await startWith()
    const request = httpRequest(`${url}/webhooks/clerk`, {
      method: 'POST',
      headers: { 'content-length': 100 },
    })
    const hungUp = once(request, 'error')
    request.write('{', () => request.destroy(new Error('hung up')))
    await hungUp

    const response = await fetch(`${url}/webhooks/clerk`)

    expect(response.status).toBe(200)
    expect(events).toHaveLength(1)
  })

  it('listens on 127.0.0.1 only, and stops listening when closed', async () => {
    const { url } = await startWith()
    expect(new URL(url).hostname).toBe('127.0.0.1')

    await gateways.pop()?.close()

    await expect(fetch(url)).rejects.toThrow()
  })

  it('rejects with EADDRINUSE if the port is in use', async () => {
    const { url } = await startWith()

    await expect(
      startGateway({ port: Number(new URL(url).port), invoke: async () => null }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
