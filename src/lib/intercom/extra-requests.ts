import * as z from 'zod/mini'
import { once } from '../memoise.ts'
import type { Company, DataEvent } from '../signup.ts'
import { lenient } from './contact.ts'
import { isSuccess } from './errors.ts'
import { toNoteBody } from './note-body.ts'
import type { IntercomRequest, IntercomResponse } from './request-types.ts'

const createdSchema = once(() => z.looseObject({ id: z.string().check(z.minLength(1)) }))

const readId = (response: IntercomResponse): string | undefined => {
  const parsed = z.safeParse(createdSchema(), isSuccess(response) ? response.body : undefined)
  return parsed.success ? parsed.data.id : undefined
}
const readSuccess = (response: IntercomResponse): true | undefined =>
  isSuccess(response) ? true : undefined
/** Not if the body is no JSON: that is an error page of a gateway, not Intercom's response. */
const isNotFound = ({ status, body }: IntercomResponse): boolean =>
  status === 404 && body !== undefined

const post = <T>(
  name: string,
  path: string,
  body: object,
  read: (response: IntercomResponse) => T | undefined,
): IntercomRequest<T> => ({
  name,
  method: 'POST',
  path,
  body: JSON.stringify(body),
  read,
  repeatable: true,
})

const contactPath = (contactId: string, collection: string) =>
  `/contacts/${encodeURIComponent(contactId)}/${collection}`

/**
 * Creates the tag, if there is none of this name, and returns its id.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tags/createtag
 */
export const tagRequest = (name: string): IntercomRequest<string> =>
  post('tag', '/tags', { name }, readId)

/** Adds a tag to a contact; idempotent. Returns `gone` if the tag or the contact does not exist. */
export const attachTagRequest = (contactId: string, id: string): IntercomRequest<true | 'gone'> =>
  post('attach_tag', contactPath(contactId, 'tags'), { id }, (response) =>
    isNotFound(response) ? 'gone' : readSuccess(response),
  )

const tagsSchema = once(() =>
  z.looseObject({
    data: z.array(z.looseObject({ id: z.string().check(z.minLength(1)), name: z.string() })),
  }),
)

/**
 * Lists all tags of a contact.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/listtagsforacontact
 */
export const listTagsRequest = (
  contactId: string,
): IntercomRequest<readonly { readonly id: string; readonly name: string }[]> => ({
  name: 'list_tags',
  method: 'GET',
  path: contactPath(contactId, 'tags'),
  read: (response) => {
    const parsed = z.safeParse(tagsSchema(), isSuccess(response) ? response.body : undefined)
    return parsed.success ? parsed.data.data : undefined
  },
  repeatable: true,
})

/** Removes a thing from a contact; idempotent: one that is not there is a success. */
const detachRequest = (
  name: string,
  contactId: string,
  collection: string,
  id: string,
): IntercomRequest<true> => ({
  name,
  method: 'DELETE',
  path: `${contactPath(contactId, collection)}/${encodeURIComponent(id)}`,
  read: (response) => (isNotFound(response) ? true : readSuccess(response)),
  repeatable: true,
})

/**
 * Removes a tag from a contact.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tags/detachtagfromcontact
 */
export const detachTagRequest = (contactId: string, id: string): IntercomRequest<true> =>
  detachRequest('detach_tag', contactId, 'tags', id)

/**
 * Makes a contact's choice of a subscription type. Intercom keeps choices against the default alone:
 * a contact that is attached to an `opt_out` type has left it, one that is attached to an `opt_in` type
 * has joined it, and detaching it gives the default back. Idempotent.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/attachsubscriptiontypetocontact
 */
export const subscriptionRequest = (
  contactId: string,
  type: { readonly id: string; readonly consent_type: 'opt_in' | 'opt_out' },
  choice: 'opt_in' | 'opt_out',
): IntercomRequest<true> =>
  choice === type.consent_type
    ? post('subscribe', contactPath(contactId, 'subscriptions'), type, readSuccess)
    : detachRequest('unsubscribe', contactId, 'subscriptions', type.id)

/** Writes one custom attribute of a contact. */
export const writeAttributeRequest = (
  contactId: string,
  name: string,
  value: number,
): IntercomRequest<true> => ({
  name: 'write_attribute',
  method: 'PUT',
  path: `/contacts/${encodeURIComponent(contactId)}`,
  body: JSON.stringify({ custom_attributes: { [name]: value } }),
  read: readSuccess,
  repeatable: true,
})

const companySchema = once(() =>
  z.looseObject({
    ...createdSchema().shape,
    name: lenient(z.string()),
    website: lenient(z.string()),
    industry: lenient(z.string()),
    size: lenient(z.int()),
    plan: lenient(z.looseObject({ name: lenient(z.string()) })),
    monthly_spend: lenient(z.number()),
    remote_created_at: lenient(z.int()),
    custom_attributes: lenient(z.record(z.string(), z.unknown())),
  }),
)

/** A company in Intercom. */
export type KnownCompany = z.infer<ReturnType<typeof companySchema>>

/**
 * Creates a company, or updates these fields of the one with this `company_id`.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
export const companyRequest = (company: Company): IntercomRequest<KnownCompany> =>
  post('company', '/companies', company, (response) => {
    const parsed = z.safeParse(companySchema(), isSuccess(response) ? response.body : undefined)
    return parsed.success ? parsed.data : undefined
  })

/** Adds a contact to a company; idempotent. */
export const attachCompanyRequest = (contactId: string, id: string): IntercomRequest<true> =>
  post('attach_company', contactPath(contactId, 'companies'), { id }, readSuccess)

const companiesSchema = once(() => {
  const companies = z.array(
    z.looseObject({ ...createdSchema().shape, company_id: lenient(z.string()) }),
  )
  return z.looseObject({
    data: lenient(companies),
    companies: lenient(companies),
    pages: lenient(z.looseObject({ next: lenient(z.string()) })),
  })
})

/** A company of a contact: Intercom's id of it, and the id that its source gave it. */
export type AttachedCompany = {
  readonly id: string
  readonly company_id?: string | null | undefined
}

export type CompanyPage = {
  readonly companies: readonly AttachedCompany[]
  /** The query of the next page; `undefined` if this is the last. */
  readonly next: string | undefined
}

/** The query of a link to the next page; no other part of a link is used. */
const queryOf = (link: string | null | undefined): string | undefined =>
  (link && URL.parse(link, 'https://api.intercom.io')?.search) || undefined

/**
 * Lists a page of a contact's companies. The description's schema names the list `companies`, its
 * example `data`.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/listcompaniesforacontact
 */
export const listCompaniesRequest = (
  contactId: string,
  query = '',
): IntercomRequest<CompanyPage> => ({
  name: 'list_companies',
  method: 'GET',
  path: `${contactPath(contactId, 'companies')}${query}`,
  read: (response) => {
    const parsed = z.safeParse(companiesSchema(), isSuccess(response) ? response.body : undefined)
    if (!parsed.success) return undefined
    const { data, companies, pages } = parsed.data
    const list = data ?? companies
    return list ? { companies: list, next: queryOf(pages?.next) } : undefined
  },
  repeatable: true,
})

/**
 * Removes a contact from a company; idempotent: one that is not there is removed.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/detachcontactfromacompany
 */
export const detachCompanyRequest = (contactId: string, id: string): IntercomRequest<true> => ({
  name: 'detach_company',
  method: 'DELETE',
  path: `${contactPath(contactId, 'companies')}/${encodeURIComponent(id)}`,
  read: (response) => (isNotFound(response) ? true : readSuccess(response)),
  repeatable: true,
})

/**
 * Adds a note of plain text to a contact. Not repeated after an unclear response: that could add a
 * second one.
 */
export const noteRequest = (contactId: string, text: string): IntercomRequest<true> => ({
  ...post('note', contactPath(contactId, 'notes'), { body: toNoteBody(text) }, readSuccess),
  repeatable: false,
})

/** Not a page of a gateway, which has a success' status, too. */
const isAccepted = (response: IntercomResponse): boolean =>
  isSuccess(response) && !/\bhtml\b/i.test(String(response.headers['content-type']))

/**
 * Posts a data event of a contact; the response is a 202 with an empty body. It may be repeated:
 * Intercom ignores a second one of the same contact, name and time.
 * https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-events/createdataevent
 */
export const eventRequest = (id: string, event: DataEvent): IntercomRequest<true> =>
  post('event', '/events', { id, ...event }, (response) =>
    isAccepted(response) ? true : undefined,
  )

const notesSchema = once(() =>
  z.looseObject({
    data: lenient(z.array(z.looseObject({ body: lenient(z.string()) }))),
  }),
)

/**
 * Lists the HTML of a contact's newest 50 notes.
 * https://developers.intercom.com/docs/references/2.17/rest-api/api.intercom.io/notes/listnotes
 */
export const listNotesRequest = (contactId: string): IntercomRequest<readonly string[]> => ({
  name: 'list_notes',
  method: 'GET',
  path: contactPath(contactId, 'notes'),
  read: (response) => {
    const parsed = z.safeParse(notesSchema(), isSuccess(response) ? response.body : undefined)
    return parsed.success ? (parsed.data.data ?? []).map(({ body }) => body ?? '') : undefined
  },
  repeatable: true,
})
