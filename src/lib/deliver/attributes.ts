import { type DataAttribute, isCustom, type Scalar } from '../intercom/data-attributes.ts'
import { attributePrefix, markName, ownerName, ownMarkName, type Signup } from '../signup.ts'
import { type FittedAttribute, fitAttribute, fitAttributes, fitClears } from './fit-attributes.ts'
import { type History, type StepRequest, sentAttributes } from './history.ts'
import type { Policy } from './policy.ts'

/** The custom attributes of a signup, as the workspace takes them. */
export type SignupAttributes = {
  readonly values: readonly FittedAttribute[]
  readonly clears: readonly FittedAttribute<null>[]
  /** Only for a source that overwrites. */
  readonly mark?: FittedAttribute
  /** The common mark, which says whether the person was deleted, where `mark` is another. */
  readonly personMark?: FittedAttribute
  /** Only for a source that takes more than new signups. */
  readonly owner?: FittedAttribute
}

const valuesOf = ({ contact }: Signup): Readonly<Record<string, Scalar>> =>
  contact.custom_attributes ?? {}

const clearedNames = ({ clears = [] }: Signup): string[] =>
  clears
    .filter((path) => path.startsWith(attributePrefix))
    .map((path) => path.slice(attributePrefix.length))

/** Whether a delivery needs the workspace's list of attributes. */
export const needsList = (signup: Signup, { mark, claim }: Policy): boolean =>
  mark !== undefined || claim !== undefined || Object.keys(valuesOf(signup)).length > 0

/** The newest list of attributes that could be read. */
const newestList = (history: History): readonly DataAttribute[] | undefined =>
  history
    .map(({ response }) => (response.type === 'attributes' ? response.list : undefined))
    .findLast((list) => list !== undefined)

/** Returns the attributes fitted to the newest list; as they are if there is none. */
export const attributesOf = (
  signup: Signup,
  { mark, claim }: Policy,
  history: History,
): SignupAttributes => {
  const list = newestList(history)
  const asTheyAre = <T>(name: string, value: T) => ({ name, sentAs: name, value })
  const fitOne = (name: string, value: Scalar): FittedAttribute =>
    list ? fitAttribute(list, name, value) : asTheyAre(name, value)
  const has = (name: string) =>
    list?.some((attribute) => isCustom(attribute) && attribute.name === name)
  const ownMark = ownMarkName(claim?.source ?? '')
  const orderMark =
    signup.part === undefined ? (has(ownMark) ? ownMark : markName) : ownMarkName(signup.part)
  const isDeletion = signup.event === 'deleted'
  const values = valuesOf(signup)
  const names = clearedNames(signup)
  return {
    values: list
      ? fitAttributes(list, values)
      : Object.entries(values).map(([name, value]) => asTheyAre(name, value)),
    clears: list ? fitClears(list, names) : names.map((name) => asTheyAre(name, null)),
    ...(mark !== undefined && {
      mark: fitOne(orderMark, mark),
      ...((isDeletion || orderMark !== markName) && {
        personMark: fitOne(markName, isDeletion ? -mark : mark),
      }),
    }),
    ...(claim && { owner: fitOne(ownerName, claim.source) }),
  }
}

/** Whether an attribute has to be left out, or no list says; an older list may be why. */
export const hasUnfit = (signup: Signup, policy: Policy, history: History): boolean => {
  const { values, mark } = attributesOf(signup, policy, history)
  const isUnfit = (attribute: FittedAttribute) => attribute.problem !== undefined
  return newestList(history) === undefined || [...values, ...(mark ? [mark] : [])].some(isUnfit)
}

/** Whether the list of attributes explains why a request was refused: it fits them differently. */
export const explainsRefusal = (list: readonly DataAttribute[], request: StepRequest): boolean =>
  sentAttributes(request).some(([name, value]) => {
    if (value === null) return fitClears(list, [name]).every(({ sentAs }) => sentAs !== name)
    const fitted = fitAttribute(list, name, value)
    return fitted.problem !== undefined || fitted.sentAs !== name || fitted.value !== value
  })
