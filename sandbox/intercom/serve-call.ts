import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LoopbackRequest, sendJson } from '../loopback.ts'
import { defaultVersion } from './api.ts'
import type { Fault } from './fault-request.ts'
import { faultRefusal } from './faults.ts'
import { createRequestId, isRefusal, toErrorList } from './refusal.ts'
import type { SandboxCall, Workspace } from './workspace.ts'

type Headers = Readonly<Record<string, string>>
type Reply = { readonly status: number; readonly body: object | string; readonly headers: Headers }

const parsed = (body: string): unknown => {
  try {
    return body === '' ? null : JSON.parse(body)
  } catch {
    // Kept as it came: what was sent is what one wants to see.
    return body
  }
}

const toCall = (request: LoopbackRequest, atMs: number, status: number): SandboxCall => {
  const { method, path, query, headers, body } = request
  const version = headers['intercom-version']
  return {
    method,
    path: query.size > 0 ? `${path}?${query}` : path,
    status,
    at: new Date(atMs).toISOString(),
    intercom_version: typeof version === 'string' ? version : null,
    body: parsed(body),
  }
}

/** A gateway before Intercom answers with a page. */
const htmlPage = (status: number): string =>
  `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body>${status}</body></html>\n`

const send = (response: ServerResponse, { status, body, headers }: Reply): void => {
  if (typeof body !== 'string') {
    sendJson(response, status, body, headers)
    return
  }
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(body)
}

/** One call of the API: token, rate window, faults, then Intercom itself. */
export const createServeCall = (workspace: Workspace, closed: AbortSignal) => {
  const { access, rateWindow, faults } = workspace

  /** Every answer carries its request id; only those to a good token tell of the rate window. */
  const toReply = (result: object, headers: Headers): Reply => {
    const request_id = createRequestId()
    const named = { ...headers, 'x-request-id': request_id }
    return isRefusal(result)
      ? { status: result.status, body: toErrorList(result, request_id), headers: named }
      : { status: 200, body: result, headers: named }
  }

  const faultReply = (status: number, fault: Fault, headers: Headers): Reply => {
    const left = status === 429 ? rateWindow.exhausted() : headers
    const refusal = faultRefusal(status, fault, rateWindow.limit())
    const reply = toReply(refusal, status === 401 ? {} : left)
    if (fault.body === undefined) return reply
    return { ...reply, body: fault.body === 'html' ? htmlPage(status) : fault.body }
  }

  return async (request: LoopbackRequest, response: ServerResponse): Promise<void> => {
    const atMs = workspace.now()
    const record = (status: number) => workspace.record(toCall(request, atMs, status))
    const finish = (reply: Reply) => {
      record(reply.status)
      send(response, reply)
    }
    const withoutAnswer = () => {
      record(0)
      response.destroy()
    }

    const denied = access.refusal(request.headers.authorization)
    if (denied) return finish(toReply(denied, {}))
    const version = request.headers['intercom-version'] ?? defaultVersion
    const quota = rateWindow.take()
    const headers = { ...quota.headers, 'intercom-version': String(version) }
    if (quota.refusal) return finish(toReply(quota.refusal, headers))

    const { latencyMs, fault } = faults.meet(request.method, request.path)
    // Woken early only when the sandbox closes, which ends the call anyway.
    if (latencyMs > 0) await sleep(latencyMs, undefined, { signal: closed }).catch(() => {})
    if (closed.aborted) return
    if (fault?.hang) return record(0)
    if (fault?.reset) return withoutAnswer()
    if (fault?.status !== undefined) return finish(faultReply(fault.status, fault, headers))
    const result = workspace.answer(request)
    return fault?.lost ? withoutAnswer() : finish(toReply(result, headers))
  }
}
