import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { LoopbackRequest } from '../loopback.ts'
import type { ApiResponse } from './request.ts'
import { createRespond } from './respond.ts'
import type { Workspace } from './workspace.ts'

const send = (response: ServerResponse, reply: ApiResponse): void => {
  if (reply.kind === 'hang') return
  if (reply.kind === 'reset') {
    response.destroy()
    return
  }
  const { status, headers, body } = reply
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Calls of the API over HTTP; once `closed`, those that wait end without an answer. */
export const createServe = (workspace: Workspace, closed: AbortSignal) => {
  const answerCall = createRespond(workspace, async (ms) => {
    await wait(ms, undefined, { signal: closed })
  })
  return async (request: LoopbackRequest, response: ServerResponse): Promise<void> => {
    const reply = await answerCall(request).catch((error: unknown) => {
      if (closed.aborted) return undefined
      throw error
    })
    if (reply) send(response, reply)
  }
}
