import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { LoopbackRequest } from '../loopback.ts'
import { createAnswerCall } from './answer-call.ts'
import type { Reply } from './call.ts'
import type { Workspace } from './workspace.ts'

const send = (response: ServerResponse, reply: Reply): void => {
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
export const createServeCall = (workspace: Workspace, closed: AbortSignal) => {
  const answerCall = createAnswerCall(workspace, async (ms) => {
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
