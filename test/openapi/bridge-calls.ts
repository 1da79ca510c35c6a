import { startIntercom } from '../../sandbox/intercom/server.ts'
import { createDeliver } from '../../src/handlers/create-deliver.ts'
import { createDependencies, type Dependencies } from '../../src/handlers/dependencies.ts'
import { parseWorkerEnv } from '../../src/lib/config/env.ts'
import { BridgeError } from '../../src/lib/errors.ts'
import { createHttp } from '../../src/lib/http.ts'
import { parseJson } from '../../src/lib/json.ts'
import { createCall, token } from '../sandbox/intercom-client.ts'
import { createClock } from '../support/clock.ts'
import { usual } from '../support/people.ts'
import { createNotes } from '../support/telemetry.ts'
import type { Answered, Asked } from './exchange.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** How a delivery ended: its outcome, or the code that it failed with. */
type Ending = { readonly title: string; readonly ends: string }

/** Lets the bridge deliver all scenarios, and tells what it sent, was answered, and made of it. */
export const callBridge = async (version: string) => {
  const clock = createClock()
  const intercom = await startIntercom({
    port: 0,
    access_token: token,
    now: clock.now,
    attributes: ['plan', 'signup_bridge_at:date'],
  })
  const asked: Asked[] = []
  const answers: Answered[] = []
  const endings: Ending[] = []
  const openHttp: Dependencies['openHttp'] = (baseUrl) => {
    const send = createHttp(baseUrl)
    return async (request) => {
      const { method, path } = request
      asked.push(request)
      const answer = await send(request)
      const contentType = String(answer.headers['content-type'])
      const { status, body } = answer
      answers.push({ method, path, status, contentType, json: parseJson(body) })
      return answer
    }
  }
  const env = parseWorkerEnv({
    QUEUE_URL: 'https://sqs.example.com/queue.fifo',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/dead.fifo',
    INTERCOM_SECRET_ID: 'intercom',
    INTERCOM_BASE_URL: intercom.url,
    INTERCOM_VERSION: version,
  })
  const deliver = createDeliver(
    env,
    createDependencies('worker', env, {
      clock,
      random: () => 0.5,
      telemetry: createNotes().telemetry,
      openSecret: () => async () => token,
      openHttp,
    }),
  )
  const call = createCall(intercom.url)
  const endOf = async ({ signup, policy }: Scenario): Promise<string> => {
    try {
      return (await deliver(signup, { ...usual, ...policy }, () => 60_000)).outcome
    } catch (error) {
      if (error instanceof BridgeError) return error.code
      throw error
    }
  }
  try {
    for (const scenario of scenarios) {
      await scenario.given?.({ call, addFault: intercom.addFault })
      endings.push({ title: scenario.title, ends: await endOf(scenario) })
    }
  } finally {
    await intercom.close()
  }
  return { asked, answers, endings }
}
