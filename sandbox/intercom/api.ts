import { type ApiError, apiErrors, invalid, isApiError } from './api-error.ts'
import { createPathPattern } from './path-pattern.ts'
import type { ApiRequest } from './request.ts'
import type { Route } from './route.ts'
import { defaultVersion, isFrom216, readVersion } from './version.ts'

/** Routes a request that is authorised and within the rate limit, and returns the result. */
export const createApi = (routes: readonly Route[]) => {
  const patterns = routes.map((route) => ({ ...route, match: createPathPattern(route.path) }))
  return ({ method, path, query, headers, body }: ApiRequest): object | ApiError => {
    if (!/\bapplication\/json\b/i.test(String(headers.accept))) return apiErrors.notAcceptable
    const version = readVersion(headers['intercom-version'] ?? defaultVersion)
    if (!version) return apiErrors.versionUnknown
    try {
      for (const route of patterns) {
        const segments = route.method === method ? route.match(path) : undefined
        if (!segments) continue
        const [id = '', otherId = ''] = segments.map(decodeURIComponent)
        const json = (): unknown => JSON.parse(body)
        const result = route.respond({ id, otherId, version, query, json })
        const isKnown = !isApiError(result) || result.status !== 410 || isFrom216(version)
        return isKnown ? result : apiErrors.userNotFound
      }
      return apiErrors.resourceNotFound
    } catch (error) {
      if (error instanceof SyntaxError) return invalid('The request body is not valid JSON')
      if (error instanceof URIError) return apiErrors.resourceNotFound
      throw error
    }
  }
}
