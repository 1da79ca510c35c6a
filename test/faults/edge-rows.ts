import { strict as assert } from 'node:assert'
import { forEachDeadLetter } from '../../src/lib/queue/replay.ts'
import { startModel } from '../model/model.ts'
import { canary, poison } from '../support/canary.ts'
import { everyPreset, fileName, fixtures } from '../support/fixtures.ts'
import { proofNames } from '../support/requests.ts'
import { atMost, drainAndAudit, exactly, minutes, number, type Row } from './row.ts'
import { personOf, startScene } from './scene.ts'

const gc = (): void => globalThis.gc?.()
const heapMb = (): number => {
  gc()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** Calendly's id of an event is an address of the web, and the canary was put at its end. */
const withoutAddress = <T extends { readonly event_id?: string | undefined }>(told: T) =>
  told.event_id?.startsWith('https://') ? { ...told, event_id: '' } : told

export const edgeRows: readonly Row[] = [
  {
    name: 'T29',
    title:
      'no value of any sender’s payload is in a log, a count, an answer or a dead letter’s attributes',
    sizes: { short: 1, full: 1 },
    run: async () => {
      let looked = 0
      let leaked = 0
      const watch = (told: unknown): void => {
        looked += 1
        if (JSON.stringify(told).toLowerCase().includes(canary)) leaked += 1
      }
      const model = await startModel({ bridge: everyPreset, onTold: watch })
      const senders = Object.entries(fixtures).filter(
        ([, { source }]) => source.signature.type !== 'invoked',
      )
      const sendAll = async () => {
        for (const [preset, fixture] of senders) {
          const proofs = new Set(proofNames(fixture.source.signature))
          const headers = Object.fromEntries(
            Object.entries(fixture.delivery.headers).filter(([header]) => !proofs.has(header)),
          )
          const body = poison(fixture.delivery.body)
          for (const isSigned of [true, false]) {
            const { text } = await model.post(fileName(preset), body, { headers, isSigned })
            watch(text)
          }
        }
        await model.drained()
      }
      // Delivered; then refused for good, and parked; then Intercom away for an hour.
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
        `${senders.length} senders, ${number(looked)} lines, counts, answers and dead letters`,
        exactly('leaked', leaked, 0),
      ]
    },
  },
  {
    name: 'T30',
    title: 'a clock that is ten minutes off costs neither a signup nor the pace',
    sizes: { short: 200, full: 5_000 },
    run: async (size) => {
      const figures: string[] = []
      let usualMs = 0
      for (const skewMs of [0, -600_000, 600_000]) {
        const scene = await startScene({ skewMs, rate_limit: 167, latencyMs: 150 })
        const beganMs = scene.model.time.now()
        await scene.signUp(Array.from({ length: size }, (_, each) => personOf(each)))
        const counters = await drainAndAudit(scene)
        const drainedMs = scene.model.time.now() - beganMs
        usualMs ||= drainedMs
        figures.push(
          `${skewMs / 60_000} min: drained in ${minutes(drainedMs)}`,
          atMost('of the usual time', drainedMs / usualMs, 1.25),
          atMost('429 of all calls', scene.calls(429) / scene.calls(), 0.02),
          exactly('parked', scene.model.parked().length, 0),
          counters,
        )
      }
      return figures
    },
  },
  {
    name: 'T32',
    title: 'a million signups leave the memory as it was',
    sizes: { short: 20_000, full: 1_000_000 },
    alone: true,
    run: async (size) => {
      const each = Math.min(size / 2, 10_000)
      const scene = await startScene({ workers: 10 })
      const { model } = scene
      let counters = ''
      let peakMb = 0
      let firstMb = 0
      for (let from = 0; from < size; from += each) {
        await scene.signUp(Array.from({ length: each }, (_, index) => personOf(from + index)))
        counters = await drainAndAudit(scene)
        assert.equal(model.contacts().length, each)
        // Intercom's memory is not ours: everybody who was counted is forgotten there.
        scene.forget()
        const nowMb = heapMb()
        firstMb ||= nowMb
        peakMb = Math.max(peakMb, nowMb)
      }
      return [
        `${number(size)} signups through the same processes`,
        `heap ${firstMb.toFixed(0)} MB after the first ${number(each)}`,
        atMost('MB of heap at most', peakMb, 256),
        atMost('MB grown since', peakMb - firstMb, 30),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
]
