import type { ServerResponse } from 'node:http'
import { type LoopbackRequest, sendJson } from '../loopback.ts'
import { readFaults } from './fault-request.ts'
import type { Workspace } from './workspace.ts'

type ControlResult = { readonly status: number; readonly body: object }

const ok = (body: object): ControlResult => ({ status: 200, body })
const error = (status: number, code: string, message: string): ControlResult => ({
  status,
  body: { error: { code, message } },
})

const addFaults = (workspace: Workspace, body: string): ControlResult => {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return error(400, 'invalid_fault', 'the body must be JSON: one fault or a list of them')
  }
  const faults = readFaults(json)
  if (typeof faults === 'string') return error(400, 'invalid_fault', faults)
  faults.forEach(workspace.addFault)
  return ok(workspace.conditions())
}

type ControlRoute = (workspace: Workspace, body: string) => ControlResult

const routes: Readonly<Record<string, ControlRoute>> = {
  'GET /_sandbox/contacts': (workspace) => {
    const contacts = workspace.contacts()
    return ok({ contacts, total_count: contacts.length })
  },
  'GET /_sandbox/calls': (workspace) => {
    const calls = workspace.calls()
    const counts = Object.values(workspace.callCounts())
    return ok({ calls, total_count: counts.reduce((sum, count) => sum + count, 0) })
  },
  'GET /_sandbox/faults': (workspace) => ok(workspace.conditions()),
  'POST /_sandbox/faults': addFaults,
  'POST /_sandbox/reset': (workspace) => {
    workspace.reset()
    return ok(workspace.conditions())
  },
}

/** Returns whether a path is one of the sandbox's own, which need no token. */
export const isControl = (path: string): boolean => path.startsWith('/_sandbox/')

/** Handles a request to inspect or control the sandbox. */
export const serveControl = (
  workspace: Workspace,
  { method, path, body }: LoopbackRequest,
  response: ServerResponse,
): void => {
  const route = Object.entries(routes).find(([name]) => name === `${method} ${path}`)?.[1]
  const result = route
    ? route(workspace, body)
    : error(404, 'not_found', `unknown path: use ${Object.keys(routes).join(', ')}`)
  sendJson(response, result.status, result.body)
}
