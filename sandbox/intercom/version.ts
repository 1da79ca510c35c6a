/** Versions whose contacts have the shape that contact-view.ts gives, oldest first. */
const versions = ['2.10', '2.11', '2.12', '2.13', '2.14', '2.15', '2.16'] as const

/** A version of the API that the sandbox speaks. */
export type Version = (typeof versions)[number]

/** The version of the app's package, for requests that name none. */
export const defaultVersion: Version = '2.14'

/** The version of that name, if there is one. */
export const readVersion = (name: unknown): Version | undefined =>
  versions.find((known) => known === name)

/** From 2.16 on the id of an owner is text, and a merged contact is told from one that never was. */
export const isFrom216 = (version: Version): boolean =>
  versions.indexOf(version) >= versions.indexOf('2.16')
