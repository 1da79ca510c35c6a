import type { HttpRequest, HttpResponse, SendHttp } from '../../src/lib/http.ts'
import { readTarget } from '../loopback.ts'
import type { ApiRequest } from './request.ts'
import { createRespond } from './respond.ts'
import type { Workspace } from './workspace.ts'

const toApiRequest = ({ method, path, headers, body = '' }: HttpRequest): ApiRequest => ({
  method,
  ...readTarget(path),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  body,
})

/**
 * Sends requests to a workspace without a socket, for simulations: all waits use `sleep`, so a
 * virtual clock can drive them. A request takes `latencyMs`, half of it before and half after
 * Intercom handles it. An aborted request rejects immediately with its signal's reason; as over a
 * network, Intercom still handles it.
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
  const respond = createRespond(workspace, sleep)

  const exchange = async (request: HttpRequest): Promise<HttpResponse> => {
    if (halfMs > 0) await sleep(halfMs)
    const response = await respond(toApiRequest(request))
    if (response.kind === 'hang') return new Promise(() => {})
    if (halfMs > 0) await sleep(halfMs)
    if (response.kind === 'reset') {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    }
    const { status, headers, body } = response
    return { status, headers, body }
  }

  return async (request) => {
    const { signal } = request
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      return await Promise.race([aborted.promise, exchange(request)])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}
