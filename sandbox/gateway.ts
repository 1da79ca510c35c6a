import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { type GatewayResponse, routeOf, toEvent, toGatewayResponse } from './gateway-format.ts'

export type GatewayOptions = {
  /** 0 lets the system choose. */
  readonly port: number
  readonly invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>
  /** Told of a request that no route takes; no function sees it. */
  readonly onUnrouted?: (path: string) => void
}

export type Gateway = {
  readonly url: string
  readonly close: () => Promise<void>
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxBodyBytes = 10 * 1_024 * 1_024

/** Longer than a sender keeps an idle connection, so that none writes into one that just closed. */
const keepAliveTimeout = 65_000

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    // Read on to the end, so that the sender hears the answer instead of a reset.
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks)
}

const message = (status: number, text: string): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message: text })),
})

const send = (response: ServerResponse, { status, headers, body }: GatewayResponse): void => {
  response.writeHead(status, {
    'apigw-requestid': randomBytes(11).toString('base64url'),
    ...headers,
    ...(status !== 204 && { 'content-length': body.length }),
  })
  response.end(body)
}

/**
 * An HTTP API of API Gateway on loopback with the bridge's two routes. A function that fails or
 * runs out of time is 500, as on AWS.
 */
export const startGateway = async ({
  port,
  invoke,
  onUnrouted = () => {},
}: GatewayOptions): Promise<Gateway> => {
  const respond = async (request: IncomingMessage): Promise<GatewayResponse> => {
    const body = await readBody(request)
    const route = routeOf(request)
    if (route === undefined) {
      // Without its query, which may hold a secret.
      onUnrouted((request.url ?? '').split('?', 1)[0] ?? '')
      return message(404, 'Not Found')
    }
    if (body === undefined) return message(413, 'Request Entity Too Large')
    try {
      return toGatewayResponse(await invoke(toEvent(request, body, route)))
    } catch {
      // The function's own lines tell why; AWS tells the caller no more than this either.
      return message(500, 'Internal Server Error')
    }
  }

  const server = createServer({ keepAliveTimeout }, (request, response) => {
    respond(request)
      .then((answer) => send(response, answer))
      // The sender hung up before the end of its body, or the answer is none that HTTP can carry.
      .catch(() =>
        response.headersSent
          ? response.destroy()
          : send(response, message(500, 'Internal Server Error')),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
