import * as z from 'zod/mini'
import { type Environment, intercomBaseUrl, parseIntercomEnv } from '../src/lib/config/env.ts'
import { createHttp } from '../src/lib/http.ts'
import { SandboxError } from './ports.ts'

/** The real Intercom, as `.env.local` names it; the environment is not looked at. */
export type Live = {
  readonly access_token: string
  readonly baseUrl: string
  readonly region: string
  readonly version: string
}

const me = z.looseObject({ app: z.looseObject({ name: z.string(), region: z.string() }) })

const readMe = (body: string, host: string): z.infer<typeof me> => {
  try {
    return z.parse(me, JSON.parse(body))
  } catch (cause) {
    throw new SandboxError(`${host} is no Intercom: check INTERCOM_BASE_URL`, { cause })
  }
}

/**
 * Asks before anything is delivered to the real Intercom: shows the workspace and the region that
 * the token of `.env.local` belongs to.
 *
 * @throws SandboxError when there is no token, it is refused, or the answer is no
 */
export const askForLive = async (
  local: Environment,
  ask: (question: string) => Promise<string>,
): Promise<Live> => {
  const access_token = local.INTERCOM_ACCESS_TOKEN
  if (!access_token) {
    throw new SandboxError('--live needs a line INTERCOM_ACCESS_TOKEN=… in .env.local')
  }
  const env = parseIntercomEnv({ ...local, INTERCOM_SECRET_ID: 'local' })
  const baseUrl = intercomBaseUrl(env)
  const response = await createHttp(baseUrl)({
    method: 'GET',
    path: '/me',
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${access_token}`,
      'intercom-version': env.INTERCOM_VERSION,
    },
    signal: AbortSignal.timeout(8_000),
  }).catch((cause: unknown) => {
    throw new SandboxError(`${baseUrl.host} gave no answer: check the network`, { cause })
  })
  if (response.status !== 200) {
    throw new SandboxError(
      `${baseUrl.host} refuses the token of .env.local with ${response.status}: check INTERCOM_ACCESS_TOKEN and INTERCOM_REGION`,
    )
  }
  const { app } = readMe(response.body, baseUrl.host)
  const reply = await ask(
    `Deliver to the real workspace "${app.name}" (region ${app.region})? Type yes: `,
  )
  if (reply.trim().toLowerCase() !== 'yes') throw new SandboxError('Nothing was started.')
  return {
    access_token,
    baseUrl: baseUrl.origin,
    region: env.INTERCOM_REGION,
    version: env.INTERCOM_VERSION,
  }
}
