import * as z from 'zod/mini'
import { isAbsent, toScalar } from '../transform/text.ts'
import {
  assertOptions,
  makeSource,
  type Source,
  type SourceOptions,
  turnstileInput,
} from './source.ts'

const inputs = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
export type FormInputs = z.infer<typeof inputs>

const page = z.url({ protocol: /^https?$/, error: 'expected the URL of a page, with https://' })
const origin = z
  .string()
  .check(
    z.refine(
      (text) => URL.parse(text)?.origin === text && /^https?:/.test(text),
      'expected an origin: scheme and host, such as "https://example.com"',
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

const hasValue = (value: string | readonly string[]): boolean =>
  [value].flat().some((part) => !isAbsent(part))

/**
 * A form on your own pages. It maps the inputs `email`, `name` and `phone`; others only if the
 * options name them: else those with a value count as `field_unknown`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }) }
 */
export const form = (options: FormOptions = {}): Source => {
  assertOptions('form()', options, {
    redirect: z.optional(z.union([page, z.strictObject({ success: page, failure: page })])),
    origins: z.optional(z.readonly(z.array(origin).check(z.minLength(1)))),
    turnstile: z.optional(z.boolean()),
  })
  const { redirect, origins = [], turnstile = false, ...common } = options
  return makeSource(
    {
      docs: 'https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-2',
      signature: { type: 'open' },
      payload: { format: 'form', schema: inputs },
      waits: true,
      form: {
        redirect: typeof redirect === 'string' ? { success: redirect } : { ...redirect },
        origins,
        turnstile,
      },
      eventId: () => undefined,
      unread: (inputs) =>
        Object.entries(inputs).flatMap(([name, value]) =>
          knownInputs.has(name) || !hasValue(value) ? [] : [name],
        ),
      toSignup: ({ email, name, phone, [honeypot]: gotcha }) =>
        gotcha?.length
          ? undefined
          : { contact: { email: toScalar(email), name: toScalar(name), phone: toScalar(phone) } },
    },
    common,
  )
}
