import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { isSuccess } from './errors.ts'
import type { IntercomRequest, SendRequest } from './request.ts'

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

/** An attribute of the workspace's contacts. */
export type DataAttribute = z.infer<typeof attributeSchema>
/** What a custom attribute holds. */
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
 * Why the workspace does not take a custom attribute, in words for the log; `undefined` where it
 * does. A data type that nobody knows yet is left to Intercom to judge.
 */
export const attributeProblem = (
  list: readonly DataAttribute[],
  name: string,
  value: Scalar,
): string | undefined => {
  const attribute = list.find((each) => isCustom(each) && each.name === name)
  if (!attribute || attribute.archived) return 'not in the workspace'
  if (attribute.api_writable === false) return 'not writable'
  const { data_type, options } = attribute
  if (data_type && !(fitsType[data_type]?.(value) ?? true)) return `not of its type, ${data_type}`
  return options?.length && !options.includes(value) ? 'not one of its options' : undefined
}

const cacheMs = 10 * 60_000

/**
 * The contact attributes that a workspace has; `undefined` where it does not say. For a replay none
 * that were read before it was sent: the attributes may have been made in between.
 */
export type ListAttributes = (
  send: SendRequest,
  notBeforeMs?: number,
) => Promise<readonly DataAttribute[] | undefined>

/** What the next call meets as well, and waits for: it is no answer about the list. */
const notAboutList: ReadonlySet<ErrorCode> = new Set(['intercom_unauthorized', 'out_of_time'])

/** Reads the list of attributes when asked, keeps it for 10 min, one reading at a time. */
export const createListAttributes = (clock: Clock): ListAttributes => {
  let kept: { readonly list: readonly DataAttribute[]; readonly readAtMs: number } | undefined
  let reading: Promise<readonly DataAttribute[] | undefined> | undefined
  return async (send, notBeforeMs = Number.NEGATIVE_INFINITY) => {
    const oldestMs = Math.max(clock.now() - cacheMs + 1, notBeforeMs)
    if (kept && kept.readAtMs >= oldestMs) return kept.list
    const readAtMs = clock.now()
    reading ??= send(listRequest)
      .then((list) => {
        kept = { list, readAtMs }
        return list
      })
      .catch((error: unknown) => {
        if (!(error instanceof BridgeError) || notAboutList.has(error.code)) throw error
        return undefined
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }
}
