import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type RuntimeApiOptions = {
  /** The events, in order; afterwards `next` is not answered, as Lambda freezes an idle process. */
  readonly events: readonly string[]
  /** Called before an event is sent. */
  readonly onNext: (index: number) => void
  /** Called with the whole response to an event. */
  readonly onResponse: (index: number, body: string) => void
  /** Called with what the runtime client says when the handler, or its import, throws. */
  readonly onError: (body: string) => void
}

const headersOf = (index: number) => ({
  'content-type': 'application/json',
  'lambda-runtime-aws-request-id': `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
  'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:bench',
  'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0',
})

/**
 * Serves Lambda's Runtime API to one process.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export const serveRuntimeApi = async ({
  events,
  onNext,
  onResponse,
  onError,
}: RuntimeApiOptions) => {
  let index = 0
  const server = createServer((request, response) => {
    const { url = '' } = request
    if (url.endsWith('/next')) {
      const event = events[index]
      if (event === undefined) return
      onNext(index)
      response.writeHead(200, headersOf(index)).end(event)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      if (url.endsWith('/error')) onError(body)
      else onResponse(index, body)
      index += 1
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
