import type { CountryCode } from 'libphonenumber-js'
import type { Question } from '../delivery.ts'
import type {
  attributePrefix,
  CompanyField,
  ContactField,
  EventKind,
  Role,
  SignupInput,
} from '../signup.ts'
import type { Place } from './find-value.ts'
import { type TagsFrom, tagRules } from './tags-from.ts'

/** The types of a custom attribute in Intercom; `text` is its `string`. */
export const attributeTypes = ['text', 'integer', 'float', 'boolean', 'date'] as const
export type AttributeType = (typeof attributeTypes)[number]

/** A custom attribute by its name in Intercom; without a type it is `text`. */
export type AttributeTarget = string | { readonly to: string; readonly type?: AttributeType }

/** A company's field, or one of its custom attributes by its name in Intercom. */
export type CompanyTarget = CompanyField | `${typeof attributePrefix}${string}`

/** Which of its sender's events a source takes. */
export type EventOptions = {
  /**
   * The kinds of event, `['created']` by default. An `updated` overwrites what this source maps, a
   * `deleted` removes the contact as `onDeleted` says.
   */
  readonly on?: readonly EventKind[]
  /** What a `deleted` does to the contact: archive (default), delete permanently, or block it. */
  readonly onDeleted?: 'archive' | 'delete' | 'block' | 'ignore'
}

/** The kinds of event that a source takes; any other is ignored. */
export const kindsTaken = ({ on = ['created'], onDeleted }: EventOptions): readonly EventKind[] =>
  onDeleted === 'ignore' ? on.filter((kind) => kind !== 'deleted') : on

/**
 * Where a value of a data event's metadata is found; of the forms as an object each value of theirs.
 * `unit: 'major'`: the amount is in units of the currency (49.99), not in cents (4999).
 */
export type MetadataTarget =
  | Place
  | { readonly date: Place }
  | { readonly url: Place; readonly value: Place }
  | { readonly amount: Place; readonly currency: Place; readonly unit?: 'cents' | 'major' }

/**
 * Intercom's reference ignores further keys; its help says 20.
 * https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-events/createdataevent
 */
export const maxMetadataKeys = 10

/** A data event by its name in Intercom, and the value of each key of its metadata. */
export type DataEventTarget = {
  readonly name: string
  readonly metadata?: Readonly<Record<string, MetadataTarget>>
}

/** Whether a source takes more than new signups. */
export const tracks = (options: EventOptions): boolean =>
  kindsTaken(options).some((kind) => kind !== 'created')

/** How a source's payload is mapped to a signup. Options apply over what its preset finds. */
export type MappingOptions<Payload = unknown> = {
  /** The contact field that each place fills; replaces the value that the preset finds. */
  readonly fields?: Readonly<Record<Place, ContactField>>
  /**
   * The custom attribute that each place fills, by its name in Intercom; `{ to, type }` says its
   * type there too, which the sandbox checks.
   */
  readonly attributes?: Readonly<Record<Place, AttributeTarget>>
  /** `user` (has an account) or `lead` (has none yet). */
  readonly role?: Role
  /** Constant tags, by name. */
  readonly tags?: readonly string[]
  /**
   * Where tags are found, and which of them count: a list (`allow`), or what begins with `prefix`. An
   * `updated` also removes those of them that its payload no longer names.
   */
  readonly tagsFrom?: TagsFrom | readonly TagsFrom[]
  /**
   * The company field or custom attribute (`custom_attributes.NAME`), or several, that each place
   * fills; a company without a company_id gets one that is made of its name.
   */
  readonly company?: Readonly<Record<Place, CompanyTarget | readonly CompanyTarget[]>>
  /** Where the text of a note on the contact is found. */
  readonly note?: Place
  /**
   * The data event that is posted for each of the sender's types of event, `'*'` for all that the
   * source takes. A type that it would not take is taken, too: `fields` then says whose it is.
   */
  readonly events?: Readonly<Record<string, DataEventTarget>>
  /** The country of phone numbers without a country code, such as 'DE'. */
  readonly country?: CountryCode
  /** Where the checkbox that agrees to e-mail is found, and which answers of your own mean yes. */
  readonly consent?: ConsentTarget
  /** Where the answer to each subscription type is found, by its name or id in Intercom. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionTarget>>
  /**
   * Changes the signup after all other options, before it is normalised. Pure and synchronous;
   * `undefined` ignores the payload.
   */
  readonly map?: (signup: SignupInput, payload: Payload) => SignupInput | undefined
}

/** The place of the consent box; `{ place, yes }` lists more answers that mean yes, in any case. */
export type ConsentTarget = Place | { readonly place: Place; readonly yes: readonly string[] }

/** The place of a box, as of `consent`; `record` writes when the person agreed. */
export type SubscriptionTarget =
  | Place
  | {
      readonly place: Place
      readonly yes?: readonly string[]
      readonly record?: 'note' | { readonly attribute: string }
    }

/** Whether a source reads consent boxes. */
export const hasConsent = ({ consent, subscriptions }: MappingOptions): boolean =>
  consent !== undefined || subscriptions !== undefined

/** Where a consent box is found. */
export const consentPlace = (target: ConsentTarget | SubscriptionTarget): Place =>
  typeof target === 'string' ? target : target.place

/** Reads a consent box of an event; `'unclear'` counts as no, and so does an empty one. */
export type FindConsent = (
  body: unknown,
  questions: readonly Question[],
  target: ConsentTarget | SubscriptionTarget,
) => boolean | 'unclear' | 'empty'

/** The custom attributes that the option `attributes` fills, one per place. */
export const attributeTargets = (
  attributes: MappingOptions['attributes'] = {},
): { readonly place: Place; readonly to: string; readonly type: AttributeType }[] =>
  Object.entries(attributes).map(([place, target]) =>
    typeof target === 'string'
      ? { place, to: target, type: 'text' }
      : { place, to: target.to, type: target.type ?? 'text' },
  )

/** The places of a metadata value by their parts; a place alone is that of the `value`. */
export const metadataParts = (target: MetadataTarget): Readonly<Record<string, Place>> => {
  if (typeof target === 'string') return { value: target }
  if (!('amount' in target)) return { ...target }
  const { amount, currency } = target
  return { amount, currency }
}

/** The places that options name. */
export const placesOf = ({
  fields,
  attributes,
  company,
  note,
  consent,
  events,
  tagsFrom,
  subscriptions = {},
}: Omit<MappingOptions, 'map'>): Place[] => [
  ...[fields, attributes, company].flatMap((table) => Object.keys(table ?? {})),
  ...(note === undefined ? [] : [note]),
  ...(consent === undefined ? [] : [consentPlace(consent)]),
  ...Object.values(events ?? {})
    .flatMap(({ metadata = {} }) => Object.values(metadata))
    .flatMap((target) => Object.values(metadataParts(target))),
  ...Object.values(subscriptions).map(consentPlace),
  ...tagRules(tagsFrom).map(({ place }) => place),
]
