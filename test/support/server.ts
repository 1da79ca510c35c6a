import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** Starts a server with the given responses, for what the sandbox does not do. */
export const startServer = async (
  respond: (request: IncomingMessage, response: ServerResponse) => void,
) => {
  const requests: IncomingMessage[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    requests.push(request)
    bodies.push(await text(request))
    respond(request, response)
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    bodies,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
