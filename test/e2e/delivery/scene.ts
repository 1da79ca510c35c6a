import { createRespond } from '../../../sandbox/intercom/respond.ts'
import { defineBridge, form, signup } from '../../../src/lib/index.ts'
import { isRecord } from '../../../src/lib/json-access.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { type Model, startModel } from '../../model/model.ts'
import type { ModelOptions } from '../../model/options.ts'

export const ada = { email: 'ada@example.com', name: 'Ada' }
export const account = { ...ada, external_id: '1' }

/** The workspace's custom attributes, the mark of overwriting among them. */
const attributes = ['plan:string', 'seats:integer', 'signup_bridge_at:integer']

/**
 * A bridge with one source `backend` of these options, and a form of leads; what its worker asks of
 * Intercom is told as `POST /contacts 200`, ids as `*`.
 */
export const startScene = async (
  options: SourceOptions = {},
  more: ModelOptions & { readonly leads?: SourceOptions } = {},
) => {
  const { leads, ...modelOptions } = more
  const model: Model = await startModel({
    bridge: defineBridge({
      sources: { backend: signup(options), waitlist: form({ role: 'lead', ...leads }) },
    }),
    attributes,
    workers: 1,
    ...modelOptions,
  })
  let events = 0
  let looked = 0

  /** Somebody else's call, by hand: none of the worker's. */
  const intercom = async (method: string, path: string, body?: object) => {
    const answerCall = createRespond(model.workspace, model.time.sleep)
    const reply = await model.time.run(
      answerCall({
        method,
        path,
        query: new URLSearchParams(),
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: 'Bearer the-token',
          'intercom-version': '2.14',
        },
        body: body === undefined ? '' : JSON.stringify(body),
      }),
    )
    looked += 1
    if (reply.kind !== 'answer') throw new Error(`Intercom gave no answer: ${reply.kind}`)
    const json: unknown = JSON.parse(reply.body)
    if (!isRecord(json)) throw new Error('Intercom gave no object')
    return { status: reply.status, json, id: String(json.id) }
  }

  return {
    ...model,
    intercom,
    /** A contact that is there already. */
    existing: async (fields: object): Promise<string> =>
      (await intercom('POST', '/contacts', { role: 'user', ...fields })).id,
    /** Sends a signup and lets the bridge deliver it; gives what the worker asked of Intercom. */
    signUp: async (fields: object): Promise<string[]> => {
      events += 1
      looked = model.workspace.calls().length
      const body = 'event_id' in fields ? fields : { event_id: `event ${events}`, ...fields }
      const { status } = await model.post('backend', body)
      if (status !== 200) throw new Error(`the webhook answered ${status}`)
      await model.drained()
      return calls()
    },
    /** The same of a form, for leads. */
    joinWaitlist: async (inputs: Record<string, string>): Promise<string[]> => {
      looked = model.workspace.calls().length
      await model.post('waitlist', new URLSearchParams(inputs))
      await model.drained()
      return calls()
    },
    /** What the worker asked since the last signup began. */
    calls: () => calls(),
    /** The reasons of the dead letters. */
    reasons: () => model.parked().map(({ reason }) => reason),
    count: (metric: string) => model.notes.counted.get(metric) ?? 0,
  }

  function calls(): string[] {
    return model.workspace
      .calls()
      .slice(looked)
      .map(
        ({ method, path, status }) =>
          `${method} ${path.replace(/\b[0-9a-f]{24}\b/g, '*')} ${status || 'no answer'}`,
      )
  }
}
