import * as z from 'zod/mini'
import type { Delivery } from '../delivery.ts'
import { isRecord } from '../json-access.ts'
import { once } from '../memoise.ts'
import { isFound } from '../transform/find-value.ts'
import { placesOf } from '../transform/mapping-options.ts'
import { toSingle } from '../transform/text.ts'
import {
  assertOptions,
  makeSource,
  type Source,
  type SourceOptions,
  turnstileInput,
} from './source.ts'

/** A browser posts texts and lists of them; a page's script any JSON. */
const inputs = z.record(z.string(), z.unknown())
export type FormInputs = z.infer<typeof inputs>

const page = once(() =>
  z.url({ protocol: /^https?$/, error: 'expected the URL of a page, with https://' }),
)
const origin = once(() =>
  z
    .string()
    .check(
      z.refine(
        (text) => URL.parse(text)?.origin === text && /^https?:/.test(text),
        'expected an origin: scheme and host, such as "https://example.com"',
      ),
    ),
)

export type FormOptions = SourceOptions<FormInputs> & {
  /** The page to redirect to after a post, or one each for success and failure. */
  readonly redirect?: string | { readonly success: string; readonly failure: string }
  /** Origins whose pages may post here; absent: any. */
  readonly origins?: readonly string[]
  /** Require a Cloudflare Turnstile token; the source's secret is the widget's secret key. */
  readonly turnstile?: boolean
}

/** An input hidden from people; a post with a value in it comes from a bot. */
export const honeypot = '_gotcha'

/** Inputs of the bridge and of this preset: options map the others. */
const knownInputs = new Set(['email', 'name', 'phone', honeypot, turnstileInput])

/** What a page's script posts as the value of an empty honeypot is falsy, or a list of such. */
const isFilled = (honeypotValue: unknown): boolean => [honeypotValue].flat().some(Boolean)

const testWord = /(?<![a-z])(?:test|ping)(?![a-z])/i
const testValue = /^(?:test|ping|true|1)$/i

const isTestInput = ([name, value]: [string, unknown]): boolean =>
  typeof value !== 'object' && testValue.test(String(value)) && testWord.test(`${name} ${value}`)

/**
 * Whether a form builder only tests the address: Tilda posts `test=test`. Such a post has no inputs
 * but those that say test or ping, and none that this source reads. One without any input is a test,
 * too, unless a browser sent it: its page has inputs without names.
 */
const isTest = (inputs: unknown, { headers }: Delivery, mapped: readonly string[]): boolean => {
  const entries = isRecord(inputs) ? Object.entries(inputs) : []
  if (entries.length === 0) return headers.origin === undefined
  return entries.every(
    (entry) => isTestInput(entry) && !knownInputs.has(entry[0]) && !mapped.includes(entry[0]),
  )
}

/**
 * A form on your own pages, posted by the browser, or as JSON by a script. It maps the inputs
 * `email`, `name` and `phone`; others only if the options name them: else those with a value count
 * as `field_unknown`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }) }
 */
export const form = (options: FormOptions = {}): Source => {
  assertOptions('form()', options, {
    redirect: () => z.union([page(), z.strictObject({ success: page(), failure: page() })]),
    origins: () => z.readonly(z.array(origin()).check(z.minLength(1))),
    turnstile: () => z.boolean(),
  })
  const { redirect, origins = [], turnstile = false, ...common } = options
  const mapped = placesOf(common)
  return makeSource(
    {
      docs: 'https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-2',
      signature: { type: 'open' },
      gives: [],
      payload: {
        format: 'page',
        types: {
          of: (body, delivery) => (isTest(body, delivery, mapped) ? 'test' : 'submission'),
          created: ['submission'],
        },
        schema: inputs,
        headers: ['origin'],
      },
      waits: true,
      form: {
        redirect: typeof redirect === 'string' ? { success: redirect } : { ...redirect },
        origins,
        turnstile,
      },
      eventId: () => undefined,
      unread: (inputs) =>
        Object.entries(inputs).flatMap(([name, value]) =>
          knownInputs.has(name) || !isFound(value) ? [] : [name],
        ),
      toSignup: ({ email, name, phone, [honeypot]: gotcha }) =>
        isFilled(gotcha)
          ? undefined
          : { contact: { email: toSingle(email), name: toSingle(name), phone: toSingle(phone) } },
    },
    common,
  )
}
