import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config/config.ts'
import { errorCodes } from '../lib/errors.ts'
import { receivesExhausted } from '../lib/queue/dead-letter.ts'
import { type Dlq, dryRun, list, replayAll, show } from './dlq.ts'
import { CliError, explainAws } from './errors.ts'
import { configFile, loadConfig } from './load-config.ts'
import { openLanes } from './queues.ts'

const usage = `bridge dlq list|show|replay [options]

  list     how many dead letters there are, by reason and source
  show     each one: its reason, and what today's config makes of it
  replay   send them back to their queue, where they only fill what is empty

  --reason CODE    those parked for it, or receives_exhausted
  --source NAME    those of a source
  --event ID       those of an event, by its sender's id
  --dry-run        (replay) say what would go back, and leave it
  --restore        (replay) bring contacts back that were archived in Intercom
  --body           (show) the payload, too: personal data
  --stage STAGE    the stage that was deployed; default dev
  --sandbox        the bridge that \`npm start\` runs here, instead of AWS`

const options = {
  reason: { type: 'string' },
  source: { type: 'string' },
  event: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  restore: { type: 'boolean', default: false },
  body: { type: 'boolean', default: false },
  stage: { type: 'string', default: 'dev' },
  sandbox: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** The options of each command, beside those that choose dead letters and say where they are. */
const commands: Readonly<Record<string, readonly (keyof typeof options)[]>> = {
  list: [],
  show: ['body'],
  replay: ['dry-run', 'restore'],
}
const commandOptions = Object.values(commands).flat()

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    throw new CliError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause })
  }
}

/** @throws CliError for what would be passed over in silence */
const assertMeaning = (command: string, values: ReturnType<typeof parse>['values']): void => {
  const stray = commandOptions.find((name) => values[name] && !commands[command]?.includes(name))
  if (stray !== undefined) throw new CliError(`${command} knows no --${stray}\n\n${usage}`)
  const reasons = [...errorCodes, receivesExhausted]
  if (values.reason !== undefined && !reasons.some((reason) => reason === values.reason)) {
    throw new CliError(`--reason: ${values.reason} is none of ${reasons.join(', ')}`)
  }
}

/** The name that the stack is deployed under. */
const serviceName = (): string => {
  const template = fileURLToPath(new URL('../../serverless.yml', import.meta.url))
  const [, name] = /^service: *["']?([\w-]+)/m.exec(readFileSync(template, 'utf8')) ?? []
  if (name === undefined) throw new CliError('serverless.yml names no service')
  return name
}

/** What the command stands in. */
export type Terminal = Pick<Dlq, 'clock' | 'signal' | 'print' | 'printProgress'> & {
  readonly env: NodeJS.ProcessEnv
  /** @throws Error in one line: where the config cannot be read, or every fault of it */
  readonly loadBridge: (env: NodeJS.ProcessEnv) => Promise<Bridge>
}

/**
 * Runs one command.
 *
 * @returns the exit status: 0 when all that was asked for is done
 * @throws CliError with what to mend
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { values, positionals } = parse(args)
  const [topic, command = '', ...rest] = positionals
  if (values.help) {
    terminal.print(usage)
    return 0
  }
  if (topic !== 'dlq' || rest.length > 0 || !Object.hasOwn(commands, command)) {
    throw new CliError(usage)
  }
  assertMeaning(command, values)
  const { stage, sandbox, reason, source, event, restore } = values
  const bridge = await terminal.loadBridge(terminal.env).catch((cause: Error) => {
    throw new CliError(cause.message, { cause })
  })
  const target = { service: serviceName(), stage, sandbox }
  const { lanes, where, close } = await openLanes(target, terminal.env)
  const dlq: Dlq = { ...terminal, lanes, bridge, filter: { reason, source, event } }
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
    // The first time it lets go of what it holds; who asks again does not wait for that.
    if (ending.signal.aborted) {
      console.error('ended: what was held shows again within half an hour')
      process.exit(1)
    }
    ending.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  // A pager that was quit: nobody reads on, and what is held is let go.
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
