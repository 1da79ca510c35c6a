import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterEach, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../sandbox/gateway.ts'

const gateways: Gateway[] = []
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())))

/** A gateway before a function that answers so, and the events that reached the function. */
const gatewayOf = async (answer: () => unknown = () => ({ statusCode: 200, body: '{}' })) => {
  const events: APIGatewayProxyEventV2[] = []
  const gateway = await startGateway({
    port: 0,
    invoke: async (event) => {
      events.push(event)
      return answer()
    },
  })
  gateways.push(gateway)
  return { url: gateway.url, events }
}

/** fetch joins headers and hides what it sends; this does neither. */
const raw = async (url: string, options: RequestOptions, body = ''): Promise<IncomingMessage> => {
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
    // A Blob without a type keeps fetch from naming one.
    body: new Blob([body]),
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })

describe('the event that the function gets', () => {
  it('is in payload format 2.0', async () => {
    const { url, events } = await gatewayOf()

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

  it('has a request id of its own each time', async () => {
    const { url, events } = await gatewayOf()

    await fetch(`${url}/webhooks/clerk`)
    await fetch(`${url}/webhooks/clerk`)

    expect(new Set(events.map(({ requestContext }) => requestContext.requestId)).size).toBe(2)
  })

  it('has no body, query or cookies where the request has none', async () => {
    const { url, events } = await gatewayOf()

    await fetch(`${url}/forms/waitlist`)

    expect(events[0]).toMatchObject({ rawQueryString: '', isBase64Encoded: false })
    expect(Object.keys(events[0] ?? {})).not.toContain('body')
    expect(Object.keys(events[0] ?? {})).not.toContain('cookies')
    expect(Object.keys(events[0] ?? {})).not.toContain('queryStringParameters')
  })

  it('joins repeated headers with a comma and keeps cookies apart', async () => {
    const { url, events } = await gatewayOf()

    await raw(`${url}/webhooks/clerk`, {
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
  ])('carries %s as text', async (type, body) => {
    const { url, events } = await gatewayOf()

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
  ])('carries %s as base64', async (type, body) => {
    const { url, events } = await gatewayOf()

    await post(`${url}/forms/waitlist`, type, body)

    expect(events[0]).toMatchObject({ body: btoa(body), isBase64Encoded: true })
  })

  it('carries bytes that are no text unharmed', async () => {
    const { url, events } = await gatewayOf()
    const bytes = new Uint8Array([0, 255, 195, 40, 13, 10])

    await post(`${url}/webhooks/jotform`, 'multipart/form-data; boundary=x', bytes)

    expect(Buffer.from(events[0]?.body ?? '', 'base64')).toEqual(Buffer.from(bytes))
  })

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])(
    'comes with %s too: the function answers for methods',
    async (method) => {
      const { url, events } = await gatewayOf()

      await raw(`${url}/forms/waitlist`, { method })

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
  ])('is none for %s: there is no such route', async (path) => {
    const { url, events } = await gatewayOf()

    const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' })

    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ message: 'Not Found' })
    expect(events).toEqual([])
  })

  it('is none for a body of more than 10 MB', async () => {
    const { url, events } = await gatewayOf()
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

describe('the answer of the function', () => {
  it('goes back with its status, headers, cookies and body', async () => {
    const { url } = await gatewayOf(() => ({
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

  it('goes back as bytes where it is base64', async () => {
    const { url } = await gatewayOf(() => ({
      statusCode: 200,
      headers: { 'content-type': 'image/gif' },
      body: 'AP/D',
      isBase64Encoded: true,
    }))

    const response = await fetch(`${url}/forms/waitlist`)

    expect(response.headers.get('content-type')).toBe('image/gif')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 195]))
  })

  it('may be empty', async () => {
    const { url } = await gatewayOf(() => ({ statusCode: 204 }))

    const response = await raw(`${url}/forms/waitlist`, { method: 'OPTIONS' })

    expect(response.statusCode).toBe(204)
    expect(response.headers).not.toHaveProperty('content-length')
  })

  it.each([
    ['hello', 'hello'],
    [{ message: 'hello' }, '{"message":"hello"}'],
    [null, 'null'],
    [undefined, 'null'],
  ])('is the body of a 200 where it names no status: %j', async (answer, body) => {
    const { url } = await gatewayOf(() => answer)

    const response = await fetch(`${url}/webhooks/clerk`)

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).toBe(body)
  })

  it.each([
    ['a thrown error', () => Promise.reject(new Error('Task timed out after 10.00 seconds'))],
    ['a status that is none', () => ({ statusCode: 'fine' })],
    ['a status that is no answer', () => ({ statusCode: 101 })],
    ['a body that is no text', () => ({ statusCode: 200, body: [1] })],
    ['a header that HTTP cannot carry', () => ({ statusCode: 200, headers: { a: 'b\nc' } })],
  ])('is 500 for %s', async (_, answer) => {
    const { url } = await gatewayOf(answer)

    const response = await fetch(`${url}/webhooks/clerk`)

    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ message: 'Internal Server Error' })
  })
})

describe('startGateway', () => {
  it('outlives a sender that hangs up in the middle of its body', async () => {
    const { url, events } = await gatewayOf()
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

  it('listens on loopback alone, and no longer once it is closed', async () => {
    const { url } = await gatewayOf()
    expect(new URL(url).hostname).toBe('127.0.0.1')

    await gateways.pop()?.close()

    await expect(fetch(url)).rejects.toThrow()
  })

  it('rejects where the port is taken', async () => {
    const { url } = await gatewayOf()

    await expect(
      startGateway({ port: Number(new URL(url).port), invoke: async () => null }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
