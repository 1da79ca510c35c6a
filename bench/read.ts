import { createHmac } from 'node:crypto'
import { parseBody } from '../src/lib/body.ts'
import { read, readInputs } from '../src/lib/read.ts'
import { sign, verify } from '../src/lib/signature.ts'
import { typeform } from '../src/lib/sources/index.ts'
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
const body = {
  ...formResponse,
  form_response: {
    ...formResponse.form_response,
    answers: [{ ...story, text: 'A colleague spoke of you at lunch. '.repeat(15) }, ...answers],
  },
}

/** What one delivery costs the CPU, from its signature to the signup. */
export const run = async (): Promise<void> => {
  const source = typeform({ fields: { user_id: 'external_id' }, attributes: { F6: 'team_size' } })
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
    parse: () => parseBody(given, 'json'),
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
    console.log(`  ${what.padEnd(36)} ${median(values).toFixed(1).padStart(5)} µs${more}`)
  console.log(`one Typeform delivery of ${given.body.length} bytes, Node ${process.version}:`)
  tell('HMAC and JSON.parse alone', micros.least)
  tell('verify', micros.verify)
  tell('parse', micros.parse)
  tell('verify, parse and map', micros.mapped, `  ${ratio.toFixed(2)} × HMAC and JSON.parse alone`)
  tell('the same and normalise, a phone number too', micros.whole)
}
