import { createHmac } from 'node:crypto'
import { sign, verify } from '../src/lib/signature/verify.ts'
import { typeform, workos } from '../src/lib/sources/index.ts'
import type { Source } from '../src/lib/sources/source.ts'
import { parseJsonBody } from '../src/lib/transform/body.ts'
import { read, readInputs } from '../src/lib/transform/read.ts'
import { start } from '../test/support/clock.ts'
import { delivery } from '../test/support/deliveries.ts'
import { formResponse } from '../test/support/payloads.ts'

const rounds = 41
const callsARound = 1_000

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const timeOf = async (call: () => unknown): Promise<number> => {
  const began = performance.now()
  for (let index = 0; index < callsARound; index += 1) await call()
  return ((performance.now() - began) / callsARound) * 1_000
}

/** Microseconds a call of each, taken in turn so that a busy machine meets all: round by round. */
const measure = async <Name extends string>(calls: { [name in Name]: () => unknown }) => {
  const names = Object.keys(calls) as Name[]
  const micros = Object.fromEntries(names.map((name) => [name, [] as number[]])) as {
    [name in Name]: number[]
  }
  for (let round = -5; round < rounds; round += 1) {
    for (const name of names) {
      const time = await timeOf(calls[name])
      // The first rounds only warm up.
      if (round >= 0) micros[name].push(time)
    }
  }
  return micros
}

const [story, ...answers] = formResponse.form_response.answers

/** Two bodies of 2 KB: a form's, joined with its definition, and a flat one. */
const deliveries = [
  {
    title: 'Typeform, 9 answers',
    source: typeform({ fields: { user_id: 'external_id' }, attributes: { F6: 'team_size' } }),
    body: {
      ...formResponse,
      form_response: {
        ...formResponse.form_response,
        answers: [{ ...story, text: 'A colleague spoke of you at lunch. '.repeat(15) }, ...answers],
      },
    },
  },
  {
    title: 'WorkOS',
    source: workos(),
    body: {
      id: 'event_1',
      event: 'user.created',
      created_at: '2026-01-01T00:00:00.500Z',
      data: {
        ...{ id: 'user_1', email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' },
        metadata: Object.fromEntries(
          Array.from({ length: 70 }, (_, index) => [`field_${index}`, `some value ${index}`]),
        ),
      },
    },
  },
]

/** What one delivery costs the CPU, from its signature to the signup. */
export const run = async (): Promise<void> => {
  console.log(`one delivery, Node ${process.version}:`)
  for (const { title, source, body } of deliveries) await runOne(title, source, body)
}

const runOne = async (title: string, source: Source, body: object): Promise<void> => {
  const secret = 'the secret of a benchmark'
  const unsigned = delivery(body)
  const { headers } = sign(
    source.signature,
    { timestampSeconds: start, body: unsigned.body },
    secret,
  )
  const given = { ...unsigned, headers: { ...unsigned.headers, ...headers } }
  const check = () => verify(source.signature, given, [secret], start)

  const micros = await measure({
    least: () => {
      createHmac('sha256', secret).update(given.body).digest()
      return JSON.parse(Buffer.from(given.body).toString('utf8'))
    },
    verify: check,
    parse: () => parseJsonBody(given),
    mapped: () => {
      check()
      return readInputs(source, given)
    },
    whole: () => {
      check()
      return read(source, given)
    },
  })

  const ratio = median(micros.mapped.map((time, round) => time / (micros.least[round] ?? 0)))
  const tell = (what: string, values: readonly number[], more = '') =>
    console.log(`    ${what.padEnd(32)} ${median(values).toFixed(1).padStart(5)} µs${more}`)
  console.log(`  ${title}, ${given.body.length} bytes`)
  tell('HMAC and JSON.parse alone', micros.least)
  tell('verify', micros.verify)
  tell('parse', micros.parse)
  tell('verify, parse and map', micros.mapped, `, ${ratio.toFixed(2)} times the first line`)
  tell('the same and normalise', micros.whole)
}
