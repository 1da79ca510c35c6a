import { createHmac } from 'node:crypto'
import { read } from '../src/lib/read.ts'
import { sign, verify } from '../src/lib/signature.ts'
import { typeform } from '../src/lib/sources/index.ts'
import { start } from '../test/support/clock.ts'
import { delivery } from '../test/support/deliveries.ts'
import { formResponse } from '../test/support/payloads.ts'

const rounds = 15
const callsARound = 4_000

/** Microseconds a call: the median of the rounds, the first of which only warms up. */
const measure = async (call: () => unknown): Promise<number> => {
  const micros: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now()
    for (let index = 0; index < callsARound; index += 1) await call()
    if (round > 0) micros.push(((performance.now() - began) / callsARound) * 1_000)
  }
  return micros.sort((a, b) => a - b)[Math.floor(micros.length / 2)] ?? Number.NaN
}

/** What one delivery costs the CPU, from its signature to the signup. */
export const run = async (): Promise<void> => {
  const source = typeform({ fields: { user_id: 'external_id' }, attributes: { F6: 'team_size' } })
  const secret = 'the secret of a benchmark'
  const unsigned = delivery(formResponse)
  const { headers } = sign(
    source.signature,
    { timestampSeconds: start, body: unsigned.body },
    secret,
  )
  const given = { ...unsigned, headers: { ...unsigned.headers, ...headers } }

  const least = await measure(() => {
    createHmac('sha256', secret).update(given.body).digest()
    return JSON.parse(Buffer.from(given.body).toString('utf8'))
  })
  const verified = await measure(() => verify(source.signature, given, [secret], start))
  const whole = await measure(() => {
    verify(source.signature, given, [secret], start)
    return read(source, given)
  })

  const tell = (what: string, micros: number) =>
    console.log(`  ${what.padEnd(36)} ${micros.toFixed(1)} µs`)
  console.log(`one Typeform delivery of ${given.body.length} bytes, Node ${process.version}:`)
  tell('HMAC and JSON.parse alone', least)
  tell('verify', verified)
  tell('verify, parse, map and normalise', whole)
}
