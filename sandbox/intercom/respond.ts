import type { Fault } from './fault-request.ts'
import { faultRefusal } from './faults.ts'
import { createRequestId, isRefusal, toErrorList } from './refusal.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import { toLoggedRequest } from './request-log.ts'
import { defaultVersion } from './version.ts'
import type { Workspace } from './workspace.ts'

type Headers = Readonly<Record<string, string>>
type SentResponse = Extract<ApiResponse, { kind: 'answer' }>

const json = (status: number, body: object, headers: Headers): SentResponse => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
})

/** A gateway before Intercom answers with a page. */
const htmlPage = (status: number, headers: Headers): SentResponse => ({
  kind: 'answer',
  status,
  headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body>${status}</body></html>\n`,
})

/** Every answer carries its request id; only those to a good token tell of the rate window. */
const toResponse = (result: object, headers: Headers): SentResponse => {
  const request_id = createRequestId()
  const named = { ...headers, 'x-request-id': request_id }
  return isRefusal(result)
    ? json(result.status, toErrorList(result, request_id), { ...named, ...result.headers })
    : json(200, result, named)
}

/**
 * Answers calls of the API: token, rate window, faults, then Intercom itself. Each is recorded when
 * it ends. A late one waits through `sleep`; where that rejects, so does the call.
 */
export const createRespond = (workspace: Workspace, sleep: (ms: number) => Promise<void>) => {
  const { access, rateWindow, faults } = workspace

  const faultAnswer = (status: number, fault: Fault, headers: Headers): SentResponse => {
    const left = status === 429 ? { ...headers, ...rateWindow.exhausted() } : headers
    const refusal = faultRefusal(status, fault, rateWindow.limit())
    const response = toResponse(refusal, status === 401 ? {} : left)
    if (fault.body === undefined) return response
    return fault.body === 'html'
      ? htmlPage(status, response.headers)
      : { ...response, body: JSON.stringify(fault.body) }
  }

  return async (request: ApiRequest): Promise<ApiResponse> => {
    const atMs = workspace.now()
    const ended = (reply: ApiResponse): ApiResponse => {
      const status = reply.kind === 'answer' ? reply.status : 0
      workspace.record(toLoggedRequest(request, atMs, status))
      return reply
    }

    const denied = access.refusal(request.headers.authorization)
    if (denied) return ended(toResponse(denied, {}))
    const version = request.headers['intercom-version'] ?? defaultVersion
    const quota = rateWindow.take()
    const headers = { ...quota.headers, 'intercom-version': String(version) }
    if (quota.refusal) return ended(toResponse(quota.refusal, headers))

    const { latencyMs, fault } = faults.meet(request.method, request.path)
    if (latencyMs > 0) await sleep(latencyMs)
    if (fault?.hang) return ended({ kind: 'hang' })
    if (fault?.reset) return ended({ kind: 'reset' })
    if (fault?.status !== undefined) return ended(faultAnswer(fault.status, fault, headers))
    const result = workspace.answer(request)
    return ended(fault?.lost ? { kind: 'reset' } : toResponse(result, headers))
  }
}
