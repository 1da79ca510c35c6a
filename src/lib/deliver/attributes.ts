import { attributeProblem, type DataAttribute, type Scalar } from '../intercom/data-attributes.ts'
import { type History, type StepRequest, sentAttributes } from './history.ts'

type Attributes = readonly DataAttribute[]

/** Whether the workspace's list of attributes explains why a request was refused. */
export const explainsRefusal = (list: Attributes | undefined, request: StepRequest): boolean =>
  list !== undefined &&
  sentAttributes(request).some(([name, value]) => attributeProblem(list, name, value) !== undefined)

/**
 * Returns a function that says why a custom attribute has to be left out; `undefined` if it may be
 * sent. After a refusal, those that the workspace's list explains are left out. All are left out if
 * the list explains none, could not be read, or a request was refused again after it was applied.
 */
export const whyRefused = (
  history: History,
): ((name: string, value: Scalar) => string | undefined) => {
  const listIndex = history.findIndex(({ response }) => response.type === 'attributes')
  const listResponse = history[listIndex]?.response
  const refusedRequest = history[listIndex - 1]?.request
  if (listResponse?.type !== 'attributes' || !refusedRequest) return () => undefined
  const { list } = listResponse
  if (!list) return () => 'refused, and the list of attributes could not be read'
  const refusedAgain = history.slice(listIndex).some(({ response }) => response.type === 'refused')
  const isExplained = explainsRefusal(list, refusedRequest) && !refusedAgain
  const otherwise = isExplained ? undefined : 'refused'
  return (name, value) => attributeProblem(list, name, value) ?? otherwise
}
