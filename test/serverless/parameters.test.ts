import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageService, root } from './package-service.ts'
import { direct, prod, type Stack, standard } from './packaged.ts'
import { environmentOf, type Properties, propertiesOf } from './template.ts'

const webhookOf = (stack: Stack) => propertiesOf(stack, 'WebhookLambdaFunction')
const workerEnvironmentOf = (stack: Stack) => environmentOf(stack, 'WorkerLambdaFunction')
const stageOf = (stack: Stack) => propertiesOf(stack, 'HttpApiStage')
const throttlesOf = (stack: Stack) => stageOf(stack).DefaultRouteSettings as Properties
const formThrottlesOf = (stack: Stack) =>
  (stageOf(stack).RouteSettings as Readonly<Record<string, Properties>>)['ANY /forms/{source}']

/** Each param, its default, and how to read its value from a stack. */
const params: readonly [name: string, byDefault: unknown, (stack: Stack) => unknown][] = [
  ['region', 'us-east-1', ({ output }) => /for stage \w+ \(([\w-]+)\)/.exec(output)?.[1]],
  ['intercomRegion', 'us', (stack) => workerEnvironmentOf(stack).INTERCOM_REGION],
  ['intercomVersion', '2.14', (stack) => workerEnvironmentOf(stack).INTERCOM_VERSION],
  ['delivery', 'queue', (stack) => environmentOf(stack, 'WebhookLambdaFunction').DELIVERY],
  [
    'publicBaseUrl',
    undefined,
    (stack) => environmentOf(stack, 'WebhookLambdaFunction').PUBLIC_BASE_URL,
  ],
  ['alarmEmail', undefined, ({ template }) => template.Resources.AlarmEmail?.Properties.Endpoint],
  ['logLevel', 'info', (stack) => environmentOf(stack, 'WebhookLambdaFunction').LOG_LEVEL],
  ['logRetentionDays', 30, (stack) => propertiesOf(stack, 'WebhookLogGroup').RetentionInDays],
  [
    'maximumConcurrency',
    2,
    (stack) =>
      (propertiesOf(stack, 'WorkerEventSourceMappingSQSQueue').ScalingConfig as Properties)
        .MaximumConcurrency,
  ],
  ['searchLagSeconds', '180', (stack) => workerEnvironmentOf(stack).SEARCH_LAG_SECONDS],
  ['confirm', 'true', (stack) => workerEnvironmentOf(stack).CONFIRM],
  ['webhookRate', 50, (stack) => throttlesOf(stack).ThrottlingRateLimit],
  ['webhookBurst', 100, (stack) => throttlesOf(stack).ThrottlingBurstLimit],
  ['formRate', 5, (stack) => formThrottlesOf(stack)?.ThrottlingRateLimit],
  ['formBurst', 20, (stack) => formThrottlesOf(stack)?.ThrottlingBurstLimit],
  [
    'webhookReservedConcurrency',
    undefined,
    (stack) => webhookOf(stack).ReservedConcurrentExecutions,
  ],
  ['inbox', 'off', ({ template }) => (template.Resources.Inbox ? 'on' : 'off')],
  [
    'keepQueues',
    'on',
    ({ template }) => (template.Resources.Queue?.DeletionPolicy === 'Retain' ? 'on' : 'off'),
  ],
]

describe('params', () => {
  test('of serverless.yml are all tested here', () => {
    const { params: declared } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'))

    expect(params.map(([name]) => name)).toEqual(Object.keys(declared.default))
    expect(Object.keys(direct.params)).toEqual(Object.keys(declared.default))
  })

  test.each(params)('%s is %s by default', (_name, byDefault, read) => {
    expect(read(standard)).toBe(byDefault)
  })

  test.each(params)('%s reaches the stack', (name, byDefault, read) => {
    expect(String(read(direct))).toBe(direct.params[name])
    expect(direct.params[name]).not.toBe(String(byDefault))
  })

  test('maximumConcurrency is between 2 and 40 by default', () => {
    const [, byDefault] = params.find(([name]) => name === 'maximumConcurrency') ?? []

    expect(byDefault).toBeGreaterThanOrEqual(2)
    expect(byDefault).toBeLessThanOrEqual(40)
  })
})

test.each(['WebhookLogGroup', 'WorkerLogGroup'])(
  '%s keeps logs for 30 days, in prod for 90, and otherwise for logRetentionDays',
  (id) => {
    expect(propertiesOf(standard, id).RetentionInDays).toBe(30)
    expect(propertiesOf(prod, id).RetentionInDays).toBe(90)
    expect(propertiesOf(direct, id).RetentionInDays).toBe(7)
  },
)

test('the webhook has reserved concurrency only when the param is set', () => {
  expect(webhookOf(standard)).not.toHaveProperty('ReservedConcurrentExecutions')
  expect(webhookOf(prod)).not.toHaveProperty('ReservedConcurrentExecutions')
  expect(webhookOf(direct).ReservedConcurrentExecutions).toBe(5)
})

/** Returns the output of `serverless package` when it fails with these params. */
const failureOf = async (params: Readonly<Record<string, string>>): Promise<string> => {
  const packaging = packageService({ params }).then(() => ({ stdout: 'packaged' }))
  const { stdout } = await packaging.catch((failed: { readonly stdout: string }) => failed)
  return stdout
}

describe('serverless package', () => {
  test('refuses an unknown delivery, inbox or keepQueues', async () => {
    const failure = await failureOf({ delivery: 'nonsense', inbox: 'yes', keepQueues: 'no' })

    expect(failure).toContain('Cannot resolve variable at "functions.webhook.timeout"')
    expect(failure).toContain('Cannot resolve variable at "resources.Conditions.HasInbox')
    expect(failure).toContain(
      'Cannot resolve variable at "resources.Resources.Queue.DeletionPolicy"',
    )
  }, 60_000)

  test('refuses a concurrency or a log retention that AWS does not accept', async () => {
    const failure = await failureOf({ maximumConcurrency: '1', logRetentionDays: '31' })

    expect(failure).toContain("'functions.worker.events.0.sqs.maximumConcurrency': must be >= 2")
    expect(failure).toContain("'provider.logRetentionInDays'")
  }, 60_000)
})
