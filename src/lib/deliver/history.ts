import type { Contact } from '../intercom/contact.ts'
import type { ContactAnswer, ContactCall } from '../intercom/contact-request.ts'
import type { DataAttribute, Scalar } from '../intercom/data-attributes.ts'

/** A call, or the workspace's list of attributes: kept, and no call under `/contacts`. */
export type DecideCall = ContactCall | { readonly type: 'attributes' }
/** What such a call was answered. */
export type DecideAnswer =
  | ContactAnswer
  | { readonly type: 'attributes'; readonly list: readonly DataAttribute[] | undefined }

/** A call made for a signup and its answer. */
export type Past = { readonly call: DecideCall; readonly answer: DecideAnswer }
/** The oldest first. */
export type History = readonly Past[]

/** How many answers of a type there were. */
export const countAnswers = (history: History, type: DecideAnswer['type']): number =>
  history.filter(({ answer }) => answer.type === type).length

/** How many calls under `/contacts` were made. */
export const contactCallsIn = (history: History): number =>
  history.filter(({ call }) => call.type !== 'attributes').length

/** A contact that is gone, or merged, may stand in Intercom's search for a while: it is not believed. */
export const withoutGone = (history: History): History =>
  history.map(({ call, answer }, index) => {
    if (answer.type !== 'contacts') return { call, answer }
    const gone = history.slice(0, index).flatMap((past) => {
      const isGone = past.answer.type === 'gone' || past.answer.type === 'merged'
      return isGone && 'id' in past.call ? [past.call.id] : []
    })
    const contacts = answer.contacts.filter(({ id }) => !gone.includes(id))
    return { call, answer: { ...answer, contacts } }
  })

/** The contact itself, as Intercom answered it to who asked for this one. */
export const readIn = ({ call, answer }: Past): Contact | undefined => {
  const wasRead = call.type === 'get' || call.type === 'find'
  return answer.type === 'contact' && wasRead ? answer.contact : undefined
}

/** A contact as it was last read. */
export const lastRead = (history: History, id: string): Contact | undefined =>
  history.flatMap((past) => readIn(past) ?? []).findLast((contact) => contact.id === id)

/** What happened from the last search on; nothing where there was none. */
export const sinceSearch = (history: History): History => {
  const at = history.findLastIndex(({ answer }) => answer.type === 'contacts')
  return at === -1 ? [] : history.slice(at)
}

/** Who the last search found, each as it was read since, where it was. */
export const foundIn = (history: History): readonly Contact[] => {
  const since = sinceSearch(history)
  const answer = since[0]?.answer
  return answer?.type === 'contacts'
    ? answer.contacts.map((contact) => lastRead(since, contact.id) ?? contact)
    : []
}

/** The custom attributes that a call sent. */
export const attributesOf = (call: DecideCall | undefined): [string, Scalar][] =>
  call && 'fields' in call ? Object.entries(call.fields.custom_attributes ?? {}) : []
