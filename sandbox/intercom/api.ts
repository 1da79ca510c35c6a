import { createPathPattern } from './path-pattern.ts'
import { invalid, isRefusal, type Refusal, refusals } from './refusal.ts'
import type { ApiRequest } from './request.ts'
import type { Route } from './route.ts'
import { defaultVersion, isFrom216, readVersion } from './version.ts'

/** Intercom behind its doors: whoever gets here is allowed in and within the rate limit. */
export const createApi = (routes: readonly Route[]) => {
  const patterns = routes.map((route) => ({ ...route, match: createPathPattern(route.path) }))
  return ({ method, path, query, headers, body }: ApiRequest): object | Refusal => {
    if (!/\bapplication\/json\b/i.test(String(headers.accept))) return refusals.notAcceptable
    const version = readVersion(headers['intercom-version'] ?? defaultVersion)
    if (!version) return refusals.versionUnknown
    try {
      for (const route of patterns) {
        const segments = route.method === method ? route.match(path) : undefined
        if (!segments) continue
        const [id = '', otherId = ''] = segments.map(decodeURIComponent)
        const json = (): unknown => JSON.parse(body)
        const result = route.respond({ id, otherId, version, query, json })
        const isTold = !isRefusal(result) || result.status !== 410 || isFrom216(version)
        return isTold ? result : refusals.userNotFound
      }
      return refusals.resourceNotFound
    } catch (error) {
      if (error instanceof SyntaxError) return invalid('The request body is not valid JSON')
      if (error instanceof URIError) return refusals.resourceNotFound
      throw error
    }
  }
}
