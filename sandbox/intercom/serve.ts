import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { LoopbackRequest } from '../loopback.ts'
import type { ApiResponse } from './request.ts'
import { createRespond } from './respond.ts'
import type { Workspace } from './workspace.ts'

const send = (serverResponse: ServerResponse, response: ApiResponse): void => {
  if (response.kind === 'hang') return
  if (response.kind === 'reset') {
    serverResponse.destroy()
    return
  }
  const { status, headers, body } = response
  serverResponse.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  serverResponse.end(body)
}

/** Serves the API over HTTP. When `closed` aborts, waiting requests end without a response. */
export const createServe = (workspace: Workspace, closed: AbortSignal) => {
  const respond = createRespond(workspace, async (ms) => {
    await wait(ms, undefined, { signal: closed })
  })
  return async (request: LoopbackRequest, serverResponse: ServerResponse): Promise<void> => {
    const response = await respond(request).catch((error: unknown) => {
      if (closed.aborted) return undefined
      throw error
    })
    if (response) send(serverResponse, response)
  }
}
