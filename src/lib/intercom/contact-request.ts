import * as z from 'zod/mini'
import type { BridgeError } from '../errors.ts'
import type { HttpRequest } from '../http.ts'
import type { ContactField, ContactFields, Role } from '../signup.ts'
import { type Contact, contactListSchema, contactSchema } from './contact.ts'
import type { Scalar } from './data-attributes.ts'
import {
  intercomCodeOf,
  intercomError,
  intercomTextOf,
  isBadToken,
  isSuccess,
  namesMissingPart,
} from './errors.ts'
import { type RefusalSubject, subjectOf } from './refusal-subject.ts'
import type { IntercomRequest, IntercomResponse } from './request-types.ts'

/** A search for one person: by e-mail, by phone, or for either of them. */
export type SearchRequest = {
  readonly type: 'search'
  readonly email?: string
  readonly phone?: string
  /** Only contacts of this role; of users only those with this `external_id` or none (`null`: none). */
  readonly only?: { readonly role: Role; readonly external_id?: string | null }
}

/** The fields that an update writes; `null` empties a field. */
export type ContactChanges = {
  readonly [field in ContactField]?: ContactFields[field] | null
} & { readonly custom_attributes?: Readonly<Record<string, Scalar | null>> | undefined }

/** A request under `/contacts`. */
export type ContactRequest =
  | SearchRequest
  | { readonly type: 'find'; readonly external_id: string }
  | { readonly type: 'get'; readonly id: string; readonly forMerge?: true }
  | { readonly type: 'create'; readonly fields: ContactFields }
  | {
      readonly type: 'update'
      readonly id: string
      readonly fields: ContactChanges
      readonly forMerge?: true
    }
  /** Merges a lead into a user, for good. */
  | { readonly type: 'merge'; readonly from: string; readonly into: string }
  | { readonly type: 'unarchive'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string; readonly how: Removal }

/**
 * How a contact is removed.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/archivecontact
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/deletecontact
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/blockcontact
 */
export type Removal = 'archive' | 'delete' | 'block'

/** The responses that have a result; any other is thrown as a BridgeError. */
export type ContactResponse =
  | { readonly type: 'contact'; readonly contact: Contact }
  | {
      readonly type: 'contacts'
      readonly contacts: readonly Contact[]
      /** There are more than this page has. */
      readonly hasMore?: boolean
      /** Ids of those that search did not find yet and this process remembers. */
      readonly unindexed?: readonly string[]
    }
  | { readonly type: 'unarchived' }
  | { readonly type: 'removed' }
  /** 409: the id is only in the message's text, and may be missing. */
  | { readonly type: 'conflict'; readonly id: string | undefined; readonly archived: boolean }
  /** 404: deleted or archived; up to API version 2.15 also merged. */
  | { readonly type: 'gone' }
  /** 410, from API version 2.16 on: `id` is the contact that it was merged into (header `Link`). */
  | { readonly type: 'merged'; readonly id: string | undefined }
  /** 400, 401 or 422, or a 404 about something that the request names, such as an owner. */
  | ({ readonly type: 'refused'; readonly error: BridgeError } & RefusalSubject)

const isFrom216 = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return Number.isNaN(major) || major > 2 || (major === 2 && minor >= 16)
}

/** Returns a contact's fields without `email_verified`, if the API version does not know it. */
export const fieldsIn = (version: string, fields: ContactFields): ContactFields => {
  if (fields.email_verified === undefined || isFrom216(version)) return fields
  const { email_verified: _, ...known } = fields
  return known
}

/** From 2.16 on, `owner_id` is text. `email_verified` without an e-mail beside it is a 400. */
const toRequestBody = (fields: ContactChanges, version: string): string => {
  const { owner_id, email_verified, ...rest } = fields
  const isNew = isFrom216(version)
  const owner = isNew && typeof owner_id === 'number' ? `${owner_id}` : owner_id
  const verified = isNew && rest.email ? email_verified : undefined
  return JSON.stringify({ ...rest, owner_id: owner, email_verified: verified })
}

const equals = (field: string, value: string | null) => ({ field, operator: '=', value })

/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/searchcontacts */
const toQuery = ({ email, phone, only }: SearchRequest): object | undefined => {
  const filters = [
    ...(email === undefined ? [] : [equals('email', email)]),
    ...(phone === undefined ? [] : [equals('phone', phone)]),
  ]
  if (!only) return filters.length === 1 ? filters[0] : { operator: 'OR', value: filters }
  const { role, external_id } = only
  const withoutId = equals('external_id', null)
  const own = external_id
    ? { operator: 'OR', value: [equals('external_id', external_id), withoutId] }
    : withoutId
  return {
    operator: 'AND',
    value: [...filters, equals('role', role), ...(external_id === undefined ? [] : [own])],
  }
}

/** Ids are encoded: none can change the path. */
const toHttpRequest = (
  request: ContactRequest,
  version: string,
): Pick<HttpRequest, 'method' | 'path' | 'body'> => {
  switch (request.type) {
    case 'search': {
      const body = JSON.stringify({ query: toQuery(request), pagination: { per_page: 50 } })
      return { method: 'POST', path: '/contacts/search', body }
    }
    case 'find': {
      const external_id = encodeURIComponent(request.external_id)
      return { method: 'GET', path: `/contacts/find_by_external_id/${external_id}` }
    }
    case 'get':
      return { method: 'GET', path: `/contacts/${encodeURIComponent(request.id)}` }
    case 'create':
      return { method: 'POST', path: '/contacts', body: toRequestBody(request.fields, version) }
    case 'update': {
      const path = `/contacts/${encodeURIComponent(request.id)}`
      return { method: 'PUT', path, body: toRequestBody(request.fields, version) }
    }
    case 'unarchive':
      return { method: 'POST', path: `/contacts/${encodeURIComponent(request.id)}/unarchive` }
    case 'merge': {
      const { from, into } = request
      return { method: 'POST', path: '/contacts/merge', body: JSON.stringify({ from, into }) }
    }
    case 'remove': {
      const path = `/contacts/${encodeURIComponent(request.id)}`
      return request.how === 'delete'
        ? { method: 'DELETE', path }
        : { method: 'POST', path: `${path}/${request.how}` }
    }
  }
}

/** In every recording an id is 24 hex characters; the text around it is undocumented. */
const conflictId = /\bid=([0-9a-f]{6,64})\b/i

/** https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/contacts/showcontact */
const canonicalId = /<(?:https?:\/\/[^/>]+)?\/contacts\/([\w-]{1,64})>[^,]*;\s*rel="?canonical"?/i

const readContacts = (request: ContactRequest, body: unknown): ContactResponse | undefined => {
  if (request.type === 'search') {
    const list = z.safeParse(contactListSchema, body)
    if (!list.success) return undefined
    const { data, total_count, pages } = list.data
    const hasMore = !!pages?.next || (total_count ?? 0) > data.length
    return { type: 'contacts', contacts: data, ...(hasMore && { hasMore }) }
  }
  const contact = z.safeParse(contactSchema, body)
  if (!contact.success) return undefined
  if (request.type === 'remove') return { type: 'removed' }
  return request.type === 'unarchive'
    ? { type: 'unarchived' }
    : { type: 'contact', contact: contact.data }
}

/**
 * Any refusal, also for lack of a permission, is about the merge alone: the contact is delivered.
 * https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/contacts/mergecontact
 */
const readMerge = (response: IntercomResponse): ContactResponse | undefined => {
  const { status, body } = response
  if (status === 404 || status === 410) return { type: 'gone' }
  const isTemporary = status >= 500 || status === 408 || status === 429 || isBadToken(response)
  if (status < 400 || isTemporary) return undefined
  return {
    type: 'refused',
    error: intercomError('intercom_rejected', response),
    ...subjectOf(body),
  }
}

/** A 401 was recorded once for an unknown attribute; its code is not that of a bad token. */
const isRejected = ({ status, body }: IntercomResponse): boolean =>
  status === 400 ||
  status === 422 ||
  (status === 404 && namesMissingPart(body)) ||
  (status === 401 && intercomCodeOf(body) === 'parameter_invalid')

const readContactResponse = (
  request: ContactRequest,
  response: IntercomResponse,
): ContactResponse | undefined => {
  const { status, headers, body } = response
  if (isSuccess(response)) return readContacts(request, body)
  // Not JSON: an error page of a gateway, not Intercom's response.
  if (body === undefined) return undefined
  if (request.type === 'merge') return readMerge(response)
  const hasTarget = request.type !== 'create' && request.type !== 'search'
  if (hasTarget && status === 404 && !namesMissingPart(body)) return { type: 'gone' }
  // How find responds when there is no such contact is undocumented.
  if (request.type === 'find' && status === 400) return { type: 'gone' }
  // Another search has found contacts already: one that Intercom does not accept adds none.
  if (request.type === 'search' && request.only && status === 400) {
    return { type: 'contacts', contacts: [] }
  }
  if (hasTarget && status === 410) {
    return { type: 'merged', id: canonicalId.exec(String(headers.link ?? ''))?.[1] }
  }
  const text = intercomTextOf(body)
  const writes =
    request.type === 'create' ||
    request.type === 'update' ||
    request.type === 'unarchive' ||
    request.type === 'remove'
  if (writes && status === 409) {
    const archived = /\barchived contact\b/i.test(text)
    return { type: 'conflict', id: conflictId.exec(text)?.[1], archived }
  }
  if (writes && isRejected(response)) {
    const error = intercomError('intercom_rejected', response)
    const attributes =
      'fields' in request ? Object.keys(request.fields.custom_attributes ?? {}) : []
    return { type: 'refused', error, ...subjectOf(body, attributes) }
  }
  return undefined
}

/** The HTTP request, for a version of Intercom's API. */
export const toIntercomRequest = (
  request: ContactRequest,
  version: string,
): IntercomRequest<ContactResponse> => ({
  ...toHttpRequest(request, version),
  name: request.type,
  read: (response) => readContactResponse(request, response),
  // Intercom allows duplicate leads, so a retry after an unclear attempt could create a second one.
  repeatable: !(request.type === 'create' && request.fields.role === 'lead'),
})
