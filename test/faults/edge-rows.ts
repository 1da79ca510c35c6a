import { strict as assert } from 'node:assert'
import { forEachDeadLetter } from '../../src/lib/queue/replay.ts'
import { startModel } from '../model/model.ts'
import { canary, canaryBody } from '../support/canary.ts'
import { everyPreset, fileName, fixtures } from '../support/fixtures.ts'
import { proofNames } from '../support/requests.ts'
import { atMost, drainAndAudit, exactly, minutes, number, type Row } from './row.ts'
import { personOf, startScene } from './scene.ts'

const gc = (): void => globalThis.gc?.()
const heapMb = (): number => {
  gc()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** Calendly's event id is a URL, and its canary was put in by the test: the id is blanked. */
const withoutAddress = <T extends { readonly event_id?: string | undefined }>(output: T) =>
  output.event_id?.startsWith('https://') ? { ...output, event_id: '' } : output

export const edgeRows: readonly Row[] = [
  {
    name: 'personal data leaks',
    title:
      'no value of a payload is in a log line, a metric, a response or the attributes of a dead letter',
    sizes: { short: 1, full: 1 },
    run: async () => {
      let checked = 0
      let leaked = 0
      const watch = (output: unknown): void => {
        checked += 1
        if (JSON.stringify(output).toLowerCase().includes(canary)) leaked += 1
      }
      const model = await startModel({ bridge: everyPreset, onTelemetry: watch })
      const senders = Object.entries(fixtures).filter(
        ([, { source }]) => source.signature.type !== 'invoked',
      )
      const sendAll = async () => {
        for (const [preset, fixture] of senders) {
          const proofs = new Set(proofNames(fixture.source.signature))
          const headers = Object.fromEntries(
            Object.entries(fixture.delivery.headers).filter(([header]) => !proofs.has(header)),
          )
          const body = canaryBody(fixture.delivery.body)
          for (const isSigned of [true, false]) {
            const { text } = await model.post(fileName(preset), body, { headers, isSigned })
            watch(text)
          }
        }
        await model.drained()
      }
      // First everything is delivered, then everything is permanently refused and parked.
      await sendAll()
      await model.passes(600_000)
      model.workspace.addFault({ status: 422, message: `${canary} is refused`, count: 200 })
      await sendAll()
      for (const { body: _body, ...attributes } of model.parked()) watch(withoutAddress(attributes))
      await model.time.run(
        forEachDeadLetter(
          model.deadLetterQueue,
          everyPreset,
          {},
          ({ record: _record, ...letter }) => watch(withoutAddress(letter)),
        ),
      )
      assert.ok(model.parked().length > 15)
      return [
        `${senders.length} senders, ${number(checked)} log lines, metrics, responses and dead letters`,
        exactly('leaked', leaked, 0),
      ]
    },
  },
  {
    name: 'clock skew',
    title: 'a clock that is ten minutes off costs no signup and no throughput',
    sizes: { short: 200, full: 5_000 },
    run: async (size) => {
      const figures: string[] = []
      let withoutSkewMs = 0
      for (const skewMs of [0, -600_000, 600_000]) {
        const scene = await startScene({ skewMs, rate_limit: 167, latencyMs: 150 })
        const startedMs = scene.model.time.now()
        await scene.signUp(Array.from({ length: size }, (_, index) => personOf(index)))
        const counters = await drainAndAudit(scene)
        const drainedMs = scene.model.time.now() - startedMs
        withoutSkewMs ||= drainedMs
        figures.push(
          `${skewMs / 60_000} min: drained in ${minutes(drainedMs)}`,
          atMost('time relative to no skew', drainedMs / withoutSkewMs, 1.25),
          atMost('share of 429', scene.calls(429) / scene.calls(), 0.02),
          exactly('parked', scene.model.parked().length, 0),
          counters,
        )
      }
      return figures
    },
  },
  {
    name: 'flat memory',
    title: 'a million signups do not grow the heap',
    sizes: { short: 20_000, full: 1_000_000 },
    alone: true,
    run: async (size) => {
      const step = Math.min(size / 2, 10_000)
      const scene = await startScene({ workers: 10 })
      const { model } = scene
      let counters = ''
      let peakMb = 0
      let firstMb = 0
      for (let from = 0; from < size; from += step) {
        await scene.signUp(Array.from({ length: step }, (_, index) => personOf(from + index)))
        counters = await drainAndAudit(scene)
        assert.equal(model.contacts().length, step)
        // The sandbox's own memory does not count: audited contacts are forgotten.
        scene.forget()
        const nowMb = heapMb()
        firstMb ||= nowMb
        peakMb = Math.max(peakMb, nowMb)
      }
      return [
        `${number(size)} signups through the same processes`,
        `heap ${firstMb.toFixed(0)} MB after the first ${number(step)}`,
        atMost('peak heap in MB', peakMb, 256),
        atMost('growth in MB', peakMb - firstMb, 30),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
]
