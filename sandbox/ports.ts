import { createServer } from 'node:net'

/** A problem that the person at the terminal can mend; shown as one line, without a stack. */
export class SandboxError extends Error {}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    probe.listen({ host: '127.0.0.1', port }, () => probe.close(() => resolve(true)))
  })

export type Port = { readonly port: number; readonly moved: boolean }

/**
 * A port to listen on: the variable's where it is set, else the first free one from `usual` on; 0
 * lets the system choose.
 *
 * @throws SandboxError when the variable is no port, or its port is taken
 */
export const choosePort = async (
  variable: string,
  wanted: string | undefined,
  usual: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<Port> => {
  if (wanted !== undefined && wanted !== '') {
    const port = Number(wanted)
    if (!/^\d{1,5}$/.test(wanted) || port > 65_535) {
      throw new SandboxError(`${variable}=${wanted} is no port: use a number from 0 to 65535`)
    }
    if (port !== 0 && taken.has(port))
      throw new SandboxError(`${variable}=${wanted} is another variable's port too`)
    if (port === 0 || (await isFree(port))) return { port, moved: false }
    throw new SandboxError(
      `${variable}=${wanted} is in use: end what listens there, or set ${variable} to another port`,
    )
  }
  for (let port = usual; port <= 65_535; port += 1) {
    if (!taken.has(port) && (await isFree(port))) return { port, moved: port !== usual }
  }
  throw new SandboxError(`no port from ${usual} on is free: set ${variable}`)
}
