/** The public API: what a config imports as `#bridge`. */
export { defineBridge } from './config/config.ts'
export * from './sources/index.ts'
export { defineSource } from './sources/source.ts'
