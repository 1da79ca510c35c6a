import type { Signup } from '../signup.ts'
import type { Standing } from './mark.ts'
import type { Policy } from './policy.ts'

/** What is known of a delivery beside its signup. */
export type ConsentContext = {
  readonly policy: Policy
  readonly standing?: Standing
  /** This signup created the contact, now or in an earlier receive. */
  readonly isCreator: boolean
  /** This receive did. */
  readonly isCreated?: boolean
}

/** What a person chooses of a subscription type; `undefined` changes nothing. */
export type Choice = 'opt_in' | 'opt_out' | undefined

/**
 * What an answer chooses: a no always opts out; an empty box (null) only the contact that this signup
 * creates; a yes opts in only where the person has just given it: not in a replay, not in a delivery
 * that may be a captured one or that is older than what was applied, and not in a change that repeats
 * all that the sender knows of the person.
 */
export const choiceOf = (
  answer: boolean | null,
  { event, isWhole }: Pick<Signup, 'event' | 'isWhole'>,
  { policy, standing, isCreator, isCreated = false }: ConsentContext,
): Choice => {
  const isOld = standing === 'late' || standing === 'level'
  if (answer === false) return 'opt_out'
  if (answer === null) return isCreator && standing !== 'late' ? 'opt_out' : undefined
  if (!policy.consent?.isFresh || isOld) return undefined
  if (isCreated) return 'opt_in'
  return policy.consent.isRepeat || (event === 'updated' && isWhole) ? undefined : 'opt_in'
}

/** Whether a yes of a signup chooses nothing. */
export const withholdsOptIn = (signup: Signup, context: ConsentContext): boolean =>
  Object.values(signup.subscriptions ?? {}).some(
    (answer) => answer === true && choiceOf(answer, signup, context) === undefined,
  )
