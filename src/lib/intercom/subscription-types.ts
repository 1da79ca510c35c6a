import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { once } from '../memoise.ts'
import { lenient } from './contact.ts'
import { isSuccess } from './errors.ts'
import { createReadList, type ReadList } from './kept-list.ts'
import type { IntercomRequest } from './request-types.ts'

/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/subscription-types/listsubscriptiontypes */
const listSchema = once(() => {
  const type = z.looseObject({
    id: z.string().check(z.minLength(1)),
    state: lenient(z.string()),
    consent_type: lenient(z.enum(['opt_in', 'opt_out'])),
    default_translation: lenient(z.looseObject({ name: lenient(z.string()) })),
  })
  return z.looseObject({ data: z.array(type) })
})

/**
 * A kind of e-mail that people choose: an `opt_out` type reaches everyone who does not leave it, an
 * `opt_in` type only who joins it.
 */
export type SubscriptionType = z.infer<ReturnType<typeof listSchema>>['data'][number]

const listRequest: IntercomRequest<readonly SubscriptionType[]> = {
  name: 'subscription_types',
  method: 'GET',
  path: '/subscription_types',
  read: (response) => {
    const list = z.safeParse(listSchema(), isSuccess(response) ? response.body : undefined)
    return list.success ? list.data.data : undefined
  },
  repeatable: true,
}

/** Lists the subscription types of the workspace, and keeps the list. */
export type ListSubscriptionTypes = ReadList<SubscriptionType>

export const createListSubscriptionTypes = (clock: Clock): ListSubscriptionTypes =>
  createReadList(listRequest, clock)
