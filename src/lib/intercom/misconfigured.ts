import { type BridgeError, delayed } from '../errors.ts'
import {
  hasIntercomCode,
  intercomError,
  isSuccess,
  namesMissingPart,
  temporaryCodeOf,
} from './errors.ts'
import type { IntercomRequest, IntercomResponse } from './request-types.ts'

type Request = Pick<IntercomRequest<unknown>, 'name' | 'read' | 'repeatable'>

const messages = {
  version:
    'Intercom does not know this version of its API: set INTERCOM_VERSION to one that it has, such as 2.14',
  redirect:
    "Intercom's address redirects, and redirects are not followed: set INTERCOM_REGION to the workspace's region, or correct INTERCOM_BASE_URL",
  compressed:
    "Intercom's response is compressed although the request refuses that: correct INTERCOM_BASE_URL, or the proxy that compresses it",
  notFound:
    "Intercom's address does not have its API: correct INTERCOM_BASE_URL (a host, without a path), or the proxy's path",
  notAccepted:
    "Intercom's address does not accept the method or the media type of its API: correct INTERCOM_BASE_URL, or the proxy that it names",
}

const versionCodes: ReadonlySet<string> = new Set(['intercom_version_invalid'])

const isTemporary = ({ status, body }: IntercomResponse): boolean =>
  status >= 500 || status === 408 || status === 429 || temporaryCodeOf(body) !== undefined

/** Node joins repeated headers of this name with commas. */
const isCompressed = ({ headers }: IntercomResponse): boolean => {
  const encoding = String(headers['content-encoding'] ?? '').trim()
  return encoding !== '' && encoding.toLowerCase() !== 'identity'
}

/** Some proxies name an encoding that the body does not have, and some requests need no body. */
const isUnreadable = ({ read }: Request, response: IntercomResponse): boolean =>
  isCompressed(response) && response.body === undefined && read(response) === undefined

/** Their paths name no contact, so they exist in every workspace. */
const fixedPaths: ReadonlySet<string> = new Set(['create', 'search'])
const contactRequests: ReadonlySet<string> = new Set([
  ...fixedPaths,
  'find',
  'get',
  'unarchive',
  'update',
])

const messageOf = (request: Request, response: IntercomResponse): string | undefined => {
  const { name } = request
  const { status, body } = response
  // Versions before 2.13 cannot find by external_id; search does it then.
  if (name !== 'find' && hasIntercomCode(body, versionCodes)) return messages.version
  if (isTemporary(response)) return undefined
  if (status >= 300 && status < 400) return messages.redirect
  if (isUnreadable(request, response)) return messages.compressed
  if (status === 404) {
    return fixedPaths.has(name) && !namesMissingPart(body) ? messages.notFound : undefined
  }
  const isNotAccepted = status === 405 || status === 406 || status === 415
  return isNotAccepted && contactRequests.has(name) ? messages.notAccepted : undefined
}

/**
 * The error `misconfigured` if a response shows that the environment is wrong, so that every other
 * request would fail, too: an unknown version, a redirect, a compressed response, or no API at this
 * address. Otherwise `undefined`. After a success that cannot be read the retry of a request that
 * must not be repeated waits until search shows what it may have created, `searchLagSeconds`.
 */
export const misconfiguredError = (
  request: Request,
  response: IntercomResponse,
  searchLagSeconds: number,
): BridgeError | undefined => {
  const message = messageOf(request, response)
  if (message === undefined) return undefined
  const error = intercomError('misconfigured', response, undefined, message)
  return isSuccess(response) && !request.repeatable ? delayed(error, searchLagSeconds) : error
}
