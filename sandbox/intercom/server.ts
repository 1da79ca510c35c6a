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
  /** All that are neither archived, deleted nor merged, the newest last. */
  readonly contacts: () => SandboxContact[]
  /** The last 10,000 calls since the start or the last reset, in the order they ended. */
  readonly calls: () => readonly LoggedRequest[]
  /** How many calls there were of each status since then, 0 standing for those without an answer. */
  readonly callCounts: () => Readonly<Record<number, number>>
  /** What `POST /_sandbox/faults` does. */
  readonly addFault: (...faults: readonly FaultRequest[]) => void
  /** From now on the only good token; those before it are revoked. */
  readonly setAccessToken: (token: string) => void
  /**
   * Forgets contacts and all that they were tied to, calls, faults, attributes created by a call, and
   * the rate window, and takes the first token, lag and admins again.
   */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

/**
 * Starts an Intercom on 127.0.0.1 that keeps contacts in memory and behaves as the real one does,
 * with `/_sandbox/…` beside it to look inside and to make it fail.
 *
 * @throws the system's error (`EADDRINUSE`) where the port is taken
 */
export const startIntercom = async (options: IntercomOptions): Promise<SandboxIntercom> => {
  const { port, ...rest } = options
  const workspace = createWorkspace(rest)
  const closing = new AbortController()
  const serveCall = createServe(workspace, closing.signal)
  const { url, close } = await startLoopback(port, async (request, response) =>
    isControl(request.path)
      ? serveControl(workspace, request, response)
      : serveCall(request, response),
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
