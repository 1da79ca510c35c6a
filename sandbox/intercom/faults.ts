import { type ApiError, apiErrors, rateLimited } from './api-error.ts'
import type { Fault } from './fault-request.ts'
import { createPathPattern } from './path-pattern.ts'

/** The effects of the active faults on one request. */
export type FaultEffects = {
  readonly latencyMs: number
  /** The fault that ends the request, if any. */
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

const endsRequest = ({ status, reset, lost, hang }: Fault): boolean =>
  status !== undefined || reset === true || lost === true || hang === true

/** Keeps the active faults, in the order they were added. */
export const createFaults = () => {
  let active: {
    readonly fault: Fault
    left: number
    readonly random: () => number
    readonly matches: ReturnType<typeof createPathPattern>
  }[] = []

  return {
    add: (fault: Fault): void => {
      const random = createRandom(fault.seed ?? 1)
      const matches = createPathPattern(fault.path ?? '')
      active.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY, random, matches })
    },
    /** The active faults as added, with the `count` that is left. */
    list: (): Fault[] =>
      active.map(({ fault, left }) =>
        fault.count === undefined ? fault : { ...fault, count: left },
      ),
    /** Applies the faults to a request: latencies add up until a fault ends the request. */
    apply: (method: string, path: string): FaultEffects => {
      let latencyMs = 0
      let ending: Fault | undefined
      for (const entry of active) {
        const { fault, random, matches } = entry
        const isAffected =
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || matches(path) !== undefined)
        if (!isAffected || (fault.chance !== undefined && random() >= fault.chance)) continue
        entry.left -= 1
        latencyMs += fault.latency_ms ?? 0
        if (!endsRequest(fault)) continue
        ending = fault
        break
      }
      active = active.filter(({ left }) => left > 0)
      return { latencyMs, fault: ending }
    },
    clear: (): void => {
      active = []
    },
  }
}

const defaultErrors: Readonly<Record<number, ApiError>> = {
  401: apiErrors.unauthorized,
  403: { status: 403, code: 'api_plan_restricted', message: 'Active subscription needed.' },
  404: apiErrors.resourceNotFound,
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

/** The error of a fault with a status; the fault's own code, message and field replace the defaults. */
export const faultError = (status: number, fault: Fault, rateLimit: number): ApiError => {
  const generic =
    status < 500
      ? { status, code: 'client_error', message: 'Client Error' }
      : { status, code: 'server_error', message: 'Server Error' }
  const base = status === 429 ? rateLimited(rateLimit) : (defaultErrors[status] ?? generic)
  const { code = base.code, message = base.message, field } = fault
  return { status, code, message, ...(field !== undefined && { field }) }
}
