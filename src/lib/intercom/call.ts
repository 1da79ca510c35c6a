import * as z from 'zod/mini'
import type { ContactFields } from '../signup.ts'
import { type Contact, contactListSchema, contactSchema, errorListSchema } from './contact.ts'
import type { HttpRequest } from './http.ts'

/** One call under `/contacts`. */
export type ContactCall =
  | { readonly type: 'search'; readonly field: 'email' | 'phone'; readonly value: string }
  | { readonly type: 'find'; readonly external_id: string }
  | { readonly type: 'get'; readonly id: string }
  | { readonly type: 'create'; readonly fields: ContactFields }
  | { readonly type: 'update'; readonly id: string; readonly fields: Partial<ContactFields> }

/** The answers that decide what comes next; all others are thrown as a BridgeError. */
export type ContactAnswer =
  | { readonly type: 'contact'; readonly contact: Contact }
  | {
      readonly type: 'contacts'
      readonly contacts: readonly Contact[]
      /** Ids among them that search did not give, and this process remembers. */
      readonly unindexed?: readonly string[]
    }
  /** 409: the id stands only in the message's text, and may be missing. */
  | { readonly type: 'conflict'; readonly id: string | undefined; readonly archived: boolean }
  /** 404, and 410 of API versions from 2.16 on. */
  | { readonly type: 'gone' }

/** A call as Intercom's API takes it; ids are encoded, so that none leaves its place in the path. */
export const toRequest = (call: ContactCall): Pick<HttpRequest, 'method' | 'path' | 'body'> => {
  switch (call.type) {
    case 'search': {
      const query = { field: call.field, operator: '=', value: call.value }
      const body = JSON.stringify({ query, pagination: { per_page: 50 } })
      return { method: 'POST', path: '/contacts/search', body }
    }
    case 'find': {
      const external_id = encodeURIComponent(call.external_id)
      return { method: 'GET', path: `/contacts/find_by_external_id/${external_id}` }
    }
    case 'get':
      return { method: 'GET', path: `/contacts/${encodeURIComponent(call.id)}` }
    case 'create':
      return { method: 'POST', path: '/contacts', body: JSON.stringify(call.fields) }
    case 'update': {
      const path = `/contacts/${encodeURIComponent(call.id)}`
      return { method: 'PUT', path, body: JSON.stringify(call.fields) }
    }
  }
}

/** Leads never conflict, so a second create after an unclear first one would make two of them. */
export const isUnrepeatable = (call: ContactCall): boolean =>
  call.type === 'create' && call.fields.role === 'lead'

/** Every id in a recording is 24 hex characters; the wording around it is not contractual. */
const conflictId = /\bid=([0-9a-f]{6,64})\b/i

/** What an answer means for its call; `undefined` for one that decides nothing. */
export const toAnswer = (
  call: ContactCall,
  status: number,
  body: unknown,
): ContactAnswer | undefined => {
  if (status === 200) {
    if (call.type === 'search') {
      const list = z.safeParse(contactListSchema, body)
      return list.success ? { type: 'contacts', contacts: list.data.data } : undefined
    }
    const contact = z.safeParse(contactSchema, body)
    return contact.success ? { type: 'contact', contact: contact.data } : undefined
  }
  const hasTarget = call.type === 'get' || call.type === 'update' || call.type === 'find'
  if (hasTarget && (status === 404 || status === 410)) return { type: 'gone' }
  if (status === 409 && (call.type === 'create' || call.type === 'update')) {
    const list = z.safeParse(errorListSchema, body)
    const text = list.success ? (list.data.errors[0]?.message ?? '') : ''
    const archived = /\barchived contact\b/i.test(text)
    return { type: 'conflict', id: conflictId.exec(text)?.[1], archived }
  }
  return undefined
}
