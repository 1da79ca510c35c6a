/** The versions whose contacts contact-view.ts can produce, oldest first. */
const versions = ['2.10', '2.11', '2.12', '2.13', '2.14', '2.15', '2.16'] as const

/** A version of the API that the sandbox supports. */
export type Version = (typeof versions)[number]

/** The version of requests without an `Intercom-Version` header. */
export const defaultVersion: Version = '2.14'

/** Returns the version of that name, or undefined. */
export const readVersion = (name: unknown): Version | undefined =>
  versions.find((known) => known === name)

/** From 2.16 on `owner_id` is a string, and a merged contact is 410 instead of 404. */
export const isFrom216 = (version: Version): boolean =>
  versions.indexOf(version) >= versions.indexOf('2.16')
