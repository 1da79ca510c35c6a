/** Where Intercom's description is, if it is here; an empty variable counts as unset. */
export const file = process.env.INTERCOM_OPENAPI || undefined

/** Why there is nothing to test against. */
export const skipped =
  "skipped: set INTERCOM_OPENAPI to the file of Intercom's OpenAPI description, such as intercom-2.14.yaml of github.com/intercom/Intercom-OpenAPI"
