import { describe, expect, test } from 'vitest'
import { startModel } from './model/model.ts'
import type { Body } from './model/requests.ts'
import { canary, poisoned } from './support/canary.ts'
import { toBytes } from './support/fixture.ts'
import { everyPreset, fileName, fixtures } from './support/fixtures.ts'
import { proofNames } from './support/requests.ts'

/** What tells a signup from other events; without it nothing would be read. */
const kept = ['type', 'event', 'eventType', 'event_type', 'triggerType', 'triggerEvent', 'schema']

const poison = (body: string | object | Uint8Array): Body => {
  const text = Buffer.from(toBytes(body)).toString()
  if (!text.startsWith('{')) return text.replaceAll('Ada', canary).replaceAll('ada', canary)
  const payload = JSON.parse(text)
  const own = kept.filter((key) => Object.hasOwn(payload, key))
  return {
    ...(poisoned(payload) as object),
    ...Object.fromEntries(own.map((key) => [key, payload[key]])),
  }
}

const served = Object.entries(fixtures).filter(
  ([, { source }]) => source.signature.type !== 'invoked',
)

describe.each(served)('%s', (preset, fixture) => {
  const name = fileName(preset)
  const proofs = new Set(proofNames(fixture.source.signature))
  const headers = Object.fromEntries(
    Object.entries(fixture.delivery.headers).filter(([header]) => !proofs.has(header)),
  )

  test('no value and no secret is in a log line or an answer', async () => {
    const model = await startModel({ bridge: everyPreset, latencyMs: 0 })
    const body = poison(fixture.delivery.body)
    const answers = [
      await model.post(name, body, { headers }),
      await model.post(name, body, { headers, isSigned: false }),
      await model.post(name, `{"${canary}":`, { headers }),
      await model.post(name, { [canary]: canary }, { headers }),
      await model.post(name, body, { headers, method: 'PUT' }),
      await model.post(name, body, {
        headers: { ...headers, 'x-any': canary },
        path: `/webhooks/${canary}`,
      }),
    ]
    await model.drained()

    expect(answers[0]?.status).toBe(200)
    expect(model.notes.logged.length).toBeGreaterThan(2)
    const told = JSON.stringify([model.notes.logged, answers])
    expect(told).not.toContain(canary)
    if (model.secretOf(name)) expect(told).not.toContain(model.secretOf(name))
  })
})
