import { describe, expect, test } from 'vitest'
import { parseWebhookEnv, parseWorkerEnv } from '../../src/lib/config/env.ts'
import { direct, stacks, standard } from './packaged.ts'
import { environmentOf, idsOfType, ofType, propertiesOf } from './template.ts'

const functions = [
  { name: 'webhook', id: 'WebhookLambdaFunction', parse: parseWebhookEnv },
  { name: 'worker', id: 'WorkerLambdaFunction', parse: parseWorkerEnv },
] as const

describe.each(stacks)('functions of the $name stack', (stack) => {
  test('are the webhook and the worker alone', () => {
    expect(idsOfType(stack, 'AWS::Lambda::Function')).toEqual(functions.map(({ id }) => id))
  })

  test.each(functions)('$name runs on Node 24, arm64 and 256 MB', ({ name, id }) => {
    expect(propertiesOf(stack, id)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Handler: `.build/${name}/index.handler`,
      FunctionName: `signup-bridge-${stack.stage}-${name}`,
    })
  })

  test.each(functions)('$name has a timeout of its own', ({ id }) => {
    const { Timeout } = propertiesOf(stack, id)

    expect(Timeout).toBeGreaterThanOrEqual(10)
    expect(Timeout).toBeLessThanOrEqual(60)
  })

  test.each(functions)('$name has only variables that the code reads', ({ id, parse }) => {
    const environment = environmentOf(stack, id)
    const values = Object.entries(environment).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'https://sqs.example.com/queue',
    ])

    // DELIVERY is read by the webhook, and set for both.
    const known = [...Object.keys(parse(Object.fromEntries(values))), 'DELIVERY']
    for (const name of Object.keys(environment)) expect(known).toContain(name)
    expect(environment).toMatchObject({ SIGNUP_BRIDGE_STAGE: stack.stage })
  })

  test.each(functions)('$name has the names of its secrets, and no secret', ({ id }) => {
    const secrets = Object.entries(environmentOf(stack, id)).filter(([name]) =>
      /SECRET|TOKEN|KEY|PASSWORD/.test(name),
    )

    expect(secrets.length).toBeGreaterThan(0)
    for (const [name, value] of secrets) {
      expect([
        ['SIGNING_SECRET_ID', `signup-bridge/${stack.stage}/signing`],
        ['INTERCOM_SECRET_ID', `signup-bridge/${stack.stage}/intercom`],
      ]).toContainEqual([name, value])
    }
  })

  test.each(functions)('$name logs as text, so that CloudWatch finds its metrics', ({ id }) => {
    expect(propertiesOf(stack, id).LoggingConfig).toEqual({ LogFormat: 'Text' })
  })

  test.each(functions)('$name has a log group with a retention', ({ id }) => {
    const group = ofType(stack, 'AWS::Logs::LogGroup').filter(
      ([, { LogGroupName }]) =>
        LogGroupName === `/aws/lambda/${propertiesOf(stack, id).FunctionName}`,
    )

    expect(group).toHaveLength(1)
    expect(group[0]?.[1].RetentionInDays).toBeGreaterThan(0)
  })

  test('have no other log group', () => {
    expect(ofType(stack, 'AWS::Logs::LogGroup')).toHaveLength(functions.length)
  })

  test('reserve no concurrency for the worker', () => {
    expect(propertiesOf(stack, 'WorkerLambdaFunction')).not.toHaveProperty(
      'ReservedConcurrentExecutions',
    )
  })
})

describe('functions in queue mode', () => {
  test('webhook has 10 s, worker 60 s', () => {
    expect(propertiesOf(standard, 'WebhookLambdaFunction').Timeout).toBe(10)
    expect(propertiesOf(standard, 'WorkerLambdaFunction').Timeout).toBe(60)
  })

  test('webhook gets the queue and the signing secret', () => {
    expect(environmentOf(standard, 'WebhookLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'dev',
      LOG_LEVEL: 'info',
      DELIVERY: 'queue',
      SIGNING_SECRET_ID: 'signup-bridge/dev/signing',
      QUEUE_URL: { Ref: 'Queue' },
    })
  })

  test('worker gets Intercom and the queues', () => {
    expect(environmentOf(standard, 'WorkerLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'dev',
      LOG_LEVEL: 'info',
      DELIVERY: 'queue',
      INTERCOM_SECRET_ID: 'signup-bridge/dev/intercom',
      INTERCOM_REGION: 'us',
      INTERCOM_VERSION: '2.14',
      SEARCH_LAG_SECONDS: '180',
      CONFIRM: 'true',
      QUEUE_URL: { Ref: 'Queue' },
      DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
    })
  })
})

describe('functions in direct mode', () => {
  test('webhook has 28 s, worker still 60 s', () => {
    expect(propertiesOf(direct, 'WebhookLambdaFunction').Timeout).toBe(28)
    expect(propertiesOf(direct, 'WorkerLambdaFunction').Timeout).toBe(60)
  })

  test('webhook gets Intercom instead of the queue', () => {
    expect(environmentOf(direct, 'WebhookLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'staging',
      LOG_LEVEL: 'debug',
      DELIVERY: 'direct',
      SIGNING_SECRET_ID: 'signup-bridge/staging/signing',
      PUBLIC_BASE_URL: 'https://in.example.com',
      INTERCOM_SECRET_ID: 'signup-bridge/staging/intercom',
      INTERCOM_REGION: 'eu',
      INTERCOM_VERSION: '2.13',
      SEARCH_LAG_SECONDS: '300',
    })
  })

  test('worker gets the dead letters of the inbox, too', () => {
    expect(environmentOf(direct, 'WorkerLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'staging',
      LOG_LEVEL: 'debug',
      DELIVERY: 'direct',
      INTERCOM_SECRET_ID: 'signup-bridge/staging/intercom',
      INTERCOM_REGION: 'eu',
      INTERCOM_VERSION: '2.13',
      SEARCH_LAG_SECONDS: '300',
      CONFIRM: 'false',
      QUEUE_URL: { Ref: 'Queue' },
      DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
      INBOX_DEAD_LETTER_QUEUE_URL: { Ref: 'InboxDeadLetterQueue' },
    })
  })
})
