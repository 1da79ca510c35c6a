import * as z from 'zod/mini'
import { parseBody } from './body.ts'
import { sha256 } from './digest.ts'
import { BridgeError, type Issue, type RefusalCode } from './errors.ts'
import { applyOptions } from './mapping.ts'
import { normalise } from './normalise.ts'
import type { Signup, SignupInput } from './signup.ts'
import type { Delivery, Source } from './sources/source.ts'
import type { LeftOut } from './values.ts'

export type Reading =
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'signups'
      readonly signups: readonly [Signup, ...Signup[]]
      readonly leftOut: readonly LeftOut[]
    }
  | {
      readonly kind: 'refused'
      readonly event_id: string
      readonly code: RefusalCode
      readonly message: string
      readonly issues: readonly Issue[]
    }

/** A refused reading as the error that it is answered or parked with. */
export const refusal = ({ code, message, issues }: Extract<Reading, { kind: 'refused' }>) =>
  new BridgeError(code, message, { issues })

/** The headers that reading needs; no other is kept, so that a queued delivery reads the same. */
const readHeaders = (source: Source): readonly string[] => [
  'content-type',
  'content-encoding',
  ...(source.payload.headers ?? []),
]

/** The delivery as it is read and queued: without the headers and the address it came with. */
export const strip = (source: Source, delivery: Delivery): Delivery => ({
  ...delivery,
  method: 'POST',
  url: '',
  headers: Object.fromEntries(
    readHeaders(source).flatMap((name) => {
      const value = delivery.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
})

const refusalCodes: ReadonlySet<string> = new Set([
  'invalid_body',
  'invalid_signup',
  'mapping_failed',
  'no_identity',
  'unsupported_media_type',
] satisfies RefusalCode[])
const isRefusal = (error: unknown): error is BridgeError & { code: RefusalCode } =>
  error instanceof BridgeError && refusalCodes.has(error.code)

const parsePayload = (source: Source, body: unknown): unknown => {
  const parsed = z.safeParse(source.payload.schema, body)
  if (parsed.success) return parsed.data
  throw new BridgeError('invalid_signup', "the payload is not of this source's shape", {
    // zod's own texts name types and never values.
    issues: parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      reason: message,
    })),
  })
}

const isMany = (found: SignupInput | readonly SignupInput[]): found is readonly SignupInput[] =>
  Array.isArray(found)

/**
 * A delivery as signups: the same for the webhook, the worker and a replay. Depends on nothing but
 * its arguments, and on nothing of the delivery but its body and the headers that its source reads.
 * A refusal is a value, since what to do about it depends on who waits.
 */
export const read = async (source: Source, received: Delivery): Promise<Reading> => {
  const delivery = strip(source, received)
  let event_id = sha256(delivery.body)
  try {
    const body = await parseBody(delivery, source.payload.format)
    if (source.payload.isSignup?.(body) === false) return { kind: 'ignored' }
    const payload = parsePayload(source, body)
    const given = source.eventId(payload, delivery)
    if (typeof given === 'string' && given.trim() !== '') event_id = given

    const found = source.toSignup(payload, delivery)
    if (found === undefined) return { kind: 'ignored' }
    const questions = source.questions?.(payload) ?? []
    const signups: Signup[] = []
    const leftOut: LeftOut[] = []
    for (const preset of isMany(found) ? found : [found]) {
      const mapped = applyOptions(preset, { body, payload, questions }, source.options)
      if (!mapped.input) continue
      const { country } = source.options
      const normalised = await normalise(mapped.input, { eventId: event_id, country })
      if (normalised.kind === 'no_identity') {
        throw new BridgeError('no_identity', 'the payload says of nobody who signed up', {
          issues: normalised.issues,
        })
      }
      signups.push(normalised.signup)
      leftOut.push(...mapped.leftOut, ...normalised.leftOut)
    }
    const [first, ...rest] = signups
    return first === undefined
      ? { kind: 'ignored' }
      : { kind: 'signups', signups: [first, ...rest], leftOut }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const { code, message, issues } = error
    return { kind: 'refused', event_id, code, message, issues }
  }
}
