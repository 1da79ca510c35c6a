import { execFile, fork } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildCheckout, buildEmpty, buildPeer, root, zipBytesOf } from './bundles.ts'
import { batchEvent, bridgeMessage, peerMessage, signingSecret, webhookEvent } from './events.ts'
import { heapFlags, type Variant } from './start.ts'

/** Starts SQS, Secrets Manager and Intercom in another process. */
export const startFakes = async () => {
  const fakes = fork(join(import.meta.dirname, 'fakes.ts'), [signingSecret], { execArgv: [] })
  const port = await new Promise<number>((resolve, reject) => {
    fakes.once('message', (message) => resolve(Number(message)))
    fakes.once('error', reject)
    fakes.once('exit', () => reject(new Error('the fake services ended')))
  })
  return { url: `http://127.0.0.1:${port}`, close: () => fakes.kill() }
}

/** Without the wait for Intercom's search: each batch then ends with its contacts created. */
const environment = (url: string) => ({
  SIGNUP_BRIDGE_STAGE: 'bench',
  SIGNING_SECRET_ID: 'signing',
  SIGNING_SECRET: signingSecret,
  INTERCOM_SECRET_ID: 'intercom',
  INTERCOM_BASE_URL: url,
  CONFIRM: 'false',
  QUEUE_URL: `${url}/123456789012/signups.fifo`,
  DEAD_LETTER_QUEUE_URL: `${url}/123456789012/dead-letters.fifo`,
  AWS_ENDPOINT_URL_SQS: url,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
})

const accepted = '\\"status\\":\\"accepted\\"'
const event = async (index: number) => JSON.stringify(webhookEvent(index))

/** The empty handler, as a webhook. */
export const empty = (folder: string): Variant => ({
  ...{ name: 'empty', kind: 'webhook', role: 'empty' },
  ...{ folder, env: {}, event, expected: accepted, zipBytes: zipBytesOf(folder) },
})

/** Both functions of a folder of bundles; their events are what a sender and the queue send. */
export const functionsOf = (
  title: string,
  role: 'this' | 'against' | 'usual',
  folder: string,
  url: string,
): Variant[] => {
  const env = environment(url)
  const toMessage = role === 'usual' ? peerMessage : bridgeMessage
  const batch = async (index: number) => JSON.stringify(await batchEvent(index, toMessage))
  const webhook = { kind: 'webhook', event, expected: accepted } as const
  const worker = { kind: 'worker', event: batch, expected: '"batchItemFailures":[]' } as const
  return [webhook, worker].map((one) => {
    const bundle = join(folder, one.kind)
    const zipBytes = zipBytesOf(bundle)
    return { ...one, name: `${one.kind}, ${title}`, role, folder: bundle, env, zipBytes }
  })
}

/**
 * Fills Node's compile cache for a function, by an import outside Lambda, and returns the function
 * that uses it.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
const withCompileCache = async (
  variant: Variant,
  directory: string,
  memoryMb: number,
): Promise<Variant> => {
  const env = { ...variant.env, NODE_COMPILE_CACHE: directory }
  const script = `await import(${JSON.stringify(join(variant.folder, 'index.mjs'))})`
  // V8 takes the cache only with the flags that it was made with.
  const args = [...heapFlags(memoryMb), '--input-type=module', '-e', script]
  await promisify(execFile)(process.execPath, args, { env })
  return { ...variant, name: `${variant.name}, cache`, role: 'cached', env }
}

/**
 * Builds what is measured: an empty handler, and both functions of this checkout, of another one,
 * and of the usual stack.
 *
 * @param folder gets the bundles
 * @param url of the fake services
 * @param cachedMb if set, this checkout's functions are also there with the compile cache of a
 *   function of this size
 * @throws Error in one line if something cannot be built
 */
export const buildVariants = async (
  folder: string,
  url: string,
  { against, cachedMb }: { against?: string | undefined; cachedMb?: number | undefined } = {},
): Promise<Variant[]> => {
  const [ours, theirs, usual] = ['this', 'against', 'usual'].map((name) => join(folder, name))
  if (!ours || !theirs || !usual) return []
  await buildCheckout(root, ours)
  if (against !== undefined) await buildCheckout(against, theirs)
  await buildPeer(usual)
  const own = functionsOf('this checkout', 'this', ours, url)
  const cache = join(folder, 'compile-cache')
  const cached = cachedMb ? own.map((variant) => withCompileCache(variant, cache, cachedMb)) : []
  return [
    empty(await buildEmpty(folder)),
    ...own,
    ...(await Promise.all(cached)),
    ...(against === undefined ? [] : functionsOf('the other', 'against', theirs, url)),
    ...functionsOf('usual stack', 'usual', usual, url),
  ]
}
