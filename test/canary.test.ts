import { describe, expect, test } from 'vitest'
import { startModel } from './model/model.ts'
import { canary, canaryBody } from './support/canary.ts'
import { everyPreset, fileName, fixtures } from './support/fixtures.ts'
import { proofNames } from './support/requests.ts'

const served = Object.entries(fixtures).filter(
  ([, { source }]) => source.signature.type !== 'invoked',
)

/** A key of a payload: a response may name it, a log line may not. */
const key = 'warbler'

describe.each(served)('webhook and worker given a delivery of %s', (preset, fixture) => {
  const name = fileName(preset)
  const proofs = new Set(proofNames(fixture.source.signature))
  const headers = Object.fromEntries(
    Object.entries(fixture.delivery.headers).filter(([header]) => !proofs.has(header)),
  )

  test('put no value and no secret into a log line or a response, and no key into a log line', async () => {
    const model = await startModel({ bridge: everyPreset, latencyMs: 0 })
    const body = canaryBody(fixture.delivery.body)
    const responses = [
      await model.post(name, body, { headers }),
      await model.post(name, body, { headers, isSigned: false }),
      await model.post(name, `{"${canary}":`, { headers }),
      await model.post(name, { [key]: canary }, { headers }),
      await model.post(name, body, { headers, method: 'PUT' }),
      await model.post(name, body, {
        headers: { ...headers, 'x-any': canary },
        path: `/webhooks/${canary}`,
      }),
    ]
    await model.drained()

    expect(responses[0]?.status).toBe(200)
    expect(model.notes.logged.length).toBeGreaterThan(2)
    const output = JSON.stringify([model.notes.logged, responses])
    expect(output).not.toContain(canary)
    expect(JSON.stringify(model.notes.logged)).not.toContain(key)
    if (model.secretOf(name)) expect(output).not.toContain(model.secretOf(name))
  })
})
