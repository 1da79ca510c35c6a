import type { Bridge } from '../src/lib/config/config.ts'
import { overwrites } from '../src/lib/deliver/policy.ts'
import { attributePrefix, markName, ownerName, ownMarkName } from '../src/lib/signup.ts'
import {
  type AttributeType,
  attributeTargets,
  tracks,
} from '../src/lib/transform/mapping-options.ts'
import type { DataType } from './intercom/attribute.ts'

const dataTypes: { readonly [type in AttributeType]: DataType } = {
  text: 'string',
  integer: 'integer',
  float: 'float',
  boolean: 'boolean',
  date: 'date',
}

/** Returns the custom attributes of companies that a config maps: text, until you add them otherwise. */
export const configuredCompanyAttributes = (bridge: Bridge): string[] => {
  const targets = Object.values(bridge.sources).flatMap(({ options }) =>
    Object.values(options.company ?? {}).flat(),
  )
  const names = targets.flatMap((target) =>
    target.startsWith(attributePrefix) ? [target.slice(attributePrefix.length)] : [],
  )
  return [...new Set(names)].map((name) => `${name}:string`)
}

/**
 * Returns the custom attributes that a config writes, each `name:type`, for the sandbox's
 * workspace. Of several types of one attribute the first that is not `text` counts.
 */
export const configuredAttributes = (bridge: Bridge): string[] => {
  const types = new Map<string, AttributeType>()
  const add = (name: string, type: AttributeType) => {
    if ((types.get(name) ?? 'text') === 'text') types.set(name, type)
  }
  for (const { options, parts = [] } of Object.values(bridge.sources)) {
    for (const { to, type } of attributeTargets(options.attributes)) add(to, type)
    if (overwrites(options.onExisting) || tracks(options)) add(markName, 'integer')
    if (tracks(options)) add(ownerName, 'text')
    if (tracks(options)) for (const part of parts) add(ownMarkName(part), 'integer')
    for (const target of Object.values(options.subscriptions ?? {})) {
      const record = typeof target === 'object' ? target.record : undefined
      if (typeof record === 'object') add(record.attribute, 'date')
    }
  }
  return [...types].map(([name, type]) => `${name}:${dataTypes[type]}`)
}
