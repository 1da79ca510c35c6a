import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildCheckout, buildEmpty, buildPeer, root, zipBytesOf } from './cold/bundles.ts'
import {
  batchEvent,
  bridgeMessage,
  peerMessage,
  signingSecret,
  webhookEvent,
} from './cold/events.ts'
import { formatTable, quantile } from './cold/figures.ts'
import { findRuntimeClient, installPeer } from './cold/packages.ts'
import { type Start, startOnce, startThrottle, type Variant } from './cold/start.ts'

const options = {
  share: { type: 'string', multiple: true },
  against: { type: 'string' },
  starts: { type: 'string', default: '25' },
} as const

const startFakes = async () => {
  const fakes = fork(join(import.meta.dirname, 'cold/fakes.ts'), [signingSecret], { execArgv: [] })
  const port = await new Promise<number>((resolve, reject) => {
    fakes.once('message', (message) => resolve(Number(message)))
    fakes.once('error', reject)
    fakes.once('exit', () => reject(new Error('the fake services ended')))
  })
  return { url: `http://127.0.0.1:${port}`, close: () => fakes.kill() }
}

const environment = (url: string) => ({
  SIGNUP_BRIDGE_STAGE: 'bench',
  LOG_LEVEL: 'info',
  DELIVERY: 'queue',
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

const variantsOf = (title: string, folder: string, url: string, isPeer = false): Variant[] => {
  const env = environment(url)
  const toMessage = isPeer ? peerMessage : bridgeMessage
  return [
    {
      name: `webhook, ${title}`,
      kind: 'webhook',
      folder: join(folder, 'webhook'),
      env,
      event: async (index) => JSON.stringify(webhookEvent(index)),
      expected: '\\"status\\":\\"accepted\\"',
      zipBytes: zipBytesOf(join(folder, 'webhook')),
    },
    {
      name: `worker, ${title}`,
      kind: 'worker',
      folder: join(folder, 'worker'),
      env,
      event: async (index) => JSON.stringify(await batchEvent(index, toMessage)),
      expected: '"batchItemFailures":[]',
      zipBytes: zipBytesOf(join(folder, 'worker')),
    },
  ]
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)

const measure = async (
  variants: readonly Variant[],
  { share, starts, client }: { share: number; starts: number; client: readonly string[] },
): Promise<Map<Variant, Start[]>> => {
  const throttle = startThrottle(share)
  const measured = new Map(variants.map((variant) => [variant, [] as Start[]]))
  const memoryMb = Math.round(share * 1_769)
  try {
    for (let round = 0; round < starts; round += 1) {
      for (const variant of shuffled(variants)) {
        const isWarm = share === 1 && round % 5 === 0
        const events = isWarm ? (variant.kind === 'webhook' ? 40 : 20) : 1
        const run = { client, memoryMb, share, events, timed: isWarm ? 200 : 0 }
        measured.get(variant)?.push(await startOnce(variant, run, throttle))
      }
    }
    return measured
  } finally {
    await throttle.close()
  }
}

const report = (measured: ReadonlyMap<Variant, readonly Start[]>): void => {
  const ms = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(1))
  const empty = [...measured].find(([{ name }]) => name === 'empty')?.[1] ?? []
  const floor = (part: number) =>
    quantile(
      empty.map((start) => start.coldMs),
      part,
    )
  const rows = [...measured].map(([{ name, zipBytes }, starts]) => {
    const of = (key: 'initMs' | 'coldMs' | 'cpuMs', part: number) =>
      quantile(
        starts.map((start) => start[key]),
        part,
      )
    const warm = starts.filter(({ warmMs }) => warmMs.length > 0)
    const warmOf = (part: number) =>
      quantile(
        warm.map(({ warmMs }) => quantile(warmMs, part)),
        0.25,
      )
    return [
      name,
      ms(of('initMs', 0.25)),
      ms(of('coldMs', 0.25)),
      ms(of('coldMs', 0.5)),
      `${ms(of('coldMs', 0))}–${ms(of('coldMs', 1))}`,
      ms(of('coldMs', 0.25) - floor(0.25)),
      ms(of('coldMs', 0.5) - floor(0.5)),
      ms(of('cpuMs', 0.25)),
      ms(
        quantile(
          warm.map(({ peakMb }) => peakMb),
          0.5,
        ),
      ),
      ms(warmOf(0.5)),
      ms(warmOf(0.99)),
      (zipBytes / 1_024).toFixed(1),
    ]
  })
  const headings = ['', 'init', 'cold', 'median', 'min–max', 'Δ', 'Δ median', 'CPU ms']
  console.log(formatTable([[...headings, 'peak MB', 'warm p50', 'p99', 'zip KB'], ...rows]))
}

/** Prints how long the first response of a new process takes. */
export const run = async (args: readonly string[] = []): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options })
  await installPeer()
  const client = findRuntimeClient()
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-bench-'))
  const fakes = await startFakes()
  try {
    await buildEmpty(folder)
    await buildPeer(join(folder, 'peer'))
    await buildCheckout(root, join(folder, 'this'))
    const against = values.against === undefined ? undefined : resolve(values.against)
    if (against) await buildCheckout(against, join(folder, 'against'))
    const variants: Variant[] = [
      {
        name: 'empty',
        kind: 'webhook',
        folder: join(folder, 'empty'),
        env: {},
        event: async (index) => JSON.stringify(webhookEvent(index)),
        expected: '\\"status\\":\\"accepted\\"',
        zipBytes: zipBytesOf(join(folder, 'empty')),
      },
      ...variantsOf('this checkout', join(folder, 'this'), fakes.url),
      ...(against ? variantsOf('against', join(folder, 'against'), fakes.url) : []),
      ...variantsOf('usual stack', join(folder, 'peer'), fakes.url, true),
    ]
    for (const share of (values.share ?? ['1', '0.145']).map(Number)) {
      console.log(
        `cold starts, ${values.starts} each, share ${share} of a CPU after INIT, ${client.title}, Node ${process.version}, ${availableParallelism()} CPUs:`,
      )
      report(await measure(variants, { share, starts: Number(values.starts), client: client.args }))
    }
  } finally {
    fakes.close()
    await rm(folder, { recursive: true })
  }
}
