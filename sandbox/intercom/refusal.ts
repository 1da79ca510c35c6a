/** An error that Intercom answers with. */
export type Refusal = {
  readonly status: number
  readonly code: string
  readonly message: string
  /** More headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

export const isRefusal = (value: object): value is Refusal => 'code' in value && 'status' in value

const refusal = (status: number, code: string, message: string): Refusal => ({
  status,
  code,
  message,
})

/** A request that Intercom reads and does not take. */
export const invalid = (message: string): Refusal => refusal(400, 'parameter_invalid', message)

/** The id of the contact in the way stands in the text and nowhere else. */
export const conflict = (id: string, archived: boolean): Refusal => {
  const contact = archived ? 'An archived contact' : 'A contact'
  return refusal(409, 'conflict', `${contact} matching those details already exists with id=${id}`)
}

/** Which contact it went into stands in the `Link` header and nowhere else. */
export const mergedInto = (canonicalId: string): Refusal => ({
  ...refusal(
    410,
    'contact_merged',
    "This contact has been merged. See the 'Link' header for the canonical contact.",
  ),
  headers: { link: `</contacts/${canonicalId}>; rel="canonical"` },
})

/** A field of a company that Intercom does not take. */
export const badParameter = (field: string): Refusal =>
  refusal(400, 'bad_request', `bad '${field}' parameter`)

export const rateLimited = (limit: number): Refusal =>
  refusal(429, 'rate_limit_exceeded', `Exceeded rate limit of ${limit} in 10_seconds`)

/**
 * Intercom's own wording where it is on record; the texts of `missingAuthorization`, `tokenRevoked`
 * and of most `invalid` ones are not, and only their codes can be relied on.
 * https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
export const refusals = {
  missingAuthorization: refusal(401, 'missing_authorization', 'Authorization is missing'),
  unauthorized: refusal(401, 'unauthorized', 'Access Token Invalid'),
  tokenRevoked: refusal(401, 'token_revoked', 'Access Token Revoked'),
  userNotFound: refusal(404, 'not_found', 'User Not Found'),
  resourceNotFound: refusal(404, 'not_found', 'Resource Not Found'),
  companyNotFound: refusal(404, 'company_not_found', 'Company Not Found'),
  companyMissing: refusal(400, 'parameter_not_found', 'company not specified'),
  versionUnknown: refusal(
    400,
    'intercom_version_invalid',
    'The requested version could not be found',
  ),
  notAcceptable: refusal(
    406,
    'media_type_not_acceptable',
    'The Accept header should send a media type of application/json',
  ),
  ownerUnknown: invalid('The owner specified is not a member of the workspace'),
  userToLead: refusal(400, 'client_error', "Contact with user role can't be converted to a lead"),
  deletedForGood: refusal(
    400,
    'bad_request',
    'User has been marked for permanent deletion and is not restorable.',
  ),
  mergedForGood: refusal(400, 'bad_request', 'User has been merged and is not restorable.'),
  notDuplicates: refusal(
    400,
    'invalid_merge',
    'Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.',
  ),
} as const satisfies Record<string, Refusal>

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Intercom's request ids are no UUIDs, whatever its reference says. */
export const createRequestId = (): string =>
  Array.from({ length: 20 }, () =>
    alphabet.charAt(Math.floor(Math.random() * alphabet.length)),
  ).join('')

/** https://developers.intercom.com/docs/references/rest-api/errors/error-objects */
export const toErrorList = ({ code, message }: Refusal, request_id: string) => ({
  type: 'error.list',
  request_id,
  errors: [{ code, message }],
})
