/** What a config imports as `#bridge`; nothing else. */
export { defineBridge } from './config/config.ts'
export * from './sources/index.ts'
export { defineSource } from './sources/source.ts'
