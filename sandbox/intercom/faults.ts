import type { Fault } from './fault-request.ts'
import { createPathPattern } from './path-pattern.ts'
import { type Refusal, rateLimited, refusals } from './refusal.ts'

/** What happens to one call. */
export type Hit = {
  readonly latencyMs: number
  /** The fault that decides the call's end, if any. */
  readonly fault: Fault | undefined
}

/** Mulberry32: small, and the same on every machine. */
const createRandom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const endsCall = ({ status, reset, lost, hang }: Fault): boolean =>
  status !== undefined || reset === true || lost === true || hang === true

/** Keeps the faults in force, in the order they came. */
export const createFaults = () => {
  let inForce: {
    readonly fault: Fault
    left: number
    readonly random: () => number
    readonly matches: ReturnType<typeof createPathPattern>
  }[] = []

  return {
    add: (fault: Fault): void => {
      const random = createRandom(fault.seed ?? 1)
      const matches = createPathPattern(fault.path ?? '')
      inForce.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY, random, matches })
    },
    /** As they were given, `count` being what is left of it. */
    list: (): Fault[] =>
      inForce.map(({ fault, left }) =>
        fault.count === undefined ? fault : { ...fault, count: left },
      ),
    /** Which faults a call meets: latencies add up, until one fault decides its end. */
    meet: (method: string, path: string): Hit => {
      let latencyMs = 0
      let deciding: Fault | undefined
      for (const entry of inForce) {
        const { fault, random, matches } = entry
        const concerned =
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || matches(path) !== undefined)
        if (!concerned || (fault.chance !== undefined && random() >= fault.chance)) continue
        entry.left -= 1
        latencyMs += fault.latency_ms ?? 0
        if (!endsCall(fault)) continue
        deciding = fault
        break
      }
      inForce = inForce.filter(({ left }) => left > 0)
      return { latencyMs, fault: deciding }
    },
    clear: (): void => {
      inForce = []
    },
  }
}

const usual: Readonly<Record<number, Refusal>> = {
  401: refusals.unauthorized,
  403: { status: 403, code: 'api_plan_restricted', message: 'Active subscription needed.' },
  404: refusals.resourceNotFound,
  408: { status: 408, code: 'request_timeout', message: 'Request Timeout' },
  409: {
    status: 409,
    code: 'conflict',
    message: 'A contact matching those details already exists',
  },
  422: { status: 422, code: 'unprocessable_entity', message: 'Unprocessable Entity' },
  502: { status: 502, code: 'service_unavailable', message: 'Bad Gateway' },
  503: { status: 503, code: 'service_unavailable', message: 'Service Unavailable' },
  504: { status: 504, code: 'service_unavailable', message: 'Gateway Timeout' },
}

/** The error that a fault with a status stands for; its own code and message come first. */
export const faultRefusal = (status: number, fault: Fault, rateLimit: number): Refusal => {
  const unnamed =
    status < 500
      ? { status, code: 'client_error', message: 'Client Error' }
      : { status, code: 'server_error', message: 'Server Error' }
  const known = status === 429 ? rateLimited(rateLimit) : (usual[status] ?? unnamed)
  return { status, code: fault.code ?? known.code, message: fault.message ?? known.message }
}
