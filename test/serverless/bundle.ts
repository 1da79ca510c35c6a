import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type FunctionName, type Packaged, run, writeFiles } from './package-service.ts'

/** A POST to the source `backend`, as the event of an HTTP API. */
export const post = {
  rawPath: '/webhooks/backend',
  rawQueryString: '',
  headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
  requestContext: { domainName: 'localhost', http: { method: 'POST' } },
  body: '{}',
}

/** The functions in the zips of a stack, unpacked into a temporary folder that `remove` deletes. */
export const unpackBundles = ({ zips }: Packaged) => {
  let folder: string | undefined
  const unpack = (): string => {
    const created = mkdtempSync(join(tmpdir(), 'signup-bridge-bundles-'))
    for (const { files } of Object.values(zips)) writeFiles(created, files)
    return created
  }
  return {
    /**
     * Runs a script with the bundle's `handler` in a process of its own, and returns the lines it
     * prints, parsed as JSON.
     */
    run: async (name: FunctionName, script: string, env: NodeJS.ProcessEnv) => {
      folder ??= unpack()
      const url = pathToFileURL(join(folder, '.build', name, 'index.mjs')).href
      const whole = `const { handler } = await import('${url}'); ${script}`
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', whole], { env })
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    },
    remove: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
