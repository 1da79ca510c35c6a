import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { configFile } from '../src/cli/load-config.ts'
import { BridgeError } from '../src/lib/errors.ts'
import { askForLive, type Live } from './live.ts'
import { readLocal } from './local-variables.ts'
import { choosePort, type Port, SandboxError } from './ports.ts'
import type { Sandbox } from './sandbox.ts'
import type { SandboxOptions } from './sandbox-options.ts'
import { exampleCommand, type Sender, unusedSecrets } from './senders.ts'
import { createStory } from './story.ts'

const usualPorts = { PORT: 4100, INTERCOM_PORT: 4101, SQS_PORT: 4102, SECRETS_PORT: 4103 } as const
type Variable = keyof typeof usualPorts

const choosePorts = async (): Promise<Record<Variable, Port>> => {
  const taken = new Set<number>()
  const chosen: Partial<Record<Variable, Port>> = {}
  const choose = async (variable: Variable): Promise<Port> => {
    const port = await choosePort(variable, process.env[variable], usualPorts[variable], taken)
    taken.add(port.port)
    chosen[variable] = port
    return port
  }
  return {
    PORT: await choose('PORT'),
    INTERCOM_PORT: await choose('INTERCOM_PORT'),
    SQS_PORT: await choose('SQS_PORT'),
    SECRETS_PORT: await choose('SECRETS_PORT'),
  }
}

/** How the `bridge` command finds the queues of this sandbox. */
const bridgeCommand = (sqsPort: string): string =>
  `${Number(sqsPort) === usualPorts.SQS_PORT ? '' : `SQS_PORT=${sqsPort} `}npm run bridge -- dlq list --sandbox`

const print = (text = '') => process.stdout.write(`${text}\n`)
const printWithTime = (text: string) => print(`${new Date().toISOString().slice(11, 19)}  ${text}`)

const ask = (question: string): Promise<string> =>
  new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    // Without anyone to ask, the reply is not yes.
    terminal.on('close', () => resolve(''))
    terminal.question(question, (reply) => {
      resolve(reply)
      terminal.close()
    })
  })

/** Turns an error into one whose message alone is shown: the person at the terminal can fix it. */
const asSandboxError = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    throw new SandboxError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

const readArguments = (given: readonly string[]): { live: boolean } => {
  const unknown = given.find((word) => word !== '--live')
  if (unknown === undefined) return { live: given.length > 0 }
  throw new SandboxError(
    `${unknown} is not an option: use \`npm start\` or \`npm start -- --live\``,
  )
}

/** How signups are delivered, as for a deploy: through the queue, or before the response. */
const readDelivery = (env: NodeJS.ProcessEnv): 'queue' | 'direct' => {
  const delivery = env.DELIVERY || 'queue'
  if (delivery === 'queue' || delivery === 'direct') return delivery
  throw new SandboxError(`DELIVERY=${delivery} is neither queue nor direct`)
}

const printSource = (url: string, { address, secret }: Sender, width: number) => {
  const proof = secret === undefined ? 'public' : `secret ${secret}`
  print(`  ${url}${address.padEnd(width)}  ${address.includes('?') ? 'with its secret' : proof}`)
}

/** Prints all addresses, and a command to paste. */
const printOverview = (sandbox: Sandbox, live: Live | undefined, delivery: string): void => {
  const width = Math.max(...sandbox.senders.map(({ address }) => address.length))
  print()
  for (const sender of sandbox.senders) printSource(sandbox.url, sender, width)
  print()
  if (live) print(`  contacts      in the real Intercom at ${live.baseUrl}`)
  else {
    print(`  intercom      ${sandbox.intercom.url}  token ${sandbox.token}`)
    print(`  contacts      ${sandbox.intercom.url}/_sandbox/contacts`)
    print(`  calls         ${sandbox.intercom.url}/_sandbox/calls`)
    print(`  faults        POST ${sandbox.intercom.url}/_sandbox/faults`)
  }
  if (delivery === 'direct') print('  delivery      direct: to Intercom before the response')
  print(`  queue         ${sandbox.sqs.queueUrl}`)
  print(`  dead letters  ${sandbox.sqs.deadLetterQueueUrl}`)
  print(`                ${bridgeCommand(new URL(sandbox.sqs.url).port)} shows them`)
  if (sandbox.inbox) print(`  inbox         ${sandbox.inbox.queueUrl}`)
  print(
    `  secrets       ${sandbox.secrets.url}  ${sandbox.names.signing}, ${sandbox.names.intercom}`,
  )
  const line = exampleCommand(sandbox.bridge, sandbox.senders, sandbox.url)
  if (line !== undefined) print(`\nPaste this in another terminal:\n\n  ${line}`)
}

const parentCheckMs = 250

/**
 * Calls `stop` at a signal, or when npm is gone: a supervisor's SIGTERM reaches npm and its shell, and
 * that shell ends without passing it on.
 */
const onEnd = (stop: () => void): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  if (process.env.npm_lifecycle_event === undefined) return
  const { ppid } = process
  setInterval(() => {
    if (process.ppid !== ppid) stop()
  }, parentCheckMs).unref()
}

const main = async (): Promise<void> => {
  const startedMs = performance.now()
  let stop = (): void => process.exit(0)
  onEnd(() => stop())
  const { live: wantsLive } = readArguments(process.argv.slice(2))
  const delivery = readDelivery(process.env)
  const { INTERCOM_VERSION } = process.env
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
  const local = readLocal(`${root}/.env.local`)
  const config = await asSandboxError(() => configFile(process.env))
  const live = wantsLive ? await askForLive(local, ask) : undefined
  // Wrong ports are reported before anything is built; they are chosen again just before they are used.
  let ports = await choosePorts()
  const story = createStory(Date.now, printWithTime)
  let known: readonly string[] = []

  const options: SandboxOptions = {
    root,
    configFile: config,
    local,
    environment: {
      DELIVERY: delivery,
      ...(INTERCOM_VERSION && !wantsLive && { INTERCOM_VERSION }),
    },
    ...(live && { live }),
    ports: async () => {
      ports = await choosePorts()
      return {
        gateway: ports.PORT.port,
        intercom: ports.INTERCOM_PORT.port,
        sqs: ports.SQS_PORT.port,
        secrets: ports.SECRETS_PORT.port,
      }
    },
    watch: true,
    onLine: story.onLine,
    onResponse: (response) => {
      const sources = Object.values(sandbox.bridge.sources)
      story.onResponse(
        response,
        sources.map(({ form }) => form?.redirect.failure),
      )
    },
    onUnrouted: (path) =>
      printWithTime(`${path} is not an address: use /webhooks/{source} or /forms/{source}`),
    onRefused: (reason) => printWithTime(`refused: ${reason}`),
    onCall: ({ method, path, status }) => {
      if (status === 0 || status >= 400) {
        const outcome = status === 0 ? 'had no response' : `responded ${status}`
        printWithTime(`intercom   ${method} ${path} ${outcome}`)
      }
    },
    onReload: (problem) => {
      printWithTime(problem === undefined ? 'reloaded' : `not reloaded: ${problem}`)
      for (const sender of sandbox.senders) {
        if (!known.includes(sender.path)) printSource(sandbox.url, sender, sender.address.length)
      }
      known = sandbox.senders.map(({ path }) => path)
    },
  }
  // It loads the AWS SDK and SQS: what is wrong so far is reported before that.
  const { startSandbox } = await import('./sandbox.ts')
  const sandbox: Sandbox = await startSandbox(options).catch((cause: Error) => {
    const inUse = 'code' in cause && cause.code === 'EADDRINUSE'
    const text = inUse
      ? 'a port was taken while the sandbox started: start it again'
      : cause.message
    throw new SandboxError(text, { cause })
  })
  known = sandbox.senders.map(({ path }) => path)
  let closing = false
  stop = () => {
    if (closing) return
    closing = true
    void sandbox.close().then(() => process.exit(0))
  }

  for (const [variable, { port, moved }] of Object.entries(ports)) {
    if (moved)
      print(`${usualPorts[variable as Variable]} is in use: ${variable} is ${port} this time`)
  }
  for (const name of unusedSecrets(sandbox.senders, local)) {
    print(`.env.local: ${name} belongs to no source`)
  }
  printOverview(sandbox, live, delivery)
  print(`\nready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s; Ctrl-C ends it\n`)
}

main().catch((error: Error) => {
  console.error(
    error instanceof SandboxError || error instanceof BridgeError ? error.message : error,
  )
  process.exit(1)
})
