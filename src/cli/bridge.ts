import { parseArgs } from 'node:util'
import { systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config/config.ts'
import { errorCodes } from '../lib/errors.ts'
import { receivesExhausted } from '../lib/queue/read-dead-letter.ts'
import { isFifo } from '../lib/queue/record.ts'
import { type Dlq, dryRun, list, replayAll, show } from './dlq.ts'
import { CliError, explainAws } from './errors.ts'
import { configFile, loadConfig } from './load-config.ts'
import { openBridgeQueues, type Target } from './queues.ts'

const usage = `bridge dlq list|show|replay [options]

  list     count the dead letters, by reason, source and what a copy's contact lacks
  show     show each one: its reason, and how today's config reads it
  replay   send them to the queue of signups; a replay only fills what is empty

  --reason CODE    only those parked for this reason, or receives_exhausted
  --source NAME    only those of a source
  --event ID       only those of an event, by its sender's id
  --dry-run        (replay) say what would be sent back, and leave it
  --restore        (replay) restore contacts that were archived in Intercom
  --body           (show) show the payload, too: personal data
  --stage STAGE    the deployed stage; default dev
  --stack NAME     its CloudFormation stack; default signup-bridge-STAGE
  --queue-url URL, --dead-letter-queue-url URL
                   a queue and the dead letters that go to it, instead of a stack's
  --sandbox        the bridge that \`npm start\` runs here, instead of AWS`

const options = {
  reason: { type: 'string' },
  source: { type: 'string' },
  event: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  restore: { type: 'boolean', default: false },
  body: { type: 'boolean', default: false },
  stage: { type: 'string' },
  stack: { type: 'string' },
  'queue-url': { type: 'string' },
  'dead-letter-queue-url': { type: 'string' },
  sandbox: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Each command's own options, beside those that filter dead letters and name the bridge. */
const commands: Readonly<Record<string, readonly (keyof typeof options)[]>> = {
  list: [],
  show: ['body'],
  replay: ['dry-run', 'restore'],
}
const ownOptions = Object.values(commands).flat()

const parseArguments = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    throw new CliError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause })
  }
}
type Values = ReturnType<typeof parseArguments>['values']

/** @throws CliError for an option that would have no effect */
const assertOptions = (command: string, values: Values): void => {
  const stray = ownOptions.find((name) => values[name] && !commands[command]?.includes(name))
  if (stray !== undefined) throw new CliError(`${command} has no option --${stray}\n\n${usage}`)
  const reasons = [...errorCodes, receivesExhausted]
  if (values.reason !== undefined && !reasons.some((reason) => reason === values.reason)) {
    throw new CliError(`--reason: ${values.reason} is none of ${reasons.join(', ')}`)
  }
}

/** @throws CliError when the options name more than one bridge, or half of one */
const toTarget = (values: Values): Target => {
  const { stage, stack, sandbox } = values
  const queueUrl = values['queue-url'] || undefined
  const deadLettersUrl = values['dead-letter-queue-url'] || undefined
  if (values.restore && queueUrl && !isFifo(queueUrl)) {
    throw new CliError('--restore works through the FIFO queue alone: name it with --queue-url')
  }
  const named = [
    sandbox && '--sandbox',
    stage && '--stage',
    stack && '--stack',
    (queueUrl || deadLettersUrl) && '--queue-url',
  ].filter(Boolean)
  if (named.length > 1) throw new CliError(`${named.join(' and ')} name different bridges: use one`)
  if (sandbox) return { type: 'sandbox' }
  if (!queueUrl && !deadLettersUrl) {
    return { type: 'stack', stackName: stack || `signup-bridge-${stage || 'dev'}` }
  }
  if (!queueUrl || !deadLettersUrl) {
    throw new CliError('--queue-url and --dead-letter-queue-url belong together: give both')
  }
  return { type: 'urls', urls: { queueUrl, deadLettersUrl } }
}

/** What the command reads and writes. */
export type Terminal = Pick<Dlq, 'clock' | 'signal' | 'print' | 'printProgress'> & {
  readonly env: NodeJS.ProcessEnv
  /** @throws Error in one line: where the config cannot be read, or each of its faults */
  readonly loadBridge: (env: NodeJS.ProcessEnv) => Promise<Bridge>
}

/**
 * Runs one command.
 *
 * @returns the exit status: 0 when all that was asked for is done
 * @throws CliError with what to fix
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { values, positionals } = parseArguments(args)
  const [topic, command = '', ...rest] = positionals
  if (values.help) {
    terminal.print(usage)
    return 0
  }
  if (topic !== 'dlq' || rest.length > 0 || !Object.hasOwn(commands, command)) {
    throw new CliError(usage)
  }
  assertOptions(command, values)
  const target = toTarget(values)
  const bridge = await terminal.loadBridge(terminal.env).catch((cause: Error) => {
    throw new CliError(cause.message, { cause })
  })
  const { queues, where, close } = await openBridgeQueues(target, terminal.env)
  const { reason, source, event, restore } = values
  const dlq: Dlq = { ...terminal, queues, bridge, filter: { reason, source, event } }
  try {
    const isDone = {
      list: () => list(dlq),
      show: () => show(dlq, values.body),
      replay: () => (values['dry-run'] ? dryRun(dlq) : replayAll(dlq, restore)),
    }[command]
    return (await isDone?.()) ? 0 : 1
  } catch (cause) {
    throw new CliError(explainAws(cause, where), { cause })
  } finally {
    close()
  }
}

const main = async (): Promise<void> => {
  const ending = new AbortController()
  const end = () => {
    // The first signal releases what is held; a second one does not wait for that.
    if (ending.signal.aborted) {
      console.error('ended: what was held is visible again within half an hour')
      process.exit(1)
    }
    ending.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  // A pager that was quit reads no more: release what is held.
  process.stdout.on('error', () => ending.abort())
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    loadBridge: async (env) => loadConfig(configFile(env)),
    clock: systemClock,
    signal: ending.signal,
    print: (line) => console.log(line),
    printProgress: (line) => console.error(line),
  })
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof CliError ? error.message : error)
    process.exitCode = 1
  })
}
