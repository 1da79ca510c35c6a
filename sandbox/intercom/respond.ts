import { createRequestId, isApiError, toErrorList } from './api-error.ts'
import type { Fault } from './fault-request.ts'
import { faultError } from './faults.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import { toLoggedRequest } from './request-log.ts'
import { accepted } from './route.ts'
import { defaultVersion } from './version.ts'
import type { Workspace } from './workspace.ts'

type Headers = Readonly<Record<string, string>>
type SentResponse = Extract<ApiResponse, { kind: 'response' }>

const jsonResponse = (status: number, body: object, headers: Headers): SentResponse => ({
  kind: 'response',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
})

/** The error page of a gateway in front of Intercom. */
const htmlPage = (status: number, headers: Headers): SentResponse => ({
  kind: 'response',
  status,
  headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body>${status}</body></html>\n`,
})

/** The response for a result of the API; every response has a request id. */
const toResponse = (result: object, headers: Headers): SentResponse => {
  const request_id = createRequestId()
  const allHeaders = { ...headers, 'x-request-id': request_id }
  if (result === accepted) return { kind: 'response', status: 202, headers: allHeaders, body: '' }
  return isApiError(result)
    ? jsonResponse(result.status, toErrorList(result, request_id), {
        ...allHeaders,
        ...result.headers,
      })
    : jsonResponse(200, result, allHeaders)
}

/**
 * Creates the function that responds to requests to the API: it checks the token, counts the
 * request in the rate window, applies faults, then handles the request. Each request but that of `/`
 * is recorded when it ends. The latency of a fault waits with `sleep`; if that rejects, so does the request.
 */
export const createRespond = (workspace: Workspace, sleep: (ms: number) => Promise<void>) => {
  const { access, rateWindow, faults } = workspace

  const faultResponse = (status: number, fault: Fault, headers: Headers): SentResponse => {
    const rateHeaders = status === 429 ? { ...headers, ...rateWindow.exhausted() } : headers
    const error = faultError(status, fault, rateWindow.limit())
    const response = toResponse(error, status === 401 ? {} : rateHeaders)
    if (fault.body === undefined) return response
    return fault.body === 'html'
      ? htmlPage(status, response.headers)
      : { ...response, body: JSON.stringify(fault.body) }
  }

  return async (request: ApiRequest): Promise<ApiResponse> => {
    const atMs = workspace.now()
    const record = (response: ApiResponse): ApiResponse => {
      const status = response.kind === 'response' ? response.status : 0
      // The worker's init opens its connection with it: no request to the API.
      if (request.path !== '/') workspace.record(toLoggedRequest(request, atMs, status))
      return response
    }

    const denied = access.check(request.headers.authorization)
    if (denied) return record(toResponse(denied, {}))
    const version = request.headers['intercom-version'] ?? defaultVersion
    const quota = rateWindow.take()
    const headers = { ...quota.headers, 'intercom-version': String(version) }
    if (quota.error) return record(toResponse(quota.error, headers))

    const { latencyMs, fault } = faults.apply(request.method, request.path)
    if (latencyMs > 0) await sleep(latencyMs)
    if (fault?.hang) return record({ kind: 'hang' })
    if (fault?.reset) return record({ kind: 'reset' })
    if (fault?.status !== undefined) return record(faultResponse(fault.status, fault, headers))
    const result = workspace.handle(request)
    return record(fault?.lost ? { kind: 'reset' } : toResponse(result, headers))
  }
}
