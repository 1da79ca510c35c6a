import { describe, expect, test } from 'vitest'
import { startModel } from './model/model.ts'
import { canary, poison } from './support/canary.ts'
import { everyPreset, fileName, fixtures } from './support/fixtures.ts'
import { proofNames } from './support/requests.ts'

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
