import { run as runBridge } from '../../src/cli/bridge.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { startBridge } from '../e2e/bridge.ts'
import { createRandom } from '../model/random.ts'

/** The figures of a soak. */
export type SoakFigures = {
  readonly people: number
  readonly contacts: number
  /** Posts that were sent again because the response was not a success. */
  readonly sentAgain: number
  /** Processes that were killed. */
  readonly kills: number
  /** Batches that were killed during their invocation. */
  readonly batchesLost: number
  readonly handedBack: number
  readonly parked: number
  readonly replayed: number
  readonly seconds: number
  /** People without a contact; this and the following must be 0. */
  readonly lost: number
  readonly duplicated: number
  /** People whose contact has other values than they signed up with. */
  readonly wrong: number
  /** Log lines with an e-mail address. */
  readonly leaked: number
  /** Dead letters that no replay delivered. */
  readonly left: number
}

export type SoakOptions = {
  readonly count: number
  readonly seed: number
  /** Called with lines of progress. */
  readonly onProgress?: (text: string) => void
}

const postsAtOnce = 16
/** Longer than any signup waits. */
const stuckMs = 600_000
const searchLagSeconds = 2
/** Longer than an invocation takes, and then until search shows what it created: as deployed. */
const visibilitySeconds = 60 + searchLagSeconds + 3

const emailOf = (person: number) => `person-${person}@example.com`
const nameOf = (person: number) => `Person ${person}`

type Kind = 'account' | 'user' | 'lead'

/** The signups of a person, one right after the other: one in four is a lead, who signs up twice. */
const kindsOf = (person: number): readonly Kind[] => {
  if (person % 4 !== 3) return [person % 2 === 0 ? 'account' : 'user']
  return ['lead', person % 8 === 3 ? 'lead' : 'account']
}

/** The `at`-th signup of a person; a lead's first one is a form's. */
const signupOf = (person: number, at: number): [source: string, body: object | URLSearchParams] => {
  const kind = kindsOf(person)[at]
  const [email, name, event_id] = [emailOf(person), nameOf(person), `event-${person}-${at}`]
  if (kind === 'lead' && at === 0) return ['waitlist', new URLSearchParams({ email, name })]
  const external_id = kind === 'account' && { external_id: `account-${person}` }
  const role = kind === 'lead' && { role: 'lead' }
  return ['backend', { event_id, email, name, ...external_id, ...role }]
}

/**
 * Signs up `count` people at the deployed bundles in their own processes, while requests to Intercom
 * fail at random and processes are killed. Then replays the dead letters and audits the contacts.
 */
export const soak = async ({
  count,
  seed,
  onProgress = () => {},
}: SoakOptions): Promise<SoakFigures> => {
  const started = performance.now()
  const random = createRandom(seed)
  let [batchesLost, handedBack, parked, sentAgain, kills, leaked] = [0, 0, 0, 0, 0, 0]
  const bridge = await startBridge(
    { LOG_LEVEL: 'info' },
    {
      visibilitySeconds,
      onLine: (line) => {
        if (line.includes('@example.com')) leaked += 1
        if (line.includes('signal: SIGKILL')) batchesLost += 1
        else if (line.includes('"event":"handed_back"')) handedBack += 1
        else if (line.includes('"event":"parked"')) parked += 1
      },
      onResponse: () => {},
    },
  )
  const { intercom, eventSource, workers, webhook } = bridge
  const faults = [
    { status: 500, chance: 0.01 },
    { status: 503, chance: 0.01 },
    { status: 502, body: 'html', chance: 0.01 },
    { reset: true, chance: 0.01 },
    { lost: true, chance: 0.01 },
    { status: 422, chance: 0.01 },
    // A worker then waits for the next window, up to ten seconds.
    { status: 429, chance: 0.001 },
  ] as const
  for (const [index, fault] of faults.entries()) {
    intercom.addFault({ ...fault, seed: seed * faults.length + index })
  }
  intercom.addFault({ index_lag_ms: searchLagSeconds * 1_000 })

  let posted = 0
  const post = async (person: number): Promise<void> => {
    for (const at of kindsOf(person).keys()) {
      for (;;) {
        const { status } = await bridge.post(...signupOf(person, at))
        if (status === 200 || status === 303) break
        sentAgain += 1
      }
      posted += 1
    }
  }
  const people = Array.from({ length: count }, (_, person) => person).values()
  const work = async (): Promise<void> => {
    for (const person of people) await post(person)
  }
  const delivered = () => intercom.contacts().length
  /** Kills a worker or, less often, the webhook after every `step` deliveries. */
  const kill = async (): Promise<void> => {
    const step = Math.max(50, count / 50)
    for (let next = step; next < 0.95 * count; next += step) {
      const since = performance.now()
      while (delivered() < Math.min(next, 0.9 * count)) {
        // A lost signup never becomes a contact: the audit reports it.
        if (performance.now() - since > stuckMs) return
        await systemClock.sleep(20)
      }
      const victims = random() < 0.1 ? [webhook] : workers.filter((worker) => worker.pid())
      const victim = victims[Math.floor(random() * victims.length)]
      if (!victim) continue
      kills += 1
      victim.kill()
    }
  }
  let isOver = false
  const reportProgress = async (): Promise<void> => {
    while (!isOver) {
      onProgress(`${posted} posted, ${delivered()} contacts, ${batchesLost} batches killed`)
      await systemClock.sleep(5_000)
    }
  }
  const reporting = reportProgress()
  await Promise.all([kill(), ...Array.from({ length: postsAtOnce }, work)])
  await eventSource.drained()
  isOver = true
  await reporting

  // Intercom also refuses one request in a hundred of a replay, so several replays may be needed.
  let replayed = 0
  for (let run = 0; run < 10; run += 1) {
    const printed: string[] = []
    await runBridge(['dlq', 'replay', '--sandbox'], {
      env: { SQS_PORT: new URL(bridge.sqs.url).port },
      loadBridge: async () => bridge.bridge,
      clock: systemClock,
      signal: new AbortController().signal,
      print: (line) => printed.push(line),
      printProgress: onProgress,
    })
    await eventSource.drained()
    const sentBack = Number.parseInt((printed[0] ?? '').replaceAll(',', ''), 10)
    if (sentBack === 0) break
    replayed += sentBack
  }

  const byEmail = Map.groupBy(intercom.contacts(), ({ email }) => email)
  const contactsOf = (person: number) => byEmail.get(emailOf(person)) ?? []
  const numbers = Array.from({ length: count }, (_, person) => person)
  const left = await bridge.parked()
  await bridge.close()
  return {
    people: count,
    contacts: intercom.contacts().length,
    sentAgain,
    kills,
    batchesLost,
    handedBack,
    parked,
    replayed,
    seconds: Math.round((performance.now() - started) / 1_000),
    lost: numbers.filter((person) => contactsOf(person).length === 0).length,
    duplicated: numbers.filter((person) => contactsOf(person).length > 1).length,
    wrong: numbers.filter((person) =>
      contactsOf(person).some(
        ({ name, external_id, role }) =>
          name !== nameOf(person) ||
          role !== (kindsOf(person).every((kind) => kind === 'lead') ? 'lead' : 'user') ||
          (kindsOf(person).includes('account') && external_id !== `account-${person}`),
      ),
    ).length,
    leaked,
    left: left.length,
  }
}
