import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts'
import { defineBridge, signup } from '../../src/lib/index.ts'
import { parseJson } from '../../src/lib/json.ts'
import { own, ownPath } from '../../src/lib/json-access.ts'
import { startModel } from './model.ts'

/** What a signup says of a field, and how Intercom takes it. */
const states = ['absent', 'typed', 'unreadable', 'refused'] as const
type State = (typeof states)[number]

type Field = {
  /** Where the signup has it, and how it is named when it is left out. */
  readonly path: string
  /** Values that say nothing. */
  readonly absent?: readonly unknown[]
  /** Values as people type them, and what Intercom has then. */
  readonly typed: readonly (readonly [given: unknown, kept: unknown])[]
  readonly unreadable: readonly unknown[]
  /** The request that carries it, by its path; default: the contact itself. */
  readonly carrier?: RegExp
  /** Under another name there; default: its path. */
  readonly key?: string
}

const attribute = (
  name: string,
  typed: Field['typed'],
  unreadable: readonly unknown[] = [{ a: { b: 1 } }],
): Field => ({
  path: `custom_attributes.${name}`,
  typed,
  unreadable,
})

const companyField = (
  name: string,
  typed: Field['typed'],
  unreadable: readonly unknown[],
  key = name,
): Field => ({ path: `company.${name}`, typed, unreadable, carrier: /^\/companies$/, key })

const object = { a: 1 }
const fields: readonly Field[] = [
  {
    path: 'phone',
    typed: [['+1 (212) 555-0123', '+12125550123']],
    unreadable: ['call me', object],
  },
  {
    path: 'name',
    typed: [
      ['  Ada\tByron ', 'Ada Byron'],
      ['علی‌رضا', 'علی‌رضا'],
      [7, '7'],
    ],
    unreadable: [object, true],
  },
  {
    path: 'avatar',
    typed: [['https://example.com/a.png', 'https://example.com/a.png']],
    unreadable: ['me.png', object],
  },
  {
    path: 'signed_up_at',
    typed: [
      ['2020-01-02T03:04:05Z', 1_577_934_245],
      ['Thu, 02 Jan 2020 03:04:05 GMT', 1_577_934_245],
      [1_577_934_245_000, 1_577_934_245],
      [1_577_934_245_000_000, 1_577_934_245],
    ],
    unreadable: ['soon', 0, 4_102_444_800, object],
  },
  {
    path: 'last_seen_at',
    typed: [['1577934245', 1_577_934_245]],
    unreadable: ['now', -5, object],
  },
  { path: 'owner_id', typed: [['1', 1]], unreadable: ['Grace', 1.5, object] },
  {
    path: 'unsubscribed_from_emails',
    typed: [
      ...[true, 1, '1', 'yes', 'ON', ' TRUE '].map((given) => [given, true] as const),
      ...[false, 0, 'off', 'No'].map((given) => [given, false] as const),
    ],
    unreadable: ['perhaps', object],
  },
  attribute('plan', [
    ['pro', 'pro'],
    [5, '5'],
    [['a', 'b'], 'a, b'],
  ]),
  attribute('team_size', [['25', 25]], ['many', object]),
  attribute('budget', [['99.5', 99.5]], ['99,5 €', object]),
  attribute('wants_demo', [['TRUE', true]], ['perhaps', object]),
  attribute('trial_ends', [['2026-12-24', 1_798_070_400]], ['at Christmas', object]),
  attribute('tier', [[' gold ', 'Gold']], ['wood', object]),
  {
    path: 'tags',
    typed: [
      ['vip, beta', ['vip', 'beta']],
      [['vip'], ['vip']],
    ],
    unreadable: [object],
    carrier: /^\/tags$/,
  },
  {
    path: 'note',
    typed: [['5 < 6', '<p>5 &lt; 6</p>']],
    unreadable: [object],
    carrier: /\/notes$/,
    key: 'body',
  },
  companyField('name', [[' Acme ', 'Acme']], [object]),
  companyField('website', [['https://acme.example', 'https://acme.example']], [object]),
  companyField('plan', [['pro', 'pro']], [object]),
  companyField('industry', [['Engines', 'Engines']], [object]),
  companyField('size', [['1,200', 1200]], ['big', object]),
  companyField('monthly_spend', [['49', 49]], ['much', object]),
  companyField('created_at', [[1_577_934_245, 1_577_934_245]], ['once', 0], 'remote_created_at'),
]

const workspaceAttributes = [
  'plan',
  'team_size:integer',
  'budget:float',
  'wants_demo:boolean',
  'trial_ends:date',
  'tier:options(Silver|Gold)',
]

/** A field of a signup, in a state, with the value for it. */
type Part = {
  readonly field: Field
  readonly state: State
  readonly given: unknown
  readonly kept: unknown
}

const toParts = (field: Field): Part[] => [
  ...(field.absent ?? [undefined, null, '']).map((given) => ({
    ...{ field, given, kept: undefined },
    state: 'absent' as const,
  })),
  ...field.unreadable.map((given) => ({
    ...{ field, given, kept: undefined },
    state: 'unreadable' as const,
  })),
  ...field.typed.flatMap(([given, kept]) => [
    { field, given, kept, state: 'typed' as const },
    { field, given, kept, state: 'refused' as const },
  ]),
]

/** The signup with these parts; a company has an id of its own. */
const toBody = (parts: readonly Part[]): Record<string, unknown> => {
  const body: Record<string, unknown> = { email: 'ada@example.com', external_id: '1' }
  for (const { field, given } of parts) {
    const [root = '', name] = field.path.split('.')
    if (name === undefined) body[root] = given
    else
      body[root] = {
        ...(root === 'company' && { company_id: '7' }),
        ...(body[root] ?? {}),
        [name]: given,
      }
  }
  return body
}

const errorList = (error: object): HttpResponse => ({
  status: 400,
  headers: {},
  body: JSON.stringify({ type: 'error.list', request_id: 'r1', errors: [error] }),
})

/** How Intercom says which field it refuses. */
const wordings = {
  'by its field': ({ path }: Field) => ({
    ...{ code: 'parameter_invalid', message: 'Something is invalid' },
    field: path.split('.').at(-1),
  }),
  'in words': ({ path }: Field) => ({
    code: 'parameter_invalid',
    message: path.startsWith('custom_attributes.')
      ? `Custom attribute '${path.split('.')[1]}' is invalid`
      : `${path} is invalid`,
  }),
  'not at all': () => ({ code: 'bad_request', message: 'Bad request' }),
} as const
type Wording = keyof typeof wordings

const contactsPath = /^\/contacts(?:\/[0-9a-f]{24})?$/

const carries = ({ path, body }: HttpRequest, { path: field, carrier, key }: Field): boolean =>
  (carrier ?? contactsPath).test(path) &&
  (carrier !== undefined && key === undefined
    ? true
    : ownPath(parseJson(body ?? ''), key ?? field) !== undefined)

type Run = {
  readonly delivery: 'queue' | 'direct'
  readonly wording: Wording
  readonly isKnown: boolean
}

/** Posts a signup of these parts, and returns what became of each value. */
const post = async (parts: readonly Part[], { delivery, wording, isKnown }: Run) => {
  const refused = parts.filter(({ state }) => state === 'refused').map(({ field }) => field)
  const sent: HttpRequest[] = []
  const model = await startModel({
    bridge: defineBridge({ sources: { backend: signup() } }),
    delivery,
    latencyMs: 0,
    attributes: workspaceAttributes,
    intercept: (request) => {
      const field =
        request.method === 'GET' ? undefined : refused.find((one) => carries(request, one))
      if (field) return errorList(wordings[wording](field))
      sent.push(request)
      return undefined
    },
  })
  if (isKnown) {
    model.workspace.handle({
      ...{ method: 'POST', path: '/contacts', query: new URLSearchParams() },
      headers: { accept: 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com' }),
    })
  }
  const { status, json } = await model.post('backend', toBody(parts))
  if (delivery === 'queue') await model.drained()

  const [contact, ...others] = model.contacts()
  expect(others).toEqual([])
  const extra = (carrier: RegExp): unknown => {
    const bodies = sent
      .filter(({ path }) => carrier.test(path))
      .map(({ body }) => parseJson(body ?? ''))
    return carrier.source.includes('tags') ? bodies.map((body) => own(body, 'name')) : bodies.at(-1)
  }
  const valueIn = ({ path, carrier, key }: Field): unknown => {
    if (path === 'avatar') return contact?.avatar?.image_url
    if (!carrier) return ownPath(contact, path)
    return key === undefined ? extra(carrier) : own(extra(carrier), key)
  }
  const named = [
    ...[own(json, 'left_out'), own(own(json, 'error'), 'issues')].flatMap((list) =>
      Array.isArray(list) ? list.map((entry) => String(own(entry, 'path'))) : [],
    ),
    ...model.parked().flatMap(({ left_out }) => left_out?.split(/, ?/) ?? []),
  ]
  const isNamed = ({ path }: Field): boolean =>
    named.includes(path) || named.includes(path.split('.')[0] ?? '')
  return {
    status,
    named,
    contact,
    isNamed,
    valueIn,
    /** Parked whole, or refused whole where the sender waits. */
    isKept: status >= 400 || model.parked().some(({ left_out }) => left_out === undefined),
  }
}

const runs: readonly Run[] = (['queue', 'direct'] as const).flatMap((delivery) =>
  [false, true].map((isKnown) => ({ delivery, isKnown, wording: 'in words' as const })),
)

test.each(fields)('$path arrives as it is typed, or is named', async (field) => {
  for (const run of runs) {
    for (const part of toParts(field)) {
      const { status, contact, isNamed, valueIn, isKept } = await post([part], run)
      const what = JSON.stringify({ ...run, state: part.state, given: part.given })
      const isOptOut = field.path === 'unsubscribed_from_emails'
      if (part.state === 'typed') {
        expect(valueIn(field), what).toEqual(part.kept)
        expect(isNamed(field), what).toBe(false)
      }
      if (part.state === 'absent') expect(isNamed(field), what).toBe(false)
      if (part.state === 'unreadable') expect(isNamed(field), what).toBe(true)
      // An opt-in is not written on a known contact, so Intercom cannot refuse it.
      const isSent = !(isOptOut && part.kept === false && run.isKnown)
      if (part.state === 'refused' && isSent) {
        expect(isNamed(field) || (isOptOut && isKept), what).toBe(true)
      }
      // No optional field costs the customer; only an opt-out that cannot be kept does.
      const mayCost = isOptOut && (part.state === 'unreadable' || part.state === 'refused')
      if (!mayCost)
        expect([status, contact?.email, contact?.external_id], what).toEqual([
          200,
          'ada@example.com',
          '1',
        ])
    }
  }
})

test('no value vanishes: it is in Intercom, named in the response or on a copy, or parked', async () => {
  const anyParts = fc
    .tuple(
      ...fields.map((field) => fc.option(fc.constantFrom(...toParts(field)), { nil: undefined })),
    )
    .map((chosen) => chosen.filter((part) => part !== undefined))
  const anyRun = fc.record({
    delivery: fc.constantFrom('queue', 'direct'),
    isKnown: fc.boolean(),
    wording: fc.constantFrom(...(Object.keys(wordings) as Wording[])),
  })
  await fc.assert(
    fc.asyncProperty(anyParts, anyRun, async (parts, run) => {
      const { isNamed, valueIn, isKept } = await post(parts, run)
      if (isKept) return
      for (const { field, state, kept } of parts) {
        if (state === 'absent' || isNamed(field)) continue
        expect(valueIn(field), field.path).toEqual(kept)
      }
    }),
    { numRuns: 300 },
  )
})
