import { BridgeError } from '../errors.ts'
import { isRecord, own } from '../json-access.ts'
import { signup } from '../sources/index.ts'
import { isSource, type Source } from '../sources/source.ts'

/** The default export of bridge.config.ts. */
export type Bridge = {
  /** The sources, by name. */
  readonly sources: Readonly<Record<string, Source>>
  readonly inbox?: {
    /**
     * The sources that records of standard queues may name; `queue` is that of records without a
     * name. Default: all. Who may send to the inbox is believed without a signature.
     */
    readonly sources?: readonly string[]
  }
}

/** Lower-case letters, digits and hyphens: safe in URLs, environment variables and log lines. */
export const isSourceName = (name: string): boolean => /^[a-z][a-z0-9-]{0,39}$/.test(name)

/** The source of queue records without one, unless the config defines a source of this name. */
export const queueSourceName = 'queue'
const queueSource = signup()

/**
 * Checks a config and returns it unchanged.
 *
 * @example
 * ```ts
 * import { clerk, defineBridge, form, signup } from '#bridge'
 *
 * export default defineBridge({
 *   sources: {
 *     backend: signup(),
 *     clerk: clerk(),
 *     waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }),
 *   },
 * })
 * ```
 *
 * @throws BridgeError `invalid_config`, listing every problem
 */
export const defineBridge = (config: Bridge): Bridge => {
  const options: Record<string, unknown> = isRecord(config) ? config : {}
  const sources = isRecord(options.sources) ? options.sources : {}
  const problems = [
    ...unknownKeys(options, ['sources', 'inbox']),
    ...(Object.keys(sources).length > 0 ? [] : ['sources: name at least one source']),
    ...Object.entries(sources).flatMap(([name, source]) => [
      ...(isSourceName(name)
        ? []
        : [`sources.${name}: a name is 1–40 of a–z, 0–9 and -, and begins with a letter`]),
      ...(isSource(source)
        ? []
        : [`sources.${name}: not a source; call a preset, such as clerk()`]),
    ]),
    ...inboxProblems(options.inbox, sources),
    ...Object.entries(sources).flatMap(([name, source]) => ownerProblems(name, source, sources)),
  ]
  const invoked = Object.entries(sources).flatMap(([name, source]) =>
    isSource(source) && source.signature.type === 'invoked' ? [name] : [],
  )
  if (invoked.length > 1) {
    problems.push(
      `sources.${invoked[1]}: AWS can invoke only one source: remove it, or sources.${invoked[0]}`,
    )
  }
  if (problems.length > 0) {
    throw new BridgeError('invalid_config', `bridge config: ${problems.join('; ')}`)
  }
  return config
}

const unknownKeys = (options: object, known: readonly string[], path = ''): string[] =>
  Object.keys(options).flatMap((key) =>
    known.includes(key) ? [] : [`${path}${key}: no such option`],
  )

const inboxProblems = (inbox: unknown, sources: object): string[] => {
  if (inbox === undefined) return []
  if (!isRecord(inbox)) return ["inbox: expected { sources: ['backend'] }"]
  const { sources: listed = [] } = inbox
  const isSourceOf = (name: unknown) =>
    name === queueSourceName || (typeof name === 'string' && Object.hasOwn(sources, name))
  return [
    ...unknownKeys(inbox, ['sources'], 'inbox.'),
    ...(Array.isArray(listed)
      ? listed
          .filter((name) => !isSourceOf(name))
          .map((name) => `inbox.sources: ${String(name)} is no source of this config`)
      : ['inbox.sources: expected a list of names of sources']),
  ]
}

const ownerProblems = (name: string, source: unknown, sources: object): string[] => {
  const accountsOf = isSource(source) ? source.options.accountsOf : undefined
  if (accountsOf === undefined || accountsOf === 'all') return []
  return accountsOf
    .filter((owner) => !Object.hasOwn(sources, owner))
    .map((owner) => `sources.${name}: accountsOf: ${owner} is no source of this config`)
}

/** Whether a record of a standard queue may name this source. */
export const inboxMayName = ({ inbox }: Bridge, name: string): boolean =>
  inbox?.sources?.includes(name) ?? true

/** Returns the source of this name; never a property of `Object.prototype`. */
export const findSource = (bridge: Bridge, name: string): Source | undefined => {
  const source = own(bridge.sources, name)
  return isSource(source) ? source : undefined
}

/** Returns a queue record's source: as `findSource`, and the default one for `queue`. */
export const findRecordSource = (bridge: Bridge, name: string): Source | undefined =>
  findSource(bridge, name) ?? (name === queueSourceName ? queueSource : undefined)
