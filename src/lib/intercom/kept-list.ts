import type { Clock } from '../clock.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import type { IntercomRequest, SendRequest } from './request-types.ts'

/** How long a list is used, and a permanent refusal to list: a token without that permission. */
const keepMs = 10 * 60_000
/** How long a temporary failure is not tried again. */
const keepFailureMs = 30_000

/** How old a cached list may be. */
export type ListAge = {
  /** Not read before this time, unix milliseconds: a replay needs what was created since. */
  readonly notBeforeMs?: number
  /** Holds for lists only, not for failures. */
  readonly maxAgeMs?: number
}

/** What a workspace has of one kind; without a list the error says why it could not be read. */
export type KeptList<Item> =
  | { readonly list: readonly Item[]; readonly error?: undefined }
  | { readonly list?: undefined; readonly error: BridgeError }

/** Reads a list, or returns the one that it keeps. */
export type ReadList<Item> = (send: SendRequest, age?: ListAge) => Promise<KeptList<Item>>

/** Errors that the next request would meet too: they are thrown. */
const thrownCodes: ReadonlySet<ErrorCode> = new Set([
  'intercom_unauthorized',
  'misconfigured',
  'out_of_time',
])
const permanentCodes: ReadonlySet<ErrorCode> = new Set(['intercom_forbidden', 'intercom_rejected'])

type Reading<Item> = {
  readonly kept: KeptList<Item>
  readonly startedMs: number
  readonly usableForMs: number
}

/**
 * Creates a function that reads a list and caches it for 10 min, a permanent refusal too; a temporary
 * failure for 30 s. Concurrent callers share one request.
 *
 * @throws BridgeError (from each call) `intercom_unauthorized`, `misconfigured` or `out_of_time`; unexpected errors
 */
export const createReadList = <Item>(
  request: IntercomRequest<readonly Item[]>,
  clock: Clock,
): ReadList<Item> => {
  let last: Reading<Item> | undefined
  let reading: Promise<Reading<Item>> | undefined

  const read = async (send: SendRequest): Promise<Reading<Item>> => {
    const startedMs = clock.now()
    try {
      return { kept: { list: await send(request) }, startedMs, usableForMs: keepMs }
    } catch (error) {
      if (!(error instanceof BridgeError) || thrownCodes.has(error.code)) throw error
      const isPermanent = permanentCodes.has(error.code)
      // A blip does not make a list that was read before unusable.
      const list = isPermanent ? undefined : last?.kept.list
      const kept = list ? { list } : { error }
      return { kept, startedMs, usableForMs: isPermanent ? keepMs : keepFailureMs }
    }
  }
  const isUsable = (
    { kept, startedMs, usableForMs }: Reading<Item>,
    { notBeforeMs, maxAgeMs }: ListAge,
  ): boolean => {
    const ageMs = clock.now() - startedMs
    const isFresh = !kept.list || maxAgeMs === undefined || ageMs < maxAgeMs
    return ageMs < usableForMs && isFresh && startedMs >= (notBeforeMs ?? 0)
  }

  return async (send, age = {}) => {
    if (last && isUsable(last, age)) return last.kept
    reading ??= read(send).finally(() => {
      reading = undefined
    })
    last = await reading
    return last.kept
  }
}
