import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { isSuccess } from './errors.ts'
import type { IntercomRequest, SendRequest } from './request-types.ts'

/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-attributes/lisdataattributes */
const attributeSchema = z.looseObject({
  name: z.string(),
  full_name: z.optional(z.nullable(z.string())),
  data_type: z.optional(z.nullable(z.string())),
  options: z.optional(z.nullable(z.array(z.unknown()))),
  api_writable: z.optional(z.nullable(z.boolean())),
  archived: z.optional(z.nullable(z.boolean())),
})
const listSchema = z.looseObject({ data: z.array(attributeSchema) })

/** An attribute that the workspace defines for contacts. */
export type DataAttribute = z.infer<typeof attributeSchema>
/** The value of a custom attribute. */
export type Scalar = string | number | boolean

const listRequest: IntercomRequest<readonly DataAttribute[]> = {
  name: 'attributes',
  method: 'GET',
  path: '/data_attributes?model=contact',
  read: (response) => {
    const list = z.safeParse(listSchema, isSuccess(response) ? response.body : undefined)
    return list.success ? list.data.data : undefined
  },
  repeatable: true,
}

/** Whether an attribute is a custom one: a standard field may have the same name. */
export const isCustom = ({ name, full_name }: DataAttribute): boolean =>
  full_name === undefined || full_name === null || full_name === `custom_attributes.${name}`

/** How long a list is used, and a permanent refusal to list: a token without that permission. */
const keepMs = 10 * 60_000
/** How long a temporary failure is not tried again. */
const keepFailureMs = 30_000

/** How old a cached list may be. */
export type ListAge = {
  /** Not read before this time, unix milliseconds: a replay needs the attributes created since. */
  readonly notBeforeMs?: number
  /** Holds for lists only, not for failures. */
  readonly maxAgeMs?: number
}

/** Lists the contact attributes of the workspace; `undefined` if the list cannot be read. */
export type ListAttributes = (
  send: SendRequest,
  age?: ListAge,
) => Promise<readonly DataAttribute[] | undefined>

/** Errors that the next request would meet too: they are thrown. */
const thrownCodes: ReadonlySet<ErrorCode> = new Set([
  'intercom_unauthorized',
  'misconfigured',
  'out_of_time',
])
const permanentCodes: ReadonlySet<ErrorCode> = new Set(['intercom_forbidden', 'intercom_rejected'])

type Reading = {
  readonly list: readonly DataAttribute[] | undefined
  readonly startedMs: number
  readonly usableForMs: number
}

/**
 * Creates a function that reads the list of attributes and caches it for 10 min, a permanent
 * refusal too; a temporary failure for 30 s. Concurrent callers share one request.
 *
 * @throws BridgeError (from each call) `intercom_unauthorized`, `misconfigured` or `out_of_time`; unexpected errors
 */
export const createListAttributes = (clock: Clock): ListAttributes => {
  let last: Reading | undefined
  let reading: Promise<Reading> | undefined

  const read = async (send: SendRequest): Promise<Reading> => {
    const startedMs = clock.now()
    try {
      return { list: await send(listRequest), startedMs, usableForMs: keepMs }
    } catch (error) {
      if (!(error instanceof BridgeError) || thrownCodes.has(error.code)) throw error
      const isPermanent = permanentCodes.has(error.code)
      // A blip does not make a list that was read before unusable.
      const list = isPermanent ? undefined : last?.list
      return { list, startedMs, usableForMs: isPermanent ? keepMs : keepFailureMs }
    }
  }
  const isUsable = (kept: Reading, { notBeforeMs, maxAgeMs }: ListAge): boolean => {
    const ageMs = clock.now() - kept.startedMs
    const isFresh = !kept.list || maxAgeMs === undefined || ageMs < maxAgeMs
    return ageMs < kept.usableForMs && isFresh && kept.startedMs >= (notBeforeMs ?? 0)
  }

  return async (send, age = {}) => {
    if (last && isUsable(last, age)) return last.list
    reading ??= read(send).finally(() => {
      reading = undefined
    })
    last = await reading
    return last.list
  }
}
