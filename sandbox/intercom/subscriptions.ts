import { own } from '../../src/lib/json-access.ts'
import { type ApiError, apiErrors, invalid } from './api-error.ts'
import { createLinks } from './links.ts'
import { toUnixSeconds } from './unix-time.ts'

/** A kind of e-mail that people choose. */
type SubscriptionType = {
  readonly id: string
  readonly name: string
  readonly consent_type: 'opt_in' | 'opt_out'
  readonly state: 'live' | 'draft' | 'archived'
}

/** How a type is declared, for error messages. */
export const subscriptionNotation =
  'name, name:opt_in, name:opt_out or name:opt_out:archived (or :draft), with id= before it'

const notation =
  /^(?:(?<id>\d+)=)?(?<name>[^:=]+)(?::(?<consent>opt_in|opt_out))?(?::(?<state>live|draft|archived))?$/

type Declared = Omit<SubscriptionType, 'id'> & { readonly id: string | undefined }

/**
 * Parses `News`, `News:opt_out`, `91=News:opt_in:archived`; the default is `opt_in:live`. Returns
 * undefined if the text is none of these.
 */
export const readSubscriptionType = (text: string): Declared | undefined => {
  const { id, name, consent, state } = notation.exec(text)?.groups ?? {}
  if (name === undefined) return undefined
  return {
    id,
    name,
    consent_type: consent === 'opt_out' ? consent : 'opt_in',
    state: state === 'draft' || state === 'archived' ? state : 'live',
  }
}

/** Those of a workspace without others: an `opt_out` type, an `opt_in` type and an archived one. */
export const defaultSubscriptionTypes = [
  'Newsletter:opt_out',
  'Product updates:opt_in',
  'Old news:opt_out:archived',
] as const

const view = ({ id, name, consent_type, state }: SubscriptionType) => {
  const translation = { name, description: `${name} by e-mail`, locale: 'en' }
  return {
    type: 'subscription',
    id,
    state,
    consent_type,
    default_translation: translation,
    translations: [translation],
    content_types: ['email'],
  }
}

/**
 * Keeps the workspace's subscription types and what contacts chose against their default: who is
 * linked to an `opt_out` type has left it, who is linked to an `opt_in` type has joined it. Each of
 * `names` is a `subscriptionNotation`.
 *
 * @throws Error if a name has another form
 */
export const createSubscriptions = (now: () => number, names: readonly string[]) => {
  const types = new Map<string, SubscriptionType>()
  const links = createLinks()

  /** Adds types, or changes those of the same name. */
  const add = (texts: readonly string[]): void => {
    for (const text of texts) {
      const declared = readSubscriptionType(text)
      if (!declared) throw new Error(`subscription type ${text}: must be ${subscriptionNotation}`)
      const known = [...types.values()].find(({ name }) => name === declared.name)
      const id = declared.id ?? known?.id ?? String(types.size + 1)
      types.set(id, { ...declared, id })
    }
  }
  add(names)

  const chosen = (contactId: string): SubscriptionType[] =>
    links.of(contactId).flatMap((id) => types.get(id) ?? [])
  const idsOf = (contactId: string, consent: SubscriptionType['consent_type']): string[] =>
    chosen(contactId)
      .filter(({ consent_type }) => consent_type === consent)
      .map(({ id }) => id)

  return {
    add,
    list: () => ({ type: 'list', data: [...types.values()].map(view) }),
    /** Handles `GET /contacts/{id}/subscriptions`: only what differs from the default. */
    listOf: (contactId: string) => ({ type: 'list', data: chosen(contactId).map(view) }),
    /** Handles `POST /contacts/{id}/subscriptions`; `consent_type` is the type's own. */
    attach: (contactId: string, body: unknown): object | ApiError => {
      const consent = own(body, 'consent_type')
      if (consent !== 'opt_in' && consent !== 'opt_out') {
        return invalid('consent_type must be opt_in or opt_out')
      }
      const type = types.get(String(own(body, 'id')))
      if (type?.state !== 'live' || type.consent_type !== consent) return apiErrors.resourceNotFound
      links.add(contactId, type.id, toUnixSeconds(now()))
      return view(type)
    },
    /** Handles `DELETE /contacts/{id}/subscriptions/{id}`. */
    detach: (contactId: string, typeId: string): object | ApiError => {
      const type = types.get(typeId)
      const since = links.remove(contactId, typeId)
      return type && since !== undefined ? view(type) : apiErrors.resourceNotFound
    },
    optedIn: (contactId: string) => idsOf(contactId, 'opt_in'),
    optedOut: (contactId: string) => idsOf(contactId, 'opt_out'),
    move: links.move,
    /** Forgets the choices; the types stay. */
    clear: (): void => links.clear(),
  }
}
