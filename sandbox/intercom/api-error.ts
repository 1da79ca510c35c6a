/** An error response of Intercom. */
export type ApiError = {
  readonly status: number
  readonly code: string
  readonly message: string
  /** The field that it is about, as `errors[].field` names it. */
  readonly field?: string
  /** Extra response headers. */
  readonly headers?: Readonly<Record<string, string>>
}

export const isApiError = (value: object): value is ApiError => 'code' in value && 'status' in value

const apiError = (status: number, code: string, message: string): ApiError => ({
  status,
  code,
  message,
})

/** The error for a request that is well-formed and invalid, with its field where that is known. */
export const invalid = (message: string, field?: string): ApiError => ({
  ...apiError(400, 'parameter_invalid', message),
  ...(field !== undefined && { field }),
})

/** The error for a duplicate; only the message has the id of the existing contact. */
export const conflict = (id: string, archived: boolean): ApiError => {
  const contact = archived ? 'An archived contact' : 'A contact'
  return apiError(409, 'conflict', `${contact} matching those details already exists with id=${id}`)
}

/** The error for an order of a search that API version 2.16 does not know. */
export const sortOrderInvalid = (order: unknown): ApiError =>
  apiError(
    400,
    'invalid_sort_order',
    `Invalid sort order '${order}'. Must be one of: ascending, descending`,
  )

/** The error for a merged contact; only the `Link` header names the contact it was merged into. */
export const mergedInto = (canonicalId: string): ApiError => ({
  ...apiError(
    410,
    'contact_merged',
    "This contact has been merged. See the 'Link' header for the canonical contact.",
  ),
  headers: { link: `</contacts/${canonicalId}>; rel="canonical"` },
})

/** The error for a company's field that Intercom rejects. */
export const badParameter = (field: string): ApiError => ({
  ...apiError(400, 'bad_request', `bad '${field}' parameter`),
  field,
})

export const rateLimited = (limit: number): ApiError =>
  apiError(429, 'rate_limit_exceeded', `Exceeded rate limit of ${limit} in 10_seconds`)

/**
 * Messages are Intercom's own where they are known. Those of `missingAuthorization`, `tokenRevoked`
 * and most `invalid` errors are not; only their codes are.
 * https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
export const apiErrors = {
  missingAuthorization: apiError(401, 'missing_authorization', 'Authorization is missing'),
  unauthorized: apiError(401, 'unauthorized', 'Access Token Invalid'),
  tokenRevoked: apiError(401, 'token_revoked', 'Access Token Revoked'),
  userNotFound: apiError(404, 'not_found', 'User Not Found'),
  resourceNotFound: apiError(404, 'not_found', 'Resource Not Found'),
  companyNotFound: apiError(404, 'company_not_found', 'Company Not Found'),
  companyMissing: apiError(400, 'parameter_not_found', 'company not specified'),
  versionUnknown: apiError(
    400,
    'intercom_version_invalid',
    'The requested version could not be found',
  ),
  notAcceptable: apiError(
    406,
    'media_type_not_acceptable',
    'The Accept header should send a media type of application/json',
  ),
  ownerUnknown: invalid('The owner specified is not a member of the workspace', 'owner_id'),
  userToLead: apiError(400, 'client_error', "Contact with user role can't be converted to a lead"),
  userDeleted: apiError(
    400,
    'bad_request',
    'User has been marked for permanent deletion and is not restorable.',
  ),
  userBlocked: apiError(400, 'not_restorable', 'This user was blocked and cannot be recreated'),
  userMerged: apiError(400, 'bad_request', 'User has been merged and is not restorable.'),
  notDuplicates: apiError(
    400,
    'invalid_merge',
    'Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.',
  ),
} as const satisfies Record<string, ApiError>

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Creates a request id. Intercom's are not UUIDs, although its reference says so. */
export const createRequestId = (): string =>
  Array.from({ length: 20 }, () =>
    alphabet.charAt(Math.floor(Math.random() * alphabet.length)),
  ).join('')

/** https://developers.intercom.com/docs/references/rest-api/errors/error-objects */
export const toErrorList = ({ code, message, field }: ApiError, request_id: string) => ({
  type: 'error.list',
  request_id,
  errors: [{ code, message, ...(field !== undefined && { field }) }],
})
