import { config } from 'zod/mini'
import en from 'zod/v4/locales/en.js'

/** zod/mini has no messages of its own; these name types and keys, never values. */
config(en())
