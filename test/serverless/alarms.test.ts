import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld } from '../support/world.ts'
import { post, unpackBundles } from './bundle.ts'
import type { FunctionName } from './package-service.ts'
import { direct, prod, type Stack, stacks, standard } from './packaged.ts'
import { ofType, type Properties, propertiesOf, queueIds, referredId } from './template.ts'

type Metric = {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[]
}

/** The AWS metrics that an alarm may watch, each with its one dimension and its statistic. */
const awsMetrics = [
  {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    Namespace: 'AWS/SQS',
    metrics: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
    dimension: 'QueueName',
    type: 'AWS::SQS::Queue',
    Statistic: 'Maximum',
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    Namespace: 'AWS/Lambda',
    metrics: ['Errors'],
    dimension: 'FunctionName',
    type: 'AWS::Lambda::Function',
    Statistic: 'Sum',
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    Namespace: 'AWS/ApiGateway',
    metrics: ['5xx'],
    dimension: 'ApiId',
    type: 'AWS::ApiGatewayV2::Api',
    Statistic: 'Sum',
  },
]

const alarmsOf = (stack: Stack) => ofType(stack, 'AWS::CloudWatch::Alarm')
const isOwn = ({ Namespace }: Properties) => Namespace === 'SignupBridge'

const bundles = unpackBundles(standard)
afterAll(bundles.remove)

/** The metrics in a function's log, as CloudWatch extracts them. */
const metricsIn = (lines: readonly Properties[]): Metric[] =>
  lines.flatMap(({ _aws, ...values }) => {
    if (!_aws) return []
    const { CloudWatchMetrics } = _aws as {
      readonly CloudWatchMetrics: readonly {
        readonly Namespace: string
        readonly Dimensions: readonly (readonly string[])[]
        readonly Metrics: readonly { readonly Name: string }[]
      }[]
    }
    return CloudWatchMetrics.flatMap(({ Namespace, Dimensions: [names = []], Metrics }) =>
      Metrics.map(({ Name }) => ({
        Namespace,
        MetricName: Name,
        Dimensions: names.map((name) => ({ Name: name, Value: values[name] })),
      })),
    )
  })

const runHandler = (name: FunctionName, event: unknown, env: NodeJS.ProcessEnv) =>
  bundles.run(
    name,
    `await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 })`,
    { SIGNUP_BRIDGE_STAGE: standard.stage, ...env },
  )

/** Returns the worker's log when Intercom refuses five persons, a right of the token, and the token. */
const runRefusedWorker = async () => {
  const world = await startWorld()
  try {
    const env = {
      ...world.workerEnv,
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^AWS_/.test(name))),
    }
    await world.sendToInbox(
      ['a', 'b', 'c', 'd', 'e'].map((name) => ({
        body: JSON.stringify({ email: `${name}@example.com` }),
        source: 'backend',
      })),
    )
    world.intercom.addFault({ status: 400, count: 5 })
    const refusesAll = await runHandler('worker', await world.batch(world.inbox.url), env)
    await world.sendToInbox([
      { body: JSON.stringify({ email: 'ada@example.com' }), source: 'backend' },
    ])
    const event = await world.batch(world.inbox.url)
    world.intercom.addFault({ status: 403, code: 'api_plan_restricted', count: 1 })
    const forbidden = await runHandler('worker', event, env)
    world.intercom.addFault({ access_token: 'another' })
    return [...refusesAll, ...forbidden, ...(await runHandler('worker', event, env))]
  } finally {
    await world.close()
  }
}

const cognitoEvent = {
  triggerSource: 'PostConfirmation_ConfirmSignUp',
  userPoolId: 'eu-west-1_AbCdEfGhI',
  userName: 'ada',
  request: { userAttributes: { sub: 'u-1', email: 'ada@example.com' } },
  response: {},
}

/** The log of each run. */
const logs: Record<string, readonly Properties[]> = {}
beforeAll(async () => {
  const [webhook = [], worker = [], invoked = [], refused = []] = await Promise.all([
    runHandler('webhook', post, {}),
    runHandler('worker', { Records: [] }, {}),
    runHandler('webhook', cognitoEvent, {}),
    runRefusedWorker(),
  ])
  Object.assign(logs, { webhook, worker, invoked, refused })
}, 60_000)

/** The metrics in these logs, with the stage of a stack. */
const emittedIn = ({ stage }: Stack): Metric[] =>
  Object.values(logs)
    .flatMap(metricsIn)
    .map((metric) => ({
      ...metric,
      Dimensions: metric.Dimensions.map(({ Name, Value }) => ({
        Name,
        Value: String(Value).replace(`-${standard.stage}-`, `-${stage}-`),
      })),
    }))

describe.each(stacks)('alarms of the $name stack', (stack) => {
  const alarms = alarmsOf(stack)

  test.each(alarms)('%s says what to look at', (_id, { AlarmDescription }) => {
    expect(AlarmDescription).toEqual(expect.stringMatching(/\.$/))
  })

  test.each(alarms)('%s reports to the topic', (_id, { AlarmActions }) => {
    expect(AlarmActions).toEqual([{ Ref: 'Alarms' }])
    expect(stack.template.Resources.Alarms?.Type).toBe('AWS::SNS::Topic')
  })

  test.each(alarms)('%s treats missing data as not breaching', (_id, { TreatMissingData }) => {
    expect(TreatMissingData).toBe('notBreaching')
  })

  test.each(alarms)('%s is raised by 5 minutes above its threshold', (_id, alarm) => {
    expect(alarm).toMatchObject({
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: alarm.MetricName === 'ApproximateAgeOfOldestMessage' ? 15 * 60 : 0,
    })
  })

  test.each(alarms.filter(([, alarm]) => !isOwn(alarm)))(
    '%s watches an AWS metric of a resource in the stack',
    (_id, { Namespace, MetricName, Dimensions, Statistic }) => {
      const known = awsMetrics.find((metric) => metric.Namespace === Namespace)
      const [dimension, ...others] = Dimensions as Metric['Dimensions']

      expect(known?.metrics).toContain(MetricName)
      expect(dimension?.Name).toBe(known?.dimension)
      expect(others).toEqual([])
      expect(stack.template.Resources[referredId(dimension?.Value) ?? '']?.Type).toBe(known?.type)
      expect(Statistic).toBe(known?.Statistic)
    },
  )

  test.each(alarms.filter(([, alarm]) => isOwn(alarm)))(
    '%s watches a metric that the code emits',
    (_id, { Namespace, MetricName, Dimensions, Statistic }) => {
      expect(emittedIn(stack)).toContainEqual({ Namespace, MetricName, Dimensions })
      expect(Statistic).toBe('Sum')
    },
  )

  test.each([
    ['AWS/ApiGateway', '5xx', 'HttpApi'],
    ['AWS/Lambda', 'Errors', 'WorkerLambdaFunction'],
    ['SignupBridge', 'unstored', `signup-bridge-${stack.stage}-webhook`],
    ['SignupBridge', 'misconfigured', `signup-bridge-${stack.stage}-webhook`],
    ['SignupBridge', 'misconfigured', `signup-bridge-${stack.stage}-worker`],
    ['SignupBridge', 'intercom_unauthorized', `signup-bridge-${stack.stage}-worker`],
    ['SignupBridge', 'intercom_forbidden', `signup-bridge-${stack.stage}-worker`],
    ['SignupBridge', 'intercom_refuses_all', `signup-bridge-${stack.stage}-worker`],
    ...queueIds(stack).deadLetters.map((id) => [
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      id,
    ]),
    ...queueIds(stack).drained.map((id) => ['AWS/SQS', 'ApproximateAgeOfOldestMessage', id]),
  ])('include one for %s %s of %s', (namespace, metric, id) => {
    const found = alarms.filter(
      ([, { Namespace, MetricName, Dimensions }]) =>
        Namespace === namespace &&
        MetricName === metric &&
        JSON.stringify(Dimensions).includes(`"${id}"`),
    )

    expect(found).toHaveLength(1)
  })
})

test('a stack has ten alarms, and twelve with an inbox', () => {
  expect(alarmsOf(standard)).toHaveLength(10)
  expect(alarmsOf(prod)).toHaveLength(10)
  expect(alarmsOf(direct)).toHaveLength(12)
})

test.each(['webhook', 'worker'])(
  'the %s counts `misconfigured` once when its environment is empty',
  (name) => {
    const line = logs[name]?.find(({ _aws }) => _aws)

    expect(line?.misconfigured).toBe(1)
  },
)

describe('alarm mail', () => {
  test('has no subscriber without an address', () => {
    expect(standard.template.Resources).not.toHaveProperty('AlarmEmail')
    expect(standard.template.Conditions.HasAlarmEmail).toEqual({
      'Fn::Not': [{ 'Fn::Equals': ['', ''] }],
    })
  })

  test('goes to the address of alarmEmail', () => {
    expect(direct.template.Conditions.HasAlarmEmail).toEqual({
      'Fn::Not': [{ 'Fn::Equals': ['oncall@example.com', ''] }],
    })
    expect(propertiesOf(direct, 'AlarmEmail')).toEqual({
      TopicArn: { Ref: 'Alarms' },
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    })
  })
})
