import { createServer } from 'node:net'

/** A problem that the user can fix; printed as one line, without a stack. */
export class SandboxError extends Error {}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    probe.listen({ host: '127.0.0.1', port }, () => probe.close(() => resolve(true)))
  })

export type Port = {
  readonly port: number
  /** Whether the default port was in use. */
  readonly moved: boolean
}

/**
 * Chooses a port to listen on: the variable's if it is set, else the first free one from `usual`
 * on. 0 lets the system choose. Ports in `taken` are never chosen.
 *
 * @throws SandboxError if the variable is not a port, or its port is in use
 */
export const choosePort = async (
  variable: string,
  value: string | undefined,
  usual: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<Port> => {
  if (value !== undefined && value !== '') {
    const port = Number(value)
    if (!/^\d{1,5}$/.test(value) || port > 65_535) {
      throw new SandboxError(`${variable}=${value} is not a port: use a number from 0 to 65535`)
    }
    if (port !== 0 && taken.has(port))
      throw new SandboxError(`${variable}=${value} is also the port of another variable`)
    if (port === 0 || (await isFree(port))) return { port, moved: false }
    throw new SandboxError(
      `${variable}=${value} is in use: stop the program that uses it, or set ${variable} to another port`,
    )
  }
  for (let port = usual; port <= 65_535; port += 1) {
    if (!taken.has(port) && (await isFree(port))) return { port, moved: port !== usual }
  }
  throw new SandboxError(`no port from ${usual} on is free: set ${variable}`)
}
