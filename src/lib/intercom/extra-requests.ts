import * as z from 'zod/mini'
import type { Company } from '../signup.ts'
import { lenient } from './contact.ts'
import { isSuccess } from './errors.ts'
import type { Answered, Call } from './request.ts'

const made = z.looseObject({ id: z.string().check(z.minLength(1)) })

const idOf = (answer: Answered): string | undefined => {
  const parsed = z.safeParse(made, isSuccess(answer) ? answer.body : undefined)
  return parsed.success ? parsed.data.id : undefined
}
const done = (answer: Answered): true | undefined => (isSuccess(answer) ? true : undefined)
/** A page instead of JSON is a gateway's word, not Intercom's. */
const isGone = ({ status, body }: Answered): boolean => status === 404 && body !== undefined

const post = <T>(
  name: string,
  path: string,
  body: object,
  read: (answer: Answered) => T | undefined,
): Call<T> => ({ name, method: 'POST', path, body: JSON.stringify(body), read, repeatable: true })

const under = (contactId: string, things: string) =>
  `/contacts/${encodeURIComponent(contactId)}/${things}`

/**
 * Makes a tag of this name, or gives the one that there is: its id.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tags/createtag
 */
export const tagCall = (name: string): Call<string> => post('tag', '/tags', { name }, idOf)

/** Ties a tag to a contact, once; `gone` where there is no such tag, or no such contact. */
export const attachTagCall = (contactId: string, id: string): Call<true | 'gone'> =>
  post('attach_tag', under(contactId, 'tags'), { id }, (answer) =>
    isGone(answer) ? 'gone' : done(answer),
  )

const companySchema = z.looseObject({
  ...made.shape,
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
export const companyCall = (company: Company): Call<KnownCompany> =>
  post('company', '/companies', company, (answer) => {
    const parsed = z.safeParse(companySchema, isSuccess(answer) ? answer.body : undefined)
    return parsed.success ? parsed.data : undefined
  })

/** Ties a company to a contact, once. */
export const attachCompanyCall = (contactId: string, id: string): Call<true> =>
  post('attach_company', under(contactId, 'companies'), { id }, done)

/** Adds a note to a contact; a second one where the first one's answer was lost. */
export const noteCall = (contactId: string, body: string): Call<true> =>
  post('note', under(contactId, 'notes'), { body }, done)
