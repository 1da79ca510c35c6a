import { type Contact, isEmailOf } from '../intercom/contact.ts'
import type { ContactRequest, ContactResponse, SearchRequest } from '../intercom/contact-request.ts'
import type { DataAttribute, Scalar } from '../intercom/data-attributes.ts'
import { isEmpty } from '../json-access.ts'

/** A request under `/contacts`, or one for the workspace's list of attributes, which is cached. */
export type StepRequest = ContactRequest | AttributesRequest
/** `again`: the list that is known may be too old. */
export type AttributesRequest = { readonly type: 'attributes'; readonly again?: true }
/** The response to a StepRequest; `list` is `undefined` if it could not be read. */
export type StepResponse =
  | ContactResponse
  | { readonly type: 'attributes'; readonly list: readonly DataAttribute[] | undefined }

/** A request made for a signup, and its response. */
export type Exchange = { readonly request: StepRequest; readonly response: StepResponse }
/** The exchanges of one signup, oldest first. */
export type History = readonly Exchange[]

/** Counts the responses of a type. */
export const countResponses = (history: History, type: StepResponse['type']): number =>
  history.filter(({ response }) => response.type === type).length

/** The limit of requests under /contacts per receive, so that no rule can loop. */
export const maxContactRequests = 6

/** Counts the requests under `/contacts`. */
export const countContactRequests = (history: History): number =>
  history.filter(({ request }) => request.type !== 'attributes').length

/** Removes contacts known to be gone or merged from later search results: search lags behind. */
export const dropGoneContacts = (history: History): History =>
  history.map(({ request, response }, index) => {
    if (response.type !== 'contacts') return { request, response }
    const goneIds = history.slice(0, index).flatMap((earlier) => {
      const isGone = earlier.response.type === 'gone' || earlier.response.type === 'merged'
      return isGone && 'id' in earlier.request ? [earlier.request.id] : []
    })
    const contacts = response.contacts.filter(({ id }) => !goneIds.includes(id))
    return { request, response: { ...response, contacts } }
  })

/** Returns the contact if a get or find request returned it. */
export const contactRead = ({ request, response }: Exchange): Contact | undefined => {
  const wasRead = request.type === 'get' || request.type === 'find'
  return response.type === 'contact' && wasRead ? response.contact : undefined
}

/** Returns the contact as it was last read, if it was. */
export const lastRead = (history: History, id: string): Contact | undefined =>
  history
    .flatMap((exchange) => contactRead(exchange) ?? [])
    .findLast((contact) => contact.id === id)

/** Whether a request is a search for a person, before any narrower one. */
export const isFirstSearch = (request: StepRequest): request is SearchRequest =>
  request.type === 'search' && request.only === undefined

/** Returns the exchanges from the last search on, narrower ones included; none without a search. */
export const sinceSearch = (history: History): History => {
  const searchIndex = history.findLastIndex(({ request }) => isFirstSearch(request))
  return searchIndex === -1 ? [] : history.slice(searchIndex)
}

/** Returns the exchange before the last search, narrower ones not counted. */
export const beforeSearch = (history: History): Exchange | undefined =>
  history[history.findLastIndex(({ request }) => isFirstSearch(request)) - 1]

const hasOtherEmail = (contact: Contact, email: string): boolean =>
  !isEmpty(contact.email) && !isEmailOf(contact, email)

/**
 * Returns the contacts that the last search and its narrower ones found, each as last read since, if
 * it was. One that search shows by the phone alone, and that has another e-mail, is not the person,
 * nor one that has got another e-mail since.
 */
export const foundContacts = (history: History): readonly Contact[] => {
  const exchanges = sinceSearch(history)
  const search = exchanges[0]?.request
  const email = search?.type === 'search' ? search.email : undefined
  const contacts = exchanges.flatMap(({ response }) =>
    response.type === 'contacts' ? response.contacts : [],
  )
  const unique = new Map(contacts.map((contact) => [contact.id, contact]))
  return [...unique.values()].flatMap((contact) => {
    const read = lastRead(exchanges, contact.id) ?? contact
    const isOther = (seen: Contact) => email !== undefined && hasOtherEmail(seen, email)
    return isOther(contact) || isOther(read) ? [] : [read]
  })
}

/** Returns the custom attributes that a request sends, as entries. */
export const sentAttributes = (
  request: StepRequest | undefined,
): (readonly [string, Scalar | null])[] =>
  request && 'fields' in request ? Object.entries(request.fields.custom_attributes ?? {}) : []
