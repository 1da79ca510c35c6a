import { type DataAttribute, type Scalar, whyNot } from '../intercom/data-attributes.ts'
import { attributesOf, type DecideCall, type History } from './history.ts'

type Attributes = readonly DataAttribute[]

/** Whether a workspace's list explains why a call was refused. */
export const explains = (list: Attributes | undefined, call: DecideCall): boolean =>
  list !== undefined && attributesOf(call).some((sent) => whyNot(list, ...sent) !== undefined)

/**
 * Why the workspace does not take a custom attribute, as the answers so far tell: those that its
 * list explains a refusal by; all, where it explains nothing, cannot be read, or was heeded in vain.
 * `undefined` for one that may be sent.
 */
export const whyRefused = (
  history: History,
): ((name: string, value: Scalar) => string | undefined) => {
  const at = history.findIndex(({ answer }) => answer.type === 'attributes')
  const answer = history[at]?.answer
  const first = history[at - 1]?.call
  if (answer?.type !== 'attributes' || !first) return () => undefined
  const { list } = answer
  if (!list) return () => 'refused, and the list of attributes could not be read'
  const refusedAgain = history.slice(at).some((past) => past.answer.type === 'refused')
  const others = explains(list, first) && !refusedAgain ? undefined : 'refused'
  return (name, value) => whyNot(list, name, value) ?? others
}
