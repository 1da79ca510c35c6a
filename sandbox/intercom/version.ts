/**
 * The versions that Intercom accepts, oldest first: those of its descriptions, and Preview. Each is
 * answered as the newest that the sandbox plays and that is not above it: 2.14 (which answers as
 * those before it), 2.15 or 2.16.
 * https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/api-versioning
 */
const versions = [
  ...(['1.0', '1.1', '1.2', '1.3', '1.4'] as const),
  ...(['2.0', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7', '2.8', '2.9'] as const),
  ...(['2.10', '2.11', '2.12', '2.13', '2.14', '2.15', '2.16', 'Preview'] as const),
] as const

/** A version of the API that the sandbox supports. */
export type Version = (typeof versions)[number]

/** The version of requests without an `Intercom-Version` header. */
export const defaultVersion: Version = '2.14'

/** Returns the version of that name, or undefined. */
export const readVersion = (name: unknown): Version | undefined =>
  versions.find((known) => known === name)

/**
 * From 2.16 on `owner_id` is a string, `email_verified` is known, a merged contact is 410 instead of
 * 404, and only duplicates are merged.
 */
export const isFrom216 = (version: Version): boolean =>
  versions.indexOf(version) >= versions.indexOf('2.16')
