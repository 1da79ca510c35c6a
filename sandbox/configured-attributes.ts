import type { Bridge } from '../src/lib/config/config.ts'
import { markName } from '../src/lib/deliver/contact-diff.ts'
import { overwrites } from '../src/lib/deliver/policy.ts'

/** The custom attributes that a config writes: the sandbox's workspace has just these. */
export const configuredAttributes = (bridge: Bridge): string[] =>
  Object.values(bridge.sources).flatMap(({ options: { attributes, onExisting } }) => [
    ...Object.values(attributes ?? {}),
    ...(overwrites(onExisting) ? [`${markName}:integer`] : []),
  ])
