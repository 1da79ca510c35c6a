import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { toIncomingRequest } from '../src/handlers/http-event.ts'
import { nowSeconds, systemClock } from '../src/lib/clock.ts'
import { type Bridge, findSource } from '../src/lib/config/config.ts'
import { distinctIssues, type Issue } from '../src/lib/errors.ts'
import { read } from '../src/lib/transform/read.ts'

/**
 * Reads an accepted request again, and returns what that leaves out or counts: a page, a redirect
 * and the response to a sender that does not wait do not name it, and the functions' log has no
 * names.
 */
export const leftOutIn = async (
  bridge: Bridge,
  event: APIGatewayProxyEventV2,
): Promise<Issue[]> => {
  const { body, path, ...request } = toIncomingRequest(event, nowSeconds(systemClock))
  const name = path.split('/').findLast((segment) => segment !== '') ?? ''
  const source = findSource(bridge, name)
  if (!source) return []
  // What cannot be read is shown by the worker, which parks it.
  const reading = await read(source, { ...request, source: name, body: body() }).catch(() => null)
  return reading?.kind === 'signups' ? distinctIssues(reading.leftOut) : []
}
