import { BridgeError } from '../errors.ts'
import { isRecord, own } from '../json-access.ts'
import { signup } from '../sources/index.ts'
import { isSource, type Source } from '../sources/source.ts'

/** What bridge.config.ts exports: which sources exist and how each maps. */
export type Bridge = { readonly sources: Readonly<Record<string, Source>> }

/** Letters, digits and hyphens: fit for an address, an environment variable and a log line. */
export const isSourceName = (name: string): boolean => /^[a-z][a-z0-9-]{0,39}$/.test(name)

/** The source of queue records that name none, unless the config defines its own. */
export const queueSourceName = 'queue'
const queueSource = signup()

/**
 * Checks a config at once.
 *
 * @throws BridgeError `invalid_config`, naming every fault
 */
export const defineBridge = (config: Bridge): Bridge => {
  const sources: unknown = isRecord(config) ? config.sources : undefined
  if (!isRecord(sources) || Object.keys(sources).length === 0) {
    throw new BridgeError('invalid_config', 'bridge config: sources: name at least one source')
  }
  const unknownKeys = Object.keys(config).filter((key) => key !== 'sources')
  const faults = [
    ...unknownKeys.map((key) => `${key}: no such option`),
    ...Object.entries(sources).flatMap(([name, source]) => [
      ...(isSourceName(name)
        ? []
        : [`sources.${name}: a name is 1–40 of a–z, 0–9 and -, and begins with a letter`]),
      ...(isSource(source)
        ? []
        : [`sources.${name}: not a source; call a preset, such as clerk()`]),
    ]),
  ]
  const invoked = Object.entries(sources).flatMap(([name, source]) =>
    isSource(source) && source.signature.type === 'invoked' ? [name] : [],
  )
  if (invoked.length > 1) {
    faults.push(`sources.${invoked[1]}: AWS invokes one source, and sources.${invoked[0]} is it`)
  }
  if (faults.length > 0) {
    throw new BridgeError('invalid_config', `bridge config: ${faults.join('; ')}`)
  }
  return config
}

/** A source by its name; names of `Object.prototype` are nobody's. */
export const findSource = (bridge: Bridge, name: string): Source | undefined => {
  const source = own(bridge.sources, name)
  return isSource(source) ? source : undefined
}

/** A queue record's source: as `findSource`, and `queue` for producers that name none. */
export const findRecordSource = (bridge: Bridge, name: string): Source | undefined =>
  findSource(bridge, name) ?? (name === queueSourceName ? queueSource : undefined)
