import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { type GatewayResponse, routeOf, toEvent, toGatewayResponse } from './gateway-format.ts'
import { refusedHost } from './guard.ts'

export type GatewayOptions = {
  /** 0 lets the system choose. */
  readonly port: number
  readonly invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>
  /** The URL of a tunnel, whose host is served besides this machine's. */
  readonly publicBaseUrl?: string | undefined
  /** Called with the path of a request that matches no route; the function is not invoked. */
  readonly onUnrouted?: (path: string) => void
  /** Called with the reason when a request for another host is refused. */
  readonly onRefused?: (reason: string) => void
}

export type Gateway = {
  readonly url: string
  readonly close: () => Promise<void>
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxBodyBytes = 10 * 1_024 * 1_024

/** Longer than senders keep idle connections, so that none writes to a connection being closed. */
const keepAliveTimeout = 65_000

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    // Read to the end, so that the sender gets the response instead of a reset.
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks)
}

const messageResponse = (status: number, text: string): GatewayResponse => ({
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
 * Starts an HTTP API of API Gateway on 127.0.0.1 with the bridge's two routes. If the function
 * fails or times out, the response is 500, as on AWS. A page of any origin may post to a form: the
 * function itself checks that.
 *
 * @throws the system's error (`EADDRINUSE`) if the port is in use
 */
export const startGateway = async ({
  port,
  invoke,
  publicBaseUrl = '',
  onUnrouted = () => {},
  onRefused = () => {},
}: GatewayOptions): Promise<Gateway> => {
  const publicUrl = URL.parse(publicBaseUrl)
  const respond = async (request: IncomingMessage): Promise<GatewayResponse> => {
    const refusal = refusedHost(request.headers, publicUrl)
    if (refusal !== undefined) {
      request.resume()
      onRefused(refusal)
      return messageResponse(403, refusal)
    }
    const body = await readBody(request)
    const route = routeOf(request)
    if (route === undefined) {
      // Without the query, which may contain a secret.
      onUnrouted((request.url ?? '').split('?', 1)[0] ?? '')
      return messageResponse(404, 'Not Found')
    }
    if (body === undefined) return messageResponse(413, 'Request Entity Too Large')
    try {
      return toGatewayResponse(await invoke(toEvent(request, body, route)))
    } catch {
      // The function logs the reason; AWS does not pass it on either.
      return messageResponse(500, 'Internal Server Error')
    }
  }

  const server = createServer({ keepAliveTimeout }, (request, response) => {
    respond(request)
      .then((gatewayResponse) => send(response, gatewayResponse))
      // The sender disconnected while sending its body, or the response is not valid HTTP.
      .catch(() =>
        response.headersSent
          ? response.destroy()
          : send(response, messageResponse(500, 'Internal Server Error')),
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
