import { startModel } from '../test/model/model.ts'

const people = 500
const indexLagMs = 60_000
const address = (index: number) => `person-${index}@example.com`

type Signups = readonly object[]
const forEveryone = (signup: (index: number) => object): Signups =>
  Array.from({ length: people }, (_, index) => signup(index))
const byEmail = (name: string) => forEveryone((index) => ({ email: address(index), name }))
const byId = (name: string) =>
  forEveryone((index) => ({ email: address(index), external_id: `account-${index}`, name }))
const asLead = (name: string) =>
  forEveryone((index) => ({ role: 'lead', email: address(index), name }))

/** Everyone signs up four times, in two phases with a pause between. */
const scenarios = {
  'users, with their id past the lag': {
    first: [byEmail('one'), byEmail('two')],
    pauseMs: indexLagMs,
    second: [byId('three'), byId('four')],
  },
  'users, with their id inside the lag': {
    first: [byEmail('one'), byEmail('two')],
    pauseMs: 0,
    second: [byId('three'), byId('four')],
  },
  'leads, past the lag': {
    first: [asLead('one')],
    pauseMs: indexLagMs,
    second: [asLead('two'), asLead('three'), asLead('four')],
  },
  'leads, inside the lag': {
    first: [asLead('one'), asLead('two')],
    pauseMs: 0,
    second: [asLead('three'), asLead('four')],
  },
  'leads who get an account inside the lag': {
    first: [asLead('one'), asLead('two')],
    pauseMs: 0,
    second: [byId('three'), byId('four')],
  },
} as const satisfies Record<
  string,
  { readonly first: Signups[]; readonly pauseMs: number; readonly second: Signups[] }
>

// The cast is safe: the literal has no other keys.
export const scenarioNames = Object.keys(scenarios) as (keyof typeof scenarios)[]

/**
 * Returns how many contacts 2,000 signups of 500 people become with 10 workers and an Intercom
 * search that lags 60 s.
 */
export const countContacts = async (
  name: keyof typeof scenarios,
): Promise<{ readonly contacts: number; readonly parked: number }> => {
  const { first, pauseMs, second } = scenarios[name]
  const model = await startModel({ workers: 10, indexLagMs, latencyMs: 150 })
  for (const signups of first) await model.enqueue('backend', signups)
  if (pauseMs > 0) {
    await model.drained()
    await model.passes(pauseMs)
  }
  for (const signups of second) await model.enqueue('backend', signups)
  await model.drained()
  return { contacts: model.contacts().length, parked: model.parked().length }
}

/** Prints how many contacts 500 people become when Intercom's search lags. */
export const run = async (): Promise<void> => {
  console.log('2,000 signups of 500 people, 10 workers, a search that lags 60 s:')
  console.log('  contacts  parked')
  for (const name of scenarioNames) {
    const { contacts, parked } = await countContacts(name)
    console.log(`  ${String(contacts).padStart(8)}  ${String(parked).padStart(6)}  ${name}`)
  }
}
