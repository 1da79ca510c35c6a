import { startIntercom } from '../../sandbox/intercom/server.ts'
import { createDeliver } from '../../src/handlers/create-deliver.ts'
import { createDependencies, type Dependencies } from '../../src/handlers/dependencies.ts'
import { parseWorkerEnv } from '../../src/lib/config/env.ts'
import { BridgeError } from '../../src/lib/errors.ts'
import { createHttp } from '../../src/lib/http.ts'
import { parseJson } from '../../src/lib/json.ts'
import { createClient, token } from '../sandbox/intercom-client.ts'
import { createClock } from '../support/clock.ts'
import { defaultPolicy } from '../support/people.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import type { ReceivedResponse, SentRequest } from './exchange.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** The result of a delivery: its outcome, or the code of its error. */
type Result = { readonly title: string; readonly result: string }

/** Delivers every scenario with the bridge. Returns its requests, the responses and the results. */
export const deliverScenarios = async (version: string) => {
  const clock = createClock()
  const intercom = await startIntercom({
    port: 0,
    access_token: token,
    now: clock.now,
    attributes: ['plan', 'signup_bridge_at:date'],
    companyAttributes: ['tier', 'signup_bridge_company_at:integer'],
  })
  const requests: SentRequest[] = []
  const responses: ReceivedResponse[] = []
  const results: Result[] = []
  const openHttp: Dependencies['openHttp'] = (baseUrl) => {
    const send = createHttp(baseUrl)
    return async (request) => {
      const { method, path } = request
      requests.push(request)
      const response = await send(request)
      const contentType = String(response.headers['content-type'])
      const { status, body } = response
      responses.push({ method, path, status, contentType, json: parseJson(body) })
      return response
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
      telemetry: captureTelemetry().telemetry,
      openSecret: () => async () => token,
      openHttp,
    }),
  )
  const request = createClient(intercom.url)
  const resultOf = async ({ signup, policy }: Scenario): Promise<string> => {
    try {
      return (await deliver(signup, { ...defaultPolicy, ...policy }, () => 60_000)).outcome
    } catch (error) {
      if (error instanceof BridgeError) return error.code
      throw error
    }
  }
  try {
    for (const scenario of scenarios) {
      await scenario.prepare?.({ request, addFault: intercom.addFault })
      results.push({ title: scenario.title, result: await resultOf(scenario) })
    }
  } finally {
    await intercom.close()
  }
  return { requests, responses, results }
}
