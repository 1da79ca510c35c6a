import * as z from 'zod/mini'
import type { Company } from '../signup.ts'
import { lenient } from './contact.ts'
import { isSuccess } from './errors.ts'
import type { IntercomRequest, IntercomResponse } from './request.ts'

const createdSchema = z.looseObject({ id: z.string().check(z.minLength(1)) })

const readId = (response: IntercomResponse): string | undefined => {
  const parsed = z.safeParse(createdSchema, isSuccess(response) ? response.body : undefined)
  return parsed.success ? parsed.data.id : undefined
}
const readSuccess = (response: IntercomResponse): true | undefined =>
  isSuccess(response) ? true : undefined
/** A page instead of JSON is a gateway's word, not Intercom's. */
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

const contactPath = (contactId: string, things: string) =>
  `/contacts/${encodeURIComponent(contactId)}/${things}`

/**
 * Makes a tag of this name, or gives the one that there is: its id.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tags/createtag
 */
export const tagRequest = (name: string): IntercomRequest<string> =>
  post('tag', '/tags', { name }, readId)

/** Ties a tag to a contact, once; `gone` where there is no such tag, or no such contact. */
export const attachTagRequest = (contactId: string, id: string): IntercomRequest<true | 'gone'> =>
  post('attach_tag', contactPath(contactId, 'tags'), { id }, (response) =>
    isNotFound(response) ? 'gone' : readSuccess(response),
  )

const companySchema = z.looseObject({
  ...createdSchema.shape,
  name: lenient(z.string()),
  website: lenient(z.string()),
  industry: lenient(z.string()),
  size: lenient(z.int()),
  plan: lenient(z.looseObject({ name: lenient(z.string()) })),
})

/** A company as Intercom has it. */
export type KnownCompany = z.infer<typeof companySchema>

/**
 * Makes a company, or updates the one of this `company_id` in the fields given.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
export const companyRequest = (company: Company): IntercomRequest<KnownCompany> =>
  post('company', '/companies', company, (response) => {
    const parsed = z.safeParse(companySchema, isSuccess(response) ? response.body : undefined)
    return parsed.success ? parsed.data : undefined
  })

/** Ties a company to a contact, once. */
export const attachCompanyRequest = (contactId: string, id: string): IntercomRequest<true> =>
  post('attach_company', contactPath(contactId, 'companies'), { id }, readSuccess)

/** Adds a note to a contact; a second one where the first one's answer was lost. */
export const noteRequest = (contactId: string, body: string): IntercomRequest<true> =>
  post('note', contactPath(contactId, 'notes'), { body }, readSuccess)
