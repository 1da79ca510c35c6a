import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Environment } from '../src/lib/config/env.ts'

/** Reads the variables of `.env.local`; none if the file does not exist. */
export const readLocal = (file: string): Environment =>
  existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
