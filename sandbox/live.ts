import * as z from 'zod/mini'
import { type Environment, intercomBaseUrl, parseIntercomEnv } from '../src/lib/config/env.ts'
import { createHttp } from '../src/lib/http.ts'
import { SandboxError } from './ports.ts'

/** The real Intercom of `.env.local`; environment variables are ignored. */
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
    throw new SandboxError(`${host} is not Intercom's API: check INTERCOM_BASE_URL`, { cause })
  }
}

/**
 * Asks for confirmation before anything is delivered to the real Intercom. The question names the
 * workspace and the region of the token in `.env.local`.
 *
 * @throws SandboxError if there is no token, Intercom rejects it, or the answer is not yes
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
    throw new SandboxError(`${baseUrl.host} did not respond: check the network`, { cause })
  })
  if (response.status !== 200) {
    throw new SandboxError(
      `${baseUrl.host} rejects the token of .env.local with ${response.status}: check INTERCOM_ACCESS_TOKEN and INTERCOM_REGION`,
    )
  }
  const { app } = readMe(response.body, baseUrl.host)
  const answer = await ask(
    `Deliver to the real workspace "${app.name}" (region ${app.region})? Type yes: `,
  )
  if (answer.trim().toLowerCase() !== 'yes') throw new SandboxError('Nothing was started.')
  return {
    access_token,
    baseUrl: baseUrl.origin,
    region: env.INTERCOM_REGION,
    version: env.INTERCOM_VERSION,
  }
}
