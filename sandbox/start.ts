import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { configFile } from '../src/cli/load-config.ts'
import { BridgeError } from '../src/lib/errors.ts'
import { askForLive } from './live.ts'
import { choosePort, type Port, SandboxError } from './ports.ts'
import { readLocal, type Sandbox, sandboxToken, startSandbox } from './sandbox.ts'
import type { SandboxOptions } from './sandbox-options.ts'
import { type Sender, straySecrets, tryLine } from './senders.ts'
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

const say = (text = '') => process.stdout.write(`${text}\n`)
const tell = (text: string) => say(`${new Date().toISOString().slice(11, 19)}  ${text}`)

const ask = (question: string): Promise<string> =>
  new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    // Nobody there to answer is no yes.
    terminal.on('close', () => resolve(''))
    terminal.question(question, (reply) => {
      resolve(reply)
      terminal.close()
    })
  })

/** What goes wrong before anything runs is for the person at the terminal to mend. */
const mended = async <T>(work: () => T | Promise<T>): Promise<T> => {
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
    `${unknown} is not known: there is \`npm start\` and \`npm start -- --live\``,
  )
}

const tellOfSource = (url: string, { address, secret }: Sender, width: number) => {
  const proof = secret === undefined ? 'public' : `secret ${secret}`
  say(`  ${url}${address.padEnd(width)}  ${address.includes('?') ? 'with its secret' : proof}`)
}

const main = async (): Promise<void> => {
  const startedMs = performance.now()
  const { live: wantsLive } = readArguments(process.argv.slice(2))
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
  const local = readLocal(`${root}/.env.local`)
  const config = await mended(() => configFile(process.env))
  const live = wantsLive ? await askForLive(local, ask) : undefined
  // What is wrong with them is told at once; they are chosen again just before they are used.
  let ports = await choosePorts()
  const storyOf = createStory(Date.now)
  const nameOf = (path: string) => (path.split('/').at(-1) ?? '').padEnd(10)
  let known: readonly string[] = []

  const options: SandboxOptions = {
    root,
    configFile: config,
    local,
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
    onLine: (line) => {
      const story = storyOf(line)
      if (story !== undefined) tell(story)
    },
    onAnswer: ({ path, status, body, location }) => {
      const failurePages = Object.values(sandbox.bridge.sources).map(
        ({ form }) => form?.redirect.failure,
      )
      if (status >= 400) tell(`${nameOf(path)} refused with ${status}: ${body}`)
      if (status === 303 && failurePages.includes(location)) {
        tell(`${nameOf(path)} refused: led to ${location}; ask with "accept: application/json" why`)
      }
    },
    onUnrouted: (path) => tell(`${path} is no address: /webhooks/{source} and /forms/{source} are`),
    onCall: ({ method, path, status }) => {
      if (status === 0 || status >= 400) {
        tell(
          `intercom   ${method} ${path} ${status === 0 ? 'gave no answer' : `answered ${status}`}`,
        )
      }
    },
    onReload: (problem) => {
      tell(problem === undefined ? 'reloaded' : `not reloaded: ${problem}`)
      for (const sender of sandbox.senders) {
        if (!known.includes(sender.path)) tellOfSource(sandbox.url, sender, sender.address.length)
      }
      known = sandbox.senders.map(({ path }) => path)
    },
  }
  const sandbox: Sandbox = await startSandbox(options).catch((cause: Error) => {
    const inUse = 'code' in cause && cause.code === 'EADDRINUSE'
    const text = inUse
      ? 'a port was taken while the sandbox started: start it again'
      : cause.message
    throw new SandboxError(text, { cause })
  })
  known = sandbox.senders.map(({ path }) => path)

  let closing = false
  const stop = () => {
    if (closing) return
    closing = true
    void sandbox.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)

  for (const [variable, { port, moved }] of Object.entries(ports)) {
    if (moved)
      say(`${usualPorts[variable as Variable]} is in use: ${variable} is ${port} this time`)
  }
  for (const name of straySecrets(sandbox.senders, local)) {
    say(`.env.local: ${name} belongs to no source`)
  }
  const width = Math.max(...sandbox.senders.map(({ address }) => address.length))
  say()
  for (const sender of sandbox.senders) tellOfSource(sandbox.url, sender, width)
  say()
  if (live) say(`  contacts      in the real Intercom at ${live.baseUrl}`)
  else {
    say(`  intercom      ${sandbox.intercom.url}  token ${sandboxToken}`)
    say(`  contacts      ${sandbox.intercom.url}/_sandbox/contacts`)
    say(`  calls         ${sandbox.intercom.url}/_sandbox/calls`)
    say(`  faults        POST ${sandbox.intercom.url}/_sandbox/faults`)
  }
  say(`  queue         ${sandbox.sqs.queueUrl}`)
  say(`  dead letters  ${sandbox.sqs.deadLetterQueueUrl}`)
  say(`                ${bridgeCommand(new URL(sandbox.sqs.url).port)} shows them`)
  if (sandbox.inbox) say(`  inbox         ${sandbox.inbox.queueUrl}`)
  say(`  secrets       ${sandbox.secrets.url}  ${sandbox.names.signing}, ${sandbox.names.intercom}`)
  const line = tryLine(sandbox.bridge, sandbox.senders, sandbox.url)
  if (line !== undefined) say(`\nPaste this in another terminal:\n\n  ${line}`)
  say(`\nready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s; Ctrl-C ends it\n`)
}

main().catch((error: Error) => {
  console.error(
    error instanceof SandboxError || error instanceof BridgeError ? error.message : error,
  )
  process.exit(1)
})
