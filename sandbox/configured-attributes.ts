import type { Bridge } from '../src/lib/config/config.ts'
import { markName } from '../src/lib/deliver/contact-diff.ts'
import { overwrites } from '../src/lib/deliver/policy.ts'

/** Returns the custom attributes that a config writes, for the sandbox's workspace. */
export const configuredAttributes = (bridge: Bridge): string[] =>
  Object.values(bridge.sources).flatMap(({ options: { attributes, onExisting } }) => [
    ...Object.values(attributes ?? {}),
    ...(overwrites(onExisting) ? [`${markName}:integer`] : []),
  ])
