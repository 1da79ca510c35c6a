import type { Contact } from '../intercom/contact.ts'
import { eventRequest } from '../intercom/extra-requests.ts'
import type { DataEvent } from '../signup.ts'
import type { ExtrasDependencies } from './extra.ts'

/** Posts a data event; of one contact, name and time Intercom keeps one. */
export const addEvent = async (
  event: DataEvent,
  { id }: Contact,
  { send }: ExtrasDependencies,
): Promise<void> => {
  await send(eventRequest(id, event))
}
