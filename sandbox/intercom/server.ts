import { startLoopback } from '../loopback.ts'
import type { SandboxContact } from './contact-view.ts'
import { isControl, serveControl } from './control.ts'
import { type FaultRequest, readFaults } from './fault-request.ts'
import type { LoggedRequest } from './request-log.ts'
import { createServe } from './serve.ts'
import { createWorkspace, type WorkspaceOptions } from './workspace.ts'

export type IntercomOptions = WorkspaceOptions & {
  /** 0 lets the system choose. */
  readonly port: number
}

export type SandboxIntercom = {
  readonly url: string
  /** Every contact that is not archived, deleted or merged, the newest last. */
  readonly contacts: () => SandboxContact[]
  /** The last 10,000 requests since the start or the last reset, in the order they ended. */
  readonly calls: () => readonly LoggedRequest[]
  /** The number of requests since then by status; 0 is the status of those without a response. */
  readonly callCounts: () => Readonly<Record<number, number>>
  /** Does the same as `POST /_sandbox/faults`. @throws Error if a fault is invalid */
  readonly addFault: (...faults: readonly FaultRequest[]) => void
  /** Makes this the only valid token and revokes the earlier ones. */
  readonly setAccessToken: (token: string) => void
  /**
   * Deletes contacts, tags, companies, notes, logged requests, faults and the attributes created
   * through the API, and restores the initial rate window, token, lag and admins.
   */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

/**
 * Starts an Intercom on 127.0.0.1 that keeps contacts in memory and behaves like the real one.
 * `/_sandbox/…` inspects it and makes it fail.
 *
 * @throws the system's error (`EADDRINUSE`) if the port is in use
 */
export const startIntercom = async (options: IntercomOptions): Promise<SandboxIntercom> => {
  const { port, ...rest } = options
  const workspace = createWorkspace(rest)
  const closing = new AbortController()
  const serveApi = createServe(workspace, closing.signal)
  const { url, close } = await startLoopback(port, async (request, response) =>
    isControl(request.path)
      ? serveControl(workspace, request, response)
      : serveApi(request, response),
  )
  return {
    url,
    contacts: workspace.contacts,
    calls: workspace.calls,
    callCounts: workspace.callCounts,
    addFault: (...faults) => {
      const read = readFaults(faults)
      if (typeof read === 'string') throw new Error(read)
      read.forEach(workspace.addFault)
    },
    setAccessToken: workspace.access.accept,
    reset: workspace.reset,
    close: async () => {
      closing.abort()
      await close()
    },
  }
}
