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

const fitsType: { readonly [type: string]: (value: Scalar) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  // Unix seconds.
  date: Number.isInteger,
  datetime: Number.isInteger,
}

const isCustom = ({ name, full_name }: DataAttribute): boolean =>
  full_name === undefined || full_name === null || full_name === `custom_attributes.${name}`

/**
 * Returns why the workspace does not accept a custom attribute, in words for the log; `undefined`
 * if it does. An unknown data type accepts any value: Intercom decides.
 */
export const attributeProblem = (
  list: readonly DataAttribute[],
  name: string,
  value: Scalar,
): string | undefined => {
  const attribute = list.find((candidate) => isCustom(candidate) && candidate.name === name)
  if (!attribute || attribute.archived) return 'not in the workspace'
  if (attribute.api_writable === false) return 'not writable'
  const { data_type, options } = attribute
  if (data_type && !(fitsType[data_type]?.(value) ?? true)) return `not of its type, ${data_type}`
  return options?.length && !options.includes(value) ? 'not one of its options' : undefined
}

const cacheMs = 10 * 60_000

/**
 * Lists the contact attributes of the workspace; `undefined` if the list cannot be read. A list
 * that was read before `notBeforeMs` is not used: a replay needs the attributes created since.
 */
export type ListAttributes = (
  send: SendRequest,
  notBeforeMs?: number,
) => Promise<readonly DataAttribute[] | undefined>

/** Errors that the next request would meet too: they are thrown. */
const thrownCodes: ReadonlySet<ErrorCode> = new Set([
  'intercom_unauthorized',
  'misconfigured',
  'out_of_time',
])

/**
 * Creates a function that reads the list of attributes and caches it for 10 min. Concurrent callers
 * share one request.
 *
 * @throws BridgeError (from each call) `intercom_unauthorized`, `misconfigured` or `out_of_time`; unexpected errors
 */
export const createListAttributes = (clock: Clock): ListAttributes => {
  let cached: { readonly list: readonly DataAttribute[]; readonly readAtMs: number } | undefined
  let reading: Promise<readonly DataAttribute[] | undefined> | undefined
  return async (send, notBeforeMs = Number.NEGATIVE_INFINITY) => {
    const oldestMs = Math.max(clock.now() - cacheMs + 1, notBeforeMs)
    if (cached && cached.readAtMs >= oldestMs) return cached.list
    const readAtMs = clock.now()
    reading ??= send(listRequest)
      .then((list) => {
        cached = { list, readAtMs }
        return list
      })
      .catch((error: unknown) => {
        if (!(error instanceof BridgeError) || thrownCodes.has(error.code)) throw error
        return undefined
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }
}
