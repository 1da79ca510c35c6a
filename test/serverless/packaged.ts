import { type Packaged, type PackageOptions, packageService } from './package-service.ts'

export type Stack = Packaged & {
  readonly name: string
  readonly stage: string
  readonly params: Readonly<Record<string, string>>
}

const packageStack = async (name: string, options: PackageOptions): Promise<Stack> => {
  const { stage = 'dev', params = {} } = options
  return { name, stage, params, ...(await packageService(options)) }
}

/**
 * Three stacks: without a stage or a param, with another value for every param, and of the stage prod.
 * Packaging takes seconds: it runs once per vitest worker, when this module is first imported.
 */
export const [standard, direct, prod] = await Promise.all([
  packageStack('default', {}),
  packageStack('direct', {
    stage: 'staging',
    params: {
      region: 'eu-west-1',
      intercomRegion: 'eu',
      intercomVersion: '2.13',
      delivery: 'direct',
      publicBaseUrl: 'https://in.example.com',
      alarmEmail: 'oncall@example.com',
      logLevel: 'debug',
      logRetentionDays: '7',
      maximumConcurrency: '7',
      searchLagSeconds: '300',
      confirm: 'false',
      webhookRate: '51',
      webhookBurst: '101',
      formRate: '6',
      formBurst: '21',
      webhookReservedConcurrency: '5',
      inbox: 'on',
      keepQueues: 'off',
    },
  }),
  packageStack('prod', { stage: 'prod' }),
])
export const stacks: readonly Stack[] = [standard, direct, prod]
