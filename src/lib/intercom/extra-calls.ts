import * as z from 'zod/mini'
import type { Company } from '../signup.ts'
import type { Answered, Call } from './call.ts'
import type { HttpRequest } from './http.ts'

const made = z.looseObject({ id: z.string().check(z.minLength(1)) })

const idOf = ({ status, body }: Answered): string | undefined => {
  const parsed = z.safeParse(made, status === 200 ? body : undefined)
  return parsed.success ? parsed.data.id : undefined
}

const post = <T>(
  name: string,
  path: string,
  body: object,
  read: (answer: Answered) => T | undefined,
): Call<T> => ({
  name,
  method: 'POST' satisfies HttpRequest['method'],
  path,
  body: JSON.stringify(body),
  read,
  repeatable: true,
})

const done = ({ status }: Answered): true | undefined => (status === 200 ? true : undefined)
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
    answer.status === 404 && answer.body !== undefined ? 'gone' : done(answer),
  )

/**
 * Makes or updates a company by its `company_id`, and gives Intercom's id of it.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
export const companyCall = (company: Company): Call<string> =>
  post('company', '/companies', company, idOf)

/** Ties a company to a contact, once. */
export const attachCompanyCall = (contactId: string, id: string): Call<true> =>
  post('attach_company', under(contactId, 'companies'), { id }, done)

/** Adds a note to a contact; a second one where the first one's answer was lost. */
export const noteCall = (contactId: string, body: string): Call<true> =>
  post('note', under(contactId, 'notes'), { body }, done)
