import { createRespond } from '../../../sandbox/intercom/respond.ts'
import { defineBridge, form, signup } from '../../../src/lib/index.ts'
import { isRecord } from '../../../src/lib/json-access.ts'
import type { LifecycleOptions, SourceOptions } from '../../../src/lib/sources/source.ts'
import { type Model, startModel } from '../../model/model.ts'
import type { ModelOptions } from '../../model/options.ts'

export const ada = { email: 'ada@example.com', name: 'Ada' }
export const account = { ...ada, external_id: '1' }

/** The workspace's custom attributes, the mark of overwriting among them. */
const attributes = ['plan:string', 'seats:integer', 'signup_bridge_at:integer']

/**
 * Starts a bridge with the source `backend` of these options and `waitlist`, a form of leads. The
 * worker's requests to Intercom are reported as `POST /contacts 200`, with ids as `*`. A contact is
 * confirmed only with the option `confirm`.
 */
export const startScene = async (
  options: SourceOptions & LifecycleOptions = {},
  more: ModelOptions & { readonly leads?: SourceOptions; readonly confirm?: boolean } = {},
) => {
  const { leads, confirm = false, ...modelOptions } = more
  const model: Model = await startModel({
    bridge: defineBridge({
      sources: { backend: signup(options), waitlist: form({ role: 'lead', ...leads }) },
    }),
    attributes,
    workers: 1,
    ...modelOptions,
    environment: { CONFIRM: String(confirm), ...modelOptions.environment },
  })
  let events = 0
  let firstRequest = 0

  /** Sends Intercom a request that is not the worker's. */
  const intercom = async (method: string, path: string, body?: object) => {
    const respond = createRespond(model.workspace, model.time.sleep)
    const reply = await model.time.run(
      respond({
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
    firstRequest += 1
    if (reply.kind !== 'response') throw new Error(`Intercom did not respond: ${reply.kind}`)
    const json: unknown = JSON.parse(reply.body)
    if (!isRecord(json)) throw new Error('Intercom’s response is not an object')
    return { status: reply.status, json, id: String(json.id) }
  }

  return {
    ...model,
    intercom,
    /** Adds a contact to Intercom; returns its id. */
    addContact: async (fields: object): Promise<string> =>
      (await intercom('POST', '/contacts', { role: 'user', ...fields })).id,
    /** Posts a signup and waits for its delivery; returns the worker's requests to Intercom. */
    signUp: async (fields: object): Promise<string[]> => {
      events += 1
      firstRequest = model.workspace.calls().length
      const body = 'event_id' in fields ? fields : { event_id: `event ${events}`, ...fields }
      const { status } = await model.post('backend', body)
      if (status !== 200) throw new Error(`the webhook responded with ${status}`)
      await model.drained()
      return calls()
    },
    /** The same, with the form of leads. */
    joinWaitlist: async (inputs: Record<string, string>): Promise<string[]> => {
      firstRequest = model.workspace.calls().length
      await model.post('waitlist', new URLSearchParams(inputs))
      await model.drained()
      return calls()
    },
    /** The worker's requests since the last signup started. */
    calls: () => calls(),
    /** The reasons of the dead letters. */
    reasons: () => model.parked().map(({ reason }) => reason),
    count: (metric: string) => model.notes.counted.get(metric) ?? 0,
  }

  function calls(): string[] {
    return model.workspace
      .calls()
      .slice(firstRequest)
      .map(
        ({ method, path, status }) =>
          `${method} ${path.replace(/\b[0-9a-f]{24}\b/g, '*')} ${status || 'no response'}`,
      )
  }
}
