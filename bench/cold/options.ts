import { parseArgs } from 'node:util'

export type ColdOptions = {
  /** What a function may use of one CPU after INIT; a table for each. */
  readonly shares: readonly number[]
  /** Another checkout, whose bundles are measured in the same run. */
  readonly against: string | undefined
  /** Processes of each variant. */
  readonly starts: number
  /** Whether to compare memory sizes instead of bundles. */
  readonly memory: boolean
  /** Whether this checkout's bundles are also measured with a filled compile cache. */
  readonly compileCache: boolean
  /** Where to write every measured start. */
  readonly json: string | undefined
}

const options = {
  share: { type: 'string', multiple: true },
  against: { type: 'string' },
  starts: { type: 'string', default: '25' },
  memory: { type: 'boolean', default: false },
  'compile-cache': { type: 'boolean', default: false },
  json: { type: 'string' },
} as const

const usage =
  '--share 0.145, --against FOLDER, --starts 25, --memory, --compile-cache and --json FILE'

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const { message } = cause as Error
    throw new Error(`${message.split('. ')[0]}: the options are ${usage}.`, { cause })
  }
}

/**
 * Reads the options of `npm run bench -- cold`.
 *
 * @throws Error in one line
 */
export const readOptions = (args: readonly string[]): ColdOptions => {
  const { share = ['1', '0.145'], against, starts, memory, json, ...more } = parse(args)
  const shares = share.map(Number)
  if (!shares.every((part) => part > 0 && part <= 1)) {
    throw new Error('--share is not a part of one CPU: give a number over 0, at most 1.')
  }
  if (!/^[1-9]\d*$/.test(starts)) {
    throw new Error('--starts is not a number of processes: give 1 or more.')
  }
  return {
    shares,
    against,
    starts: Number(starts),
    memory,
    compileCache: more['compile-cache'],
    json,
  }
}
