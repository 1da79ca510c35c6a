import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './bundles.ts'

const peerFolder = join(root, 'bench/peer')
const packages = join(peerFolder, 'node_modules')
const runtimeClient = join(packages, 'aws-lambda-ric')

/**
 * Installs the packages of the usual stack and AWS's runtime client, if they are not there yet: some
 * minutes, as the client builds native code.
 *
 * @throws Error in one line if they cannot be installed
 */
export const installPeer = async (): Promise<void> => {
  if (existsSync(join(packages, '.package-lock.json'))) return
  console.log('installing bench/peer, which takes some minutes …')
  // The client's engines must match this Node, not another one on the PATH.
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  await promisify(execFile)('npm', ['ci', '--no-audit'], {
    cwd: peerFolder,
    env: { ...process.env, PATH },
  }).catch((cause: Error) => {
    throw new Error('bench/peer could not be installed: run npm ci there to see why.', { cause })
  })
}

export type RuntimeClient = { readonly title: string; readonly args: readonly string[] }

const loop = 'a small loop, as aws-lambda-ric needs autoconf, automake, libtool, cmake and g++'

/** AWS's runtime client where it was built, else a small loop. */
export const findRuntimeClient = (): RuntimeClient =>
  existsSync(join(runtimeClient, 'rapid-client.node'))
    ? { title: 'aws-lambda-ric 4.0.2', args: [join(runtimeClient, 'index.mjs')] }
    : { title: loop, args: [join(import.meta.dirname, 'runtime-loop.mjs')] }
