/** The file of Intercom's OpenAPI description, if it is set; an empty variable counts as unset. */
export const openApiFile = process.env.INTERCOM_OPENAPI || undefined

/** Why the tests are skipped without that file. */
export const skipReason =
  "skipped: set INTERCOM_OPENAPI to the file of Intercom's OpenAPI description, such as intercom-2.14.yaml of github.com/intercom/Intercom-OpenAPI"
