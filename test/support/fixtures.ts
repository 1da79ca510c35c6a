import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineBridge } from '../../src/lib/config/config.ts'
import * as presets from '../../src/lib/sources/index.ts'
import type { Fixture } from './fixture.ts'

const folder = resolve(import.meta.dirname, '../fixtures')

/** The name of a preset's files and of its source here: `supabase-database` of `supabaseDatabase`. */
export const fileName = (preset: string): string =>
  preset.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const load = async (preset: string): Promise<Fixture> => {
  const file = `${folder}/${fileName(preset)}.ts`
  if (!existsSync(file)) throw new Error(`${preset} has no fixture: write ${file}`)
  return (await import(file)).default
}

/** The fixtures of all presets, by the preset's name. */
export const fixtures: Readonly<Record<string, Fixture>> = Object.fromEntries(
  await Promise.all(
    Object.keys(presets).map(async (preset) => [preset, await load(preset)] as const),
  ),
)

const sources = Object.entries(fixtures).map(([preset, { source }]) => [fileName(preset), source])

/** A bridge with every preset, configured as in its fixture. */
export const everyPreset = defineBridge({ sources: Object.fromEntries(sources) })

/** The secret of one of its sources; empty when it has none. */
export const secretOf = (name: string): string =>
  Object.entries(fixtures).find(([preset]) => fileName(preset) === name)?.[1].secret ?? ''
