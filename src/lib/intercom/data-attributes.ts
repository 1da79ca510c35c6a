import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { isSuccess } from './errors.ts'
import { createReadList, type ListAge } from './kept-list.ts'
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

/** An attribute that the workspace defines for contacts, or for companies. */
export type DataAttribute = z.infer<typeof attributeSchema>
/** The value of a custom attribute. */
export type Scalar = string | number | boolean

/** Each has attributes of its own. */
type Model = 'contact' | 'company'

const listRequest = (model: Model): IntercomRequest<readonly DataAttribute[]> => ({
  name: 'attributes',
  method: 'GET',
  path: `/data_attributes?model=${model}`,
  read: (response) => {
    const list = z.safeParse(listSchema, isSuccess(response) ? response.body : undefined)
    return list.success ? list.data.data : undefined
  },
  repeatable: true,
})

/** Whether an attribute is a custom one: a standard field may have the same name. */
export const isCustom = ({ name, full_name }: DataAttribute): boolean =>
  full_name === undefined || full_name === null || full_name === `custom_attributes.${name}`

/** Lists the attributes of the workspace, of one model; `undefined` if the list cannot be read. */
export type ListAttributes = (
  send: SendRequest,
  age?: ListAge,
) => Promise<readonly DataAttribute[] | undefined>

/**
 * Creates a function that lists the attributes, and keeps the list as `createReadList` says.
 *
 * @throws BridgeError (from each call) `intercom_unauthorized`, `misconfigured` or `out_of_time`; unexpected errors
 */
export const createListAttributes = (clock: Clock, model: Model = 'contact'): ListAttributes => {
  const readList = createReadList(listRequest(model), clock)
  return async (send, age) => (await readList(send, age)).list
}
