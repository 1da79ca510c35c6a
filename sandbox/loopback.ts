import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refusedRequest } from './guard.ts'

export type Loopback = {
  readonly url: string
  /** Closes every connection immediately, also those without a response yet. */
  readonly close: () => Promise<void>
}

export type LoopbackRequest = {
  readonly method: string
  /** As sent: still encoded, not normalised. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Longer than clients keep idle connections, so that none writes to a connection being closed. */
const keepAliveMs = 65_000

const readBody = async (message: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Splits a request's target into path and query. */
export const readTarget = (target: string): Pick<LoopbackRequest, 'path' | 'query'> => {
  const [path = '/', ...query] = target.split('?')
  return { path, query: new URLSearchParams(query.join('?')) }
}

const toRequest = async (message: IncomingMessage): Promise<LoopbackRequest> => ({
  method: message.method ?? 'GET',
  ...readTarget(message.url ?? '/'),
  headers: message.headers,
  body: await readBody(message),
})

/**
 * Responds with 500 and the stack of an error in the sandbox itself, so that the client shows it.
 */
const sendError = (error: unknown, response: ServerResponse): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
  response.end(text)
}

/** Responds with 403 to a request that the guard refuses; its body is not read. */
const sendRefusal = (refusal: string, message: IncomingMessage, response: ServerResponse): void => {
  message.resume()
  response.writeHead(403, { 'content-type': 'text/plain' })
  response.end(`${refusal}\n`)
}

/**
 * Serves HTTP on 127.0.0.1, to this machine's programs alone. With port 0 the system chooses a free
 * one.
 *
 * @throws the system's error (`EADDRINUSE`) if the port is in use
 */
export const startLoopback = async (
  port: number,
  serve: (request: LoopbackRequest, response: ServerResponse) => Promise<void>,
): Promise<Loopback> => {
  const server = createServer((message, response) => {
    const refusal = refusedRequest(message.headers)
    if (refusal !== undefined) return sendRefusal(refusal, message, response)
    toRequest(message).then(
      (request) => serve(request, response).catch((error: unknown) => sendError(error, response)),
      // The client disconnected while sending its body.
      () => response.destroy(),
    )
  })
  server.keepAliveTimeout = keepAliveMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  // A server that listens on a TCP port has no other kind of address.
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Responds with JSON. */
export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = JSON.stringify(body, null, 2)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
