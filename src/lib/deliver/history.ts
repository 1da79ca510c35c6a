import type { Contact } from '../intercom/contact.ts'
import type { ContactRequest, ContactResponse } from '../intercom/contact-request.ts'
import type { DataAttribute, Scalar } from '../intercom/data-attributes.ts'

/** A call, or the workspace's list of attributes: kept, and no call under `/contacts`. */
export type StepRequest = ContactRequest | { readonly type: 'attributes' }
/** What such a call was answered. */
export type StepResponse =
  | ContactResponse
  | { readonly type: 'attributes'; readonly list: readonly DataAttribute[] | undefined }

/** A call made for a signup and its answer. */
export type Exchange = { readonly request: StepRequest; readonly response: StepResponse }
/** The oldest first. */
export type History = readonly Exchange[]

/** How many answers of a type there were. */
export const countResponses = (history: History, type: StepResponse['type']): number =>
  history.filter(({ response }) => response.type === type).length

/** How many calls under `/contacts` were made. */
export const countContactRequests = (history: History): number =>
  history.filter(({ request }) => request.type !== 'attributes').length

/** A contact that is gone, or merged, may stand in Intercom's search for a while: it is not believed. */
export const withoutGone = (history: History): History =>
  history.map(({ request, response }, index) => {
    if (response.type !== 'contacts') return { request, response }
    const gone = history.slice(0, index).flatMap((past) => {
      const isGone = past.response.type === 'gone' || past.response.type === 'merged'
      return isGone && 'id' in past.request ? [past.request.id] : []
    })
    const contacts = response.contacts.filter(({ id }) => !gone.includes(id))
    return { request, response: { ...response, contacts } }
  })

/** The contact itself, as Intercom answered it to who asked for this one. */
export const contactRead = ({ request, response }: Exchange): Contact | undefined => {
  const wasRead = request.type === 'get' || request.type === 'find'
  return response.type === 'contact' && wasRead ? response.contact : undefined
}

/** A contact as it was last read. */
export const lastRead = (history: History, id: string): Contact | undefined =>
  history.flatMap((past) => contactRead(past) ?? []).findLast((contact) => contact.id === id)

/** What happened from the last search on; nothing where there was none. */
export const sinceSearch = (history: History): History => {
  const at = history.findLastIndex(({ response }) => response.type === 'contacts')
  return at === -1 ? [] : history.slice(at)
}

/** Who the last search found, each as it was read since, where it was. */
export const foundContacts = (history: History): readonly Contact[] => {
  const since = sinceSearch(history)
  const response = since[0]?.response
  return response?.type === 'contacts'
    ? response.contacts.map((contact) => lastRead(since, contact.id) ?? contact)
    : []
}

/** The custom attributes that a call sent. */
export const sentAttributes = (request: StepRequest | undefined): [string, Scalar][] =>
  request && 'fields' in request ? Object.entries(request.fields.custom_attributes ?? {}) : []
