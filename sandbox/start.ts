import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { configFile } from '../scripts/build.ts'
import { BridgeError } from '../src/lib/errors.ts'
import { askForLive } from './live.ts'
import { choosePort, type Port, SandboxError } from './ports.ts'
import { importConfig, readLocal, startSandbox } from './sandbox.ts'
import { tryLine } from './senders.ts'
import { storyOf } from './story.ts'

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

const say = (text = '') => process.stdout.write(`${text}\n`)
const tell = (text: string) => say(`${new Date().toISOString().slice(11, 19)}  ${text}`)

const ask = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const reply = await terminal.question(question)
  terminal.close()
  return reply
}

const findConfig = (): string => {
  try {
    return configFile(process.env)
  } catch (cause) {
    throw new SandboxError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

const main = async (): Promise<void> => {
  const startedMs = performance.now()
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
  const local = readLocal(`${root}/.env.local`)
  const config = findConfig()
  await importConfig(config)
  const live = process.argv.includes('--live') ? await askForLive(local, ask) : undefined
  const ports = await choosePorts()

  const sandbox = await startSandbox({
    root,
    configFile: config,
    local,
    ...(live && { live }),
    ports: {
      gateway: ports.PORT.port,
      intercom: ports.INTERCOM_PORT.port,
      sqs: ports.SQS_PORT.port,
      secrets: ports.SECRETS_PORT.port,
    },
    watch: true,
    onLine: (line) => {
      const story = storyOf(line)
      if (story !== undefined) tell(story)
    },
    onAnswer: ({ path, status, body }) => {
      if (status >= 400)
        tell(`${(path.split('/').at(-1) ?? '').padEnd(10)} refused with ${status}: ${body}`)
    },
    onCall: ({ method, path, status }) => {
      if (status === 0 || status >= 400) {
        tell(
          `intercom   ${method} ${path} ${status === 0 ? 'gave no answer' : `answered ${status}`}`,
        )
      }
    },
    onReload: (problem) => tell(problem === undefined ? 'reloaded' : `not reloaded: ${problem}`),
  })

  let closing = false
  const stop = () => {
    if (closing) return
    closing = true
    void sandbox.close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  for (const [variable, { port, moved }] of Object.entries(ports)) {
    if (moved)
      say(`${usualPorts[variable as Variable]} is in use: ${variable} is ${port} this time`)
  }
  const width = Math.max(...sandbox.senders.map(({ path }) => path.length))
  say()
  for (const { path, secret } of sandbox.senders) {
    say(`  ${sandbox.url}${path.padEnd(width)}  ${secret ? `secret ${secret}` : 'public'}`)
  }
  say()
  if (live) say(`  contacts  in the real Intercom at ${live.baseUrl}`)
  else {
    say(`  contacts  ${sandbox.intercom.url}/_sandbox/contacts`)
    say(`  calls     ${sandbox.intercom.url}/_sandbox/calls`)
    say(`  faults    POST ${sandbox.intercom.url}/_sandbox/faults`)
  }
  say(`  queue     ${sandbox.sqs.queueUrl}`)
  say(`  secrets   ${sandbox.secrets.url}  ${sandbox.names.signing}, ${sandbox.names.intercom}`)
  const line = tryLine(sandbox.bridge, sandbox.senders, sandbox.url)
  if (line !== undefined) say(`\nPaste this in another terminal:\n\n  ${line}`)
  say(`\nready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s; Ctrl-C ends it\n`)
}

main().catch((error: Error) => {
  const known = error instanceof SandboxError || error instanceof BridgeError
  if ('code' in error && error.code === 'EADDRINUSE') {
    console.error('a port was taken while the sandbox started: start it again')
  } else console.error(known ? error.message : error)
  process.exit(1)
})
