import type { Bridge } from '../src/lib/config/config.ts'
import { markName } from '../src/lib/deliver/contact-diff.ts'
import { overwrites } from '../src/lib/deliver/policy.ts'
import { attributeTargets } from '../src/lib/transform/options.ts'

/** Returns the custom attributes that a config writes, for the sandbox's workspace. */
export const configuredAttributes = (bridge: Bridge): string[] =>
  Object.values(bridge.sources).flatMap(({ options: { attributes, onExisting } }) => [
    ...attributeTargets(attributes).map(({ to }) => to),
    ...(overwrites(onExisting) ? [`${markName}:integer`] : []),
  ])
