import type { Bridge } from '../src/lib/config/config.ts'

/**
 * Returns the subscription types that a config names, for the sandbox's workspace: of an id alone the
 * name is the id.
 */
export const configuredSubscriptions = (bridge: Bridge): string[] => {
  const names = Object.values(bridge.sources).flatMap(({ options }) =>
    Object.keys(options.subscriptions ?? {}),
  )
  return [...new Set(names)]
    .filter((name) => !/[:=]/.test(name))
    .map((name) => (/^\d+$/.test(name) ? `${name}=${name}` : name))
}
