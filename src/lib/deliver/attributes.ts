import { attributeProblem, type DataAttribute, type Scalar } from '../intercom/data-attributes.ts'
import { type History, type StepRequest, sentAttributes } from './history.ts'

type Attributes = readonly DataAttribute[]

/** Whether a workspace's list explains why a call was refused. */
export const explainsRefusal = (list: Attributes | undefined, request: StepRequest): boolean =>
  list !== undefined &&
  sentAttributes(request).some((sent) => attributeProblem(list, ...sent) !== undefined)

/**
 * Why the workspace does not take a custom attribute, as the answers so far tell: those that its
 * list explains a refusal by; all, where it explains nothing, cannot be read, or was heeded in vain.
 * `undefined` for one that may be sent.
 */
export const whyRefused = (
  history: History,
): ((name: string, value: Scalar) => string | undefined) => {
  const at = history.findIndex(({ response }) => response.type === 'attributes')
  const answer = history[at]?.response
  const first = history[at - 1]?.request
  if (answer?.type !== 'attributes' || !first) return () => undefined
  const { list } = answer
  if (!list) return () => 'refused, and the list of attributes could not be read'
  const refusedAgain = history.slice(at).some((past) => past.response.type === 'refused')
  const others = explainsRefusal(list, first) && !refusedAgain ? undefined : 'refused'
  return (name, value) => attributeProblem(list, name, value) ?? others
}
