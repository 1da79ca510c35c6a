import { createHmac } from 'node:crypto'
import { parseArgs } from 'node:util'
import { sign, verify } from '../src/lib/signature/verify.ts'
import { typeform, workos } from '../src/lib/sources/index.ts'
import type { Source } from '../src/lib/sources/source.ts'
import { parseJsonBody } from '../src/lib/transform/body.ts'
import { read } from '../src/lib/transform/read.ts'
import { readInputs } from '../src/lib/transform/read-inputs.ts'
import { start } from '../test/support/clock.ts'
import { delivery } from '../test/support/deliveries.ts'
import { formResponse } from '../test/support/payloads.ts'
import { runPresets } from './presets.ts'

const rounds = 41
const callsPerRound = 1_000

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The mean time of one call, in microseconds. */
const timeOf = async (call: () => unknown): Promise<number> => {
  const started = performance.now()
  for (let index = 0; index < callsPerRound; index += 1) await call()
  return ((performance.now() - started) / callsPerRound) * 1_000
}

/** Microseconds per call, by round; the functions take turns, so that load affects all alike. */
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

/** Two bodies of 2 KB: a form response with its definition, and a flat object. */
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

/**
 * Prints the time of the steps of one delivery, from its signature to the signup, and the CPU time of
 * every preset's deliveries; with `--against DIR` beside that of another checkout.
 */
export const run = async (options: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...options], options: { against: { type: 'string' } } })
  console.log(`one delivery, Node ${process.version}:`)
  for (const { title, source, body } of deliveries) await runOne(title, source, body)
  await runPresets(values.against)
}

const runOne = async (title: string, source: Source, body: object): Promise<void> => {
  const secret = 'the secret of a benchmark'
  const unsigned = delivery(body)
  const { headers } = sign(
    source.signature,
    { timestampSeconds: start, body: unsigned.body },
    secret,
  )
  const signed = { ...unsigned, headers: { ...unsigned.headers, ...headers } }
  const check = () => verify(source.signature, signed, [secret], start)

  const micros = await measure({
    baseline: () => {
      createHmac('sha256', secret).update(signed.body).digest()
      return JSON.parse(Buffer.from(signed.body).toString('utf8'))
    },
    verify: check,
    parse: () => parseJsonBody(signed),
    mapped: () => {
      check()
      return readInputs(source, signed)
    },
    whole: () => {
      check()
      return read(source, signed)
    },
  })

  const ratio = median(micros.mapped.map((time, round) => time / (micros.baseline[round] ?? 0)))
  const print = (step: string, values: readonly number[], more = '') =>
    console.log(`    ${step.padEnd(32)} ${median(values).toFixed(1).padStart(5)} µs${more}`)
  console.log(`  ${title}, ${signed.body.length} bytes`)
  print('HMAC and JSON.parse alone', micros.baseline)
  print('verify', micros.verify)
  print('parse', micros.parse)
  print('verify, parse and map', micros.mapped, `, ${ratio.toFixed(2)} times the first line`)
  print('verify, parse, map and normalise', micros.whole)
}
