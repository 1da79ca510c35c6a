import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Loopback = {
  readonly url: string
  /** Ends every socket at once, answered or not. */
  readonly close: () => Promise<void>
}

export type LoopbackRequest = {
  readonly method: string
  /** As sent, still encoded and not normalised. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Longer than a client keeps an idle socket, so that no client writes into one that just closed. */
const keepAliveMs = 65_000

const readBody = async (message: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** The path and the query of a request's target. */
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

/** A fault of the sandbox itself: shown where it is seen first, by who made the call. */
const tellOf = (error: unknown, response: ServerResponse): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
  response.end(text)
}

/**
 * Serves HTTP on 127.0.0.1; port 0 takes any that is free.
 *
 * @throws the system's error (`EADDRINUSE`) where the port is taken
 */
export const startLoopback = async (
  port: number,
  serve: (request: LoopbackRequest, response: ServerResponse) => Promise<void>,
): Promise<Loopback> => {
  const server = createServer((message, response) => {
    toRequest(message).then(
      (request) => serve(request, response).catch((error: unknown) => tellOf(error, response)),
      // The client went away in the middle of its body: there is nobody to answer.
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

/** Answers with JSON. */
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
