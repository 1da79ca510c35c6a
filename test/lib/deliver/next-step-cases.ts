import type { Exchange, StepRequest, StepResponse } from '../../../src/lib/deliver/history.ts'
import { nextStep } from '../../../src/lib/deliver/next-step.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Decision } from '../../../src/lib/deliver/step.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { DataAttribute } from '../../../src/lib/intercom/data-attributes.ts'
import type { ContactField, ContactFields, Signup } from '../../../src/lib/signup.ts'
import { defaultPolicy, email } from '../../support/people.ts'

/** The response to a search. */
export const found = (...contacts: Contact[]): StepResponse => ({ type: 'contacts', contacts })
/** The response to a get, a find, a create or an update. */
export const returned = (contact: Contact): StepResponse => ({ type: 'contact', contact })
/** The responses to a search that finds a contact and to a get of it. */
export const foundAndRead = (contact: Contact, read = contact): StepResponse[] => [
  found(contact),
  returned(read),
]
export const conflict = (id?: string, archived = false): StepResponse => ({
  type: 'conflict',
  id,
  archived,
})
export const gone: StepResponse = { type: 'gone' }
export const unarchived: StepResponse = { type: 'unarchived' }
export const merged = (id?: string): StepResponse => ({ type: 'merged', id })
/** A refusal that is about custom attributes, or names these fields. */
export const refused = (
  aboutAttributes: boolean,
  ...fields: readonly ContactField[]
): StepResponse => ({
  type: 'refused',
  aboutAttributes,
  fields,
  error: new BridgeError('intercom_rejected', 'text', { intercomCode: 'parameter_invalid' }),
})
export const attributeList = (...list: DataAttribute[]): StepResponse => ({
  type: 'attributes',
  list,
})
export const unreadableList: StepResponse = { type: 'attributes', list: undefined }
export const textAttribute = (name: string): DataAttribute => ({ name, data_type: 'string' })

/** The requests of a run, and how it ended if the responses were enough. */
type Run = Partial<Omit<Decision, 'contact'>> & {
  requests: StepRequest[]
  id?: string
  code?: string
  intercomCode?: string
}
/** Runs the steps of a signup with prepared responses, until it ends or they are used up. */
export const run = (
  signup: Signup,
  responses: readonly StepResponse[],
  policy: Partial<Policy> = {},
): Run => {
  const history: Exchange[] = []
  for (;;) {
    const step = nextStep(signup, { ...defaultPolicy, ...policy }, history)
    const requests = history.map(({ request }) => request)
    if ('fail' in step) {
      const { code, intercomCode } = step.fail
      return { requests, code, ...(intercomCode !== undefined && { intercomCode }) }
    }
    if ('done' in step) {
      const { contact, ...rest } = step.done
      return { requests, ...(contact && { id: contact.id }), ...rest }
    }
    const response = responses[history.length]
    if (!response) return { requests: [...requests, step.request] }
    history.push({ request: step.request, response })
  }
}

export const search: StepRequest = { type: 'search', email }
export const getA: StepRequest = { type: 'get', id: 'a' }
/** The fields of a user that is created: it has signed up when the signup was received. */
export const created = ({ contact }: Signup): ContactFields => ({
  signed_up_at: defaultPolicy.received_at,
  ...contact,
})
/** A decision that counts nothing and leaves out nothing. */
export const nothingReported = { counts: [], refused: [] }
export const withFields = (signup: Signup, fields: Partial<Signup['contact']>): Signup => ({
  ...signup,
  contact: { ...signup.contact, ...fields },
})
