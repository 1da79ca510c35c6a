import type { HttpRequest, HttpResponse, SendHttp } from '../../src/lib/http.ts'
import { readTarget } from '../loopback.ts'
import type { ApiRequest } from './request.ts'
import { createRespond } from './respond.ts'
import type { Workspace } from './workspace.ts'

const toCallRequest = ({ method, path, headers, body = '' }: HttpRequest): ApiRequest => ({
  method,
  ...readTarget(path),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  body,
})

/**
 * The same Intercom without a socket, for simulations: all waiting goes through `sleep`, so that a
 * virtual clock drives it. A call takes `latencyMs`, half of it before Intercom handles the call and
 * half after. One that is given up rejects at once with its signal's reason; Intercom, as over a
 * network, handles it all the same.
 */
export const createInProcessSend = (
  workspace: Workspace,
  options: {
    readonly sleep: (ms: number) => Promise<void>
    readonly latencyMs: number
  },
): SendHttp => {
  const { sleep } = options
  const halfMs = options.latencyMs / 2
  const answerCall = createRespond(workspace, sleep)

  const exchange = async (request: HttpRequest): Promise<HttpResponse> => {
    if (halfMs > 0) await sleep(halfMs)
    const reply = await answerCall(toCallRequest(request))
    if (reply.kind === 'hang') return new Promise(() => {})
    if (halfMs > 0) await sleep(halfMs)
    if (reply.kind === 'reset') {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    }
    const { status, headers, body } = reply
    return { status, headers, body }
  }

  return async (request) => {
    const { signal } = request
    signal.throwIfAborted()
    const givenUp = Promise.withResolvers<never>()
    const onAbort = () => givenUp.reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      return await Promise.race([givenUp.promise, exchange(request)])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}
