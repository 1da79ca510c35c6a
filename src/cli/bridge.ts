import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { configFile, loadConfig } from '../../scripts/build.ts'
import { systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config.ts'
import { type Dlq, dryRun, list, replayAll, show } from './dlq.ts'
import { openLanes } from './queues.ts'
import { CliError, explainAws } from './refusal.ts'

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

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    throw new CliError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause })
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
export type Terminal = Pick<Dlq, 'clock' | 'signal' | 'say' | 'tell'> & {
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
    terminal.say(usage)
    return 0
  }
  if (topic !== 'dlq' || rest.length > 0 || !['list', 'show', 'replay'].includes(command)) {
    throw new CliError(usage)
  }
  const { stage, sandbox, reason, source, event, restore } = values
  const bridge = await terminal.loadBridge(terminal.env).catch((cause: Error) => {
    throw new CliError(cause.message, { cause })
  })
  const { lanes, close } = await openLanes({ service: serviceName(), stage, sandbox }, terminal.env)
  const dlq: Dlq = { ...terminal, lanes, bridge, filter: { reason, source, event } }
  try {
    if (command === 'list') await list(dlq)
    else if (command === 'show') await show(dlq, values.body)
    else if (values['dry-run']) await dryRun(dlq)
    else return (await replayAll(dlq, restore)) ? 0 : 1
    return 0
  } catch (cause) {
    const explained = explainAws(cause, stage)
    if (explained === undefined) throw cause
    throw new CliError(explained, { cause })
  } finally {
    close()
  }
}

const main = async (): Promise<void> => {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort())
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    loadBridge: async (env) => loadConfig(configFile(env)),
    clock: systemClock,
    signal: ending.signal,
    say: (line) => console.log(line),
    tell: (line) => console.error(line),
  })
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof CliError ? error.message : error)
    process.exitCode = 1
  })
}
