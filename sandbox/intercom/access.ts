import { type Refusal, refusals } from './refusal.ts'

/** Knows which bearer token is good, and which ones once were. */
export const createAccess = (initial: string) => {
  let current = initial
  const former = new Set<string>()

  const accept = (token: string): void => {
    former.add(current)
    current = token
  }

  return {
    /** From now on only this token is good; those before it are revoked. */
    accept,
    /** Why a request may not pass, by its `Authorization` header. */
    refusal: (authorization: unknown): Refusal | undefined => {
      if (typeof authorization !== 'string' || authorization === '')
        return refusals.missingAuthorization
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (token === current) return undefined
      return token !== undefined && former.has(token)
        ? refusals.tokenRevoked
        : refusals.unauthorized
    },
    reset: (): void => {
      former.clear()
      current = initial
    },
  }
}
