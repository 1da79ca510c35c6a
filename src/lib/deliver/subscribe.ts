import { BridgeError } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import { subscriptionRequest, writeAttributeRequest } from '../intercom/extra-requests.ts'
import type { SubscriptionType } from '../intercom/subscription-types.ts'
import { own } from '../json-access.ts'
import type { Signup } from '../signup.ts'
import type { SubscriptionTarget } from '../transform/mapping-options.ts'
import { addNote } from './add-note.ts'
import type { Choice, ConsentContext } from './consent-choice.ts'
import { signedUpAt } from './contact-diff.ts'
import type { ExtrasDependencies } from './extra.ts'
import { findByText } from './fit-attributes.ts'
import type { Policy } from './policy.ts'

const unknownType = (): BridgeError =>
  new BridgeError(
    'intercom_rejected',
    'the workspace has no live subscription type of this name or id: create it in Intercom, or fix `subscriptions`',
    { issues: [{ path: 'subscriptions', reason: 'no such live type' }] },
  )

/** Only live ones count: their e-mails are sent. */
const findType = (
  types: readonly SubscriptionType[],
  name: string,
): SubscriptionType | undefined => {
  const live = types.filter(({ state }) => state === 'live')
  const byId = live.find(({ id }) => id === name)
  return byId ?? findByText(live, (type) => type.default_translation?.name ?? undefined, name)
}

const typeNamed = async (
  name: string,
  policy: Policy,
  { send, listSubscriptionTypes }: ExtrasDependencies,
): Promise<SubscriptionType> => {
  const read = async (age = {}): Promise<SubscriptionType | undefined> => {
    const { list, error } = await listSubscriptionTypes(send, age)
    if (!list) throw error
    return findType(list, name)
  }
  const { replayedAtMs: notBeforeMs } = policy
  const type =
    (await read()) ?? (notBeforeMs === undefined ? undefined : await read({ notBeforeMs }))
  if (!type) throw unknownType()
  return type
}

/** Writes when and through which source the person agreed, where the config asks for it. */
const recordConsent = async (
  signup: Signup,
  contact: Contact,
  target: SubscriptionTarget | undefined,
  name: string,
  { policy, ...dependencies }: ExtrasDependencies & { readonly policy: Policy },
): Promise<void> => {
  const record = typeof target === 'object' ? target.record : undefined
  const at = signedUpAt(signup, policy)
  if (record === 'note') {
    const time = new Date(at * 1_000).toISOString().replace('.000', '')
    await addNote(`${name}: agreed at ${time} by ${policy.consent?.source}`, contact, dependencies)
  } else if (record) {
    const recorded = own(contact.custom_attributes, record.attribute)
    if (Number(recorded ?? 0) >= at) return
    await dependencies.send(writeAttributeRequest(contact.id, record.attribute, at))
  }
}

/** Subscribes a contact to a type of e-mail, or unsubscribes it; each may be done again. */
export const subscribe = async (
  choice: NonNullable<Choice>,
  name: string,
  signup: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies & ConsentContext,
): Promise<void> => {
  const { send, isNew, policy } = dependencies
  const { id, consent_type, default_translation } = await typeNamed(name, policy, dependencies)
  if (!consent_type) throw unknownType()
  // A new contact is subscribed to every opt_out type, and to no opt_in type.
  if (choice === consent_type || !isNew) {
    await send(subscriptionRequest(contact.id, { id, consent_type }, choice))
  }
  if (choice === 'opt_in') {
    const target = policy.consent?.targets[name]
    await recordConsent(signup, contact, target, default_translation?.name ?? name, dependencies)
  }
}
