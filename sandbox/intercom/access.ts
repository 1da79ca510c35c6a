import { type ApiError, apiErrors } from './api-error.ts'

/** Holds the valid bearer token and the revoked ones. */
export const createAccess = (initial: string) => {
  let current = initial
  const revoked = new Set<string>()

  const accept = (token: string): void => {
    revoked.add(current)
    current = token
  }

  return {
    /** Makes this the only valid token and revokes the earlier ones. */
    accept,
    /** Returns the error for an `Authorization` header, or undefined if its token is valid. */
    check: (authorization: unknown): ApiError | undefined => {
      if (typeof authorization !== 'string' || authorization === '')
        return apiErrors.missingAuthorization
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (token === current) return undefined
      return token !== undefined && revoked.has(token)
        ? apiErrors.tokenRevoked
        : apiErrors.unauthorized
    },
    reset: (): void => {
      revoked.clear()
      current = initial
    },
  }
}
