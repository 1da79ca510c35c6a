import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { build, buildOptions } from '../scripts/build.ts'
import { configFile } from '../src/cli/load-config.ts'
import type { ErrorCode } from '../src/lib/errors.ts'
import { queueNames } from '../src/lib/queue/names.ts'

type Properties = Readonly<Record<string, unknown>>
type Resource = {
  readonly Type: string
  readonly Condition?: string
  readonly DependsOn?: string | readonly string[]
  readonly Properties: Properties
}
type Statement = {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: unknown
  readonly Action: readonly string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}
type Template = {
  readonly Conditions: Properties
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>
}
type Packaged = {
  readonly folder: string
  readonly told: string
  readonly template: Template
}

vi.setConfig({ testTimeout: 60_000 })

const root = resolve(import.meta.dirname, '..')
const run = promisify(execFile)
const work = mkdtempSync(join(tmpdir(), 'signup-bridge-'))
const names = ['webhook', 'worker'] as const
const queues = ['Queue', 'DeadLetterQueue']

const isMet = (condition: unknown): boolean => {
  const { 'Fn::Not': not, 'Fn::Equals': equals } = condition as Record<string, unknown[]>
  if (not) return !isMet(not[0])
  if (!equals) throw new Error(`not known: ${JSON.stringify(condition)}`)
  return equals[0] === equals[1]
}

/** What CloudFormation makes of a template's conditions: what is not wanted is not there. */
const settle = (template: Template): Template => {
  const met = (name: unknown) => isMet(template.Conditions[String(name)])
  const absent = Symbol('AWS::NoValue')
  const walk = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(walk).filter((each) => each !== absent)
    const { 'Fn::If': choice, Ref, Condition } = value as Record<string, unknown>
    if (Ref === 'AWS::NoValue') return absent
    if (Array.isArray(choice)) return walk(met(choice[0]) ? choice[1] : choice[2])
    if (typeof Condition === 'string' && !met(Condition)) return absent
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, each]) => [key, walk(each)])
        .filter(([, each]) => each !== absent),
    )
  }
  return { ...(walk(template) as Template), Conditions: template.Conditions }
}

/** Packages a copy of the service, so that nothing in the repository is touched. */
const packageService = async (
  name: string,
  args: readonly string[],
  edit: (yaml: string) => string = (yaml) => yaml,
): Promise<Packaged> => {
  const folder = join(work, name)
  mkdirSync(folder)
  cpSync(join(work, '.build'), join(folder, '.build'), { recursive: true })
  const yaml = readFileSync(join(root, 'serverless.yml'), 'utf8')
  writeFileSync(join(folder, 'serverless.yml'), edit(yaml))
  const cli = join(root, 'node_modules/serverless/bin/serverless.js')
  const { stdout, stderr } = await run(process.execPath, [cli, 'package', ...args], {
    cwd: folder,
    // What osls makes of its own schema: most of its time, and the same for every service.
    env: { HOME: folder, SLS_SCHEMA_CACHE_BASE_DIR: join(root, 'node_modules/.cache/osls') },
  })
  const template = join(folder, '.serverless/cloudformation-template-update-stack.json')
  const packaged = settle(JSON.parse(readFileSync(template, 'utf8')))
  return { folder, told: stdout + stderr, template: packaged }
}

/**
 * The files of a zip, by the central directory at its end.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
const unzip = (file: string): Map<string, Buffer> => {
  const zip = readFileSync(file)
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(zip.length - 6)
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
    const header = zip.readUInt32LE(at + 42)
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
    const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20))
    const isStored = zip.readUInt16LE(at + 10) === 0
    files.set(zip.toString('utf8', at + 46, nameEnd), isStored ? bytes : inflateRawSync(bytes))
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return files
}

let standard: Packaged
let direct: Packaged

beforeAll(async () => {
  await build({ configFile: configFile({}), outDir: join(work, '.build') })
  const params = [
    'delivery=direct',
    'publicBaseUrl=https://in.example.com',
    'webhookReservedConcurrency=5',
    'alarmEmail=oncall@example.com',
    'inbox=on',
  ]
  const args = ['--stage', 'prod', ...params.flatMap((param) => ['--param', param])]
  standard = await packageService('standard', [])
  direct = await packageService('direct', args)
}, 120_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

const propertiesOf = (id: string, { template } = standard): Properties => {
  const resource = template.Resources[id]
  if (!resource) throw new Error(`the template has no ${id}`)
  return resource.Properties
}
const ofType = (type: string, { template } = standard): [string, Resource][] =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type)
const environmentOf = (id: string, packaged = standard): Properties =>
  (propertiesOf(id, packaged).Environment as { Variables: Properties }).Variables
const statementsOf = (id: string, packaged = standard): readonly Statement[] =>
  (propertiesOf(id, packaged).Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  )
const queueStatements = (id: string, packaged = standard): readonly Statement[] =>
  ofType('AWS::SQS::QueuePolicy', packaged)
    .map(([, { Properties }]) => Properties)
    .filter(({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: id }]))
    .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement)
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
const secretArn = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
})
const logsOf = (id: string): Statement => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arnOf(id),
})
const mayRead = (secret: string): Statement => ({
  Effect: 'Allow',
  Action: ['secretsmanager:GetSecretValue'],
  Resource: secretArn(secret),
})

/** What a bundle and a script with its `handler` print, as JSON a line each, in a process of their own. */
const runBundle = async (name: string, script: string, env: NodeJS.ProcessEnv) => {
  const url = pathToFileURL(join(work, '.build', name, 'index.mjs')).href
  const whole = `const { handler } = await import('${url}'); ${script}`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', whole], { env })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
const post = {
  rawPath: '/webhooks/backend',
  rawQueryString: '',
  headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
  requestContext: { domainName: 'localhost', http: { method: 'POST' } },
  body: '{}',
}

describe('the service', () => {
  it('packages with an empty environment and without a warning', () => {
    expect(standard.told).toContain('Service packaged')
    expect(standard.told + direct.told).not.toMatch(/warn|deprecat/i)
  })

  it.each([
    ['default', () => standard],
    ['direct', () => direct],
  ])('refers to nothing that does not exist (%s)', (_name, packaged) => {
    const { template } = packaged()
    const known = [...Object.keys(template.Resources), ...Object.keys(template.Conditions)]
    const text = JSON.stringify(template)
    const references = [...text.matchAll(/"(?:Ref|Fn::GetAtt|Condition)":\[?"([^"]+)"/g)]

    expect(references.length).toBeGreaterThan(50)
    for (const [, id = ''] of references) if (!id.startsWith('AWS::')) expect(known).toContain(id)
    for (const { DependsOn = [] } of Object.values(template.Resources))
      for (const id of [DependsOn].flat()) expect(known).toContain(id)
  })

  describe('refuses a value that it does not know', () => {
    let refused: Promise<Packaged>
    beforeAll(() => {
      const args = ['--param', 'delivery=nonsense', '--param', 'inbox=yes']
      refused = packageService('refused', args)
      refused.catch(() => {})
    })

    it.each([
      ['delivery=nonsense', '"functions.webhook.timeout"'],
      ['inbox=yes', '"resources.Conditions.HasInbox'],
    ])('(%s)', async (_param, where) => {
      await expect(refused).rejects.toMatchObject({
        stdout: expect.stringContaining(`Cannot resolve variable at ${where}`),
      })
    })
  })

  it('tells where senders post, and which queues there are', () => {
    const { Outputs } = standard.template

    expect(Outputs.WebhookUrl?.Value).toEqual({ 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] })
    expect(Outputs.QueueUrl?.Value).toEqual({ Ref: 'Queue' })
    expect(Outputs.DeadLetterQueueUrl?.Value).toEqual({ Ref: 'DeadLetterQueue' })
    expect(Outputs.QueueArn?.Value).toEqual(arnOf('Queue'))
    expect(Outputs.DeadLetterQueueArn?.Value).toEqual(arnOf('DeadLetterQueue'))
    expect(Outputs.WebhookArn?.Value).toEqual(arnOf('WebhookLambdaFunction'))
    expect(Object.keys(Outputs).join()).not.toContain('Inbox')
    expect(direct.template.Outputs.InboxUrl?.Value).toEqual({ Ref: 'Inbox' })
    expect(direct.template.Outputs.InboxArn?.Value).toEqual(arnOf('Inbox'))
    expect(direct.template.Outputs.InboxDeadLetterQueueUrl?.Value).toEqual({
      Ref: 'InboxDeadLetterQueue',
    })
  })
})

it.each([
  ['dev', () => standard],
  ['prod', () => direct],
])('names the queues as the bridge command looks them up (%s)', (stage, packaged) => {
  const nameOf = (id: string) => packaged().template.Resources[id]?.Properties.QueueName
  const names = queueNames('signup-bridge', stage)

  expect([nameOf('Queue'), nameOf('DeadLetterQueue')]).toEqual(Object.values(names.signups))
  if (stage === 'prod') {
    expect([nameOf('Inbox'), nameOf('InboxDeadLetterQueue')]).toEqual(Object.values(names.inbox))
  }
})

describe('the functions', () => {
  it('are the webhook and the worker, and no other', () => {
    expect(ofType('AWS::Lambda::Function').map(([id]) => id)).toEqual([
      'WebhookLambdaFunction',
      'WorkerLambdaFunction',
    ])
  })

  it.each([
    ['WebhookLambdaFunction', 'webhook', 10],
    ['WorkerLambdaFunction', 'worker', 60],
  ])('run on Node 24, arm64 and 256 MB, each with its time (%s)', (id, name, timeout) => {
    expect(propertiesOf(id)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: timeout,
      Handler: `.build/${name}/index.handler`,
      FunctionName: `signup-bridge-dev-${name}`,
    })
  })

  it('tell the webhook what it needs, and nothing more', () => {
    expect(environmentOf('WebhookLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'dev',
      LOG_LEVEL: 'info',
      DELIVERY: 'queue',
      SIGNING_SECRET_ID: 'signup-bridge/dev/signing',
      QUEUE_URL: { Ref: 'Queue' },
    })
  })

  it('tell the worker what it needs, and nothing more', () => {
    expect(environmentOf('WorkerLambdaFunction')).toEqual({
      SIGNUP_BRIDGE_STAGE: 'dev',
      LOG_LEVEL: 'info',
      DELIVERY: 'queue',
      INTERCOM_SECRET_ID: 'signup-bridge/dev/intercom',
      INTERCOM_REGION: 'us',
      INTERCOM_VERSION: '2.14',
      QUEUE_URL: { Ref: 'Queue' },
      DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
    })
  })

  it('take secrets by name: the template creates none and resolves none', () => {
    const text = JSON.stringify([standard.template, direct.template])
    const secrets = [standard, direct]
      .flatMap((packaged) =>
        ofType('AWS::Lambda::Function', packaged).map(([id]) => environmentOf(id, packaged)),
      )
      .flatMap((variables) => Object.entries(variables))
      .filter(([name]) => /SECRET|TOKEN|KEY|PASSWORD/.test(name))

    expect(secrets).toHaveLength(5)
    for (const [, value] of secrets) {
      expect(value).toMatch(/^signup-bridge\/(dev|prod)\/(signing|intercom)$/)
    }
    expect(text).not.toContain('AWS::SecretsManager')
    expect(text).not.toContain('{{resolve:')
  })

  it('write logs as text, so that metrics reach CloudWatch unwrapped', () => {
    for (const id of ['WebhookLambdaFunction', 'WorkerLambdaFunction']) {
      expect(propertiesOf(id).LoggingConfig).toEqual({ LogFormat: 'Text' })
    }
  })

  it('keep their logs for 30 days, in production for 90', () => {
    for (const id of ['WebhookLogGroup', 'WorkerLogGroup']) {
      expect(propertiesOf(id).RetentionInDays).toBe(30)
      expect(propertiesOf(id, direct).RetentionInDays).toBe(90)
    }
  })

  it('reserve no concurrency unless asked to', () => {
    const id = 'WebhookLambdaFunction'

    expect(propertiesOf(id)).not.toHaveProperty('ReservedConcurrentExecutions')
    expect(propertiesOf(id, direct).ReservedConcurrentExecutions).toBe(5)
  })

  it('never reserve concurrency for the worker', () => {
    const id = 'WorkerLambdaFunction'

    expect(propertiesOf(id, direct)).not.toHaveProperty('ReservedConcurrentExecutions')
  })
})

describe('direct mode', () => {
  it('raises the webhook timeout to 28 s, and leaves the worker its own', () => {
    expect(propertiesOf('WebhookLambdaFunction', direct).Timeout).toBe(28)
    expect(propertiesOf('WorkerLambdaFunction', direct).Timeout).toBe(60)
  })

  it('tells the webhook of Intercom instead of the queue', () => {
    expect(environmentOf('WebhookLambdaFunction', direct)).toEqual({
      SIGNUP_BRIDGE_STAGE: 'prod',
      LOG_LEVEL: 'info',
      DELIVERY: 'direct',
      SIGNING_SECRET_ID: 'signup-bridge/prod/signing',
      PUBLIC_BASE_URL: 'https://in.example.com',
      INTERCOM_SECRET_ID: 'signup-bridge/prod/intercom',
      INTERCOM_REGION: 'us',
      INTERCOM_VERSION: '2.14',
    })
  })

  it('lets the webhook read the Intercom token, and no longer send', () => {
    expect(statementsOf('WebhookRole', direct)).toEqual([
      logsOf('WebhookLogGroup'),
      mayRead('signup-bridge/prod/signing'),
      mayRead('signup-bridge/prod/intercom'),
    ])
  })
})

describe('the roles', () => {
  it('are one for each function', () => {
    expect(ofType('AWS::IAM::Role').map(([id]) => id)).toEqual(['WebhookRole', 'WorkerRole'])
    expect(propertiesOf('WebhookLambdaFunction').Role).toEqual(arnOf('WebhookRole'))
    expect(propertiesOf('WorkerLambdaFunction').Role).toEqual(arnOf('WorkerRole'))
  })

  it('let the webhook send to the queue and read the signing secret, and nothing else', () => {
    expect(statementsOf('WebhookRole')).toEqual([
      logsOf('WebhookLogGroup'),
      mayRead('signup-bridge/dev/signing'),
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: arnOf('Queue') },
    ])
  })

  it('let the worker drain the queues, park, and read the Intercom token, and nothing else', () => {
    expect(statementsOf('WorkerRole')).toEqual([
      logsOf('WorkerLogGroup'),
      mayRead('signup-bridge/dev/intercom'),
      {
        Effect: 'Allow',
        Action: [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ReceiveMessage',
        ],
        Resource: arnOf('Queue'),
      },
      {
        Effect: 'Allow',
        Action: ['sqs:SendMessage'],
        Resource: arnOf('DeadLetterQueue'),
      },
    ])
  })

  it('are inline, and hold no managed policy', () => {
    const policies = [
      ...ofType('AWS::IAM::Policy'),
      ...ofType('AWS::IAM::ManagedPolicy'),
      ...ofType('AWS::IAM::RolePolicy'),
    ]

    expect(policies).toEqual([])
    for (const [, { Properties }] of ofType('AWS::IAM::Role')) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns')
      expect(Properties.Policies).toHaveLength(1)
    }
  })

  it('name every resource and every action, without a wildcard', () => {
    for (const packaged of [standard, direct]) {
      for (const { Action, Resource } of ['WebhookRole', 'WorkerRole'].flatMap((id) =>
        statementsOf(id, packaged),
      )) {
        expect(Action.join()).not.toContain('*')
        expect(JSON.stringify(Resource)).not.toContain('*')
      }
    }
  })
})

describe('the HTTP API', () => {
  it('routes every method of forms and of webhooks to the webhook, in payload format 2.0', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties)

    expect(routes.map(({ RouteKey }) => RouteKey)).toEqual([
      'ANY /forms/{source}',
      'ANY /webhooks/{source}',
    ])
    expect(propertiesOf('HttpApiIntegrationWebhook')).toMatchObject({
      IntegrationUri: arnOf('WebhookLambdaFunction'),
      PayloadFormatVersion: '2.0',
    })
  })

  it('throttles forms apart from webhooks', () => {
    expect(propertiesOf('HttpApiStage')).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: {
        'ANY /forms/{source}': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 20 },
      },
    })
  })

  it('sets the throttles only once the routes exist', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([id]) => id)

    expect(standard.template.Resources.HttpApiStage?.DependsOn).toEqual(routes)
  })

  it('leaves CORS to the function', () => {
    expect(propertiesOf('HttpApi')).not.toHaveProperty('CorsConfiguration')
  })
})

describe('the queues', () => {
  it.each(['Queue', 'DeadLetterQueue'])('are FIFO with high throughput per person (%s)', (id) => {
    expect(propertiesOf(id)).toMatchObject({
      FifoQueue: true,
      QueueName: expect.stringMatching(/\.fifo$/),
      FifoThroughputLimit: 'perMessageGroupId',
      DeduplicationScope: 'messageGroup',
      ContentBasedDeduplication: false,
    })
  })

  it.each(queues)('encrypt what they hold, and take messages of 1 MiB (%s)', (id) => {
    expect(propertiesOf(id)).toMatchObject({
      SqsManagedSseEnabled: true,
      MaximumMessageSize: 1024 * 1024,
    })
  })

  it.each(queues)('refuse whatever comes without TLS (%s)', (id) => {
    const [refusal] = queueStatements(id)

    expect(refusal).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Resource: arnOf(id),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
    expect(refusal?.Action).toEqual(
      expect.arrayContaining(['sqs:ReceiveMessage', 'sqs:SendMessage']),
    )
    expect(refusal?.Action.join()).not.toContain('*')
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    expect(refusal?.Action.length).toBeLessThanOrEqual(7)
  })

  it('hide a record for six times the worker’s time', () => {
    const { Timeout } = propertiesOf('WorkerLambdaFunction')

    expect(propertiesOf('Queue').VisibilityTimeout).toBe(360)
    expect(propertiesOf('Queue').VisibilityTimeout).toBeGreaterThanOrEqual(6 * Number(Timeout))
  })

  it('keep dead letters longer than signups', () => {
    const day = 24 * 60 * 60

    expect(propertiesOf('Queue').MessageRetentionPeriod).toBe(7 * day)
    expect(propertiesOf('DeadLetterQueue').MessageRetentionPeriod).toBe(14 * day)
  })

  it('give up after 400 receives, into dead letters of their own kind', () => {
    expect(propertiesOf('Queue').RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf('DeadLetterQueue'),
      maxReceiveCount: 400,
    })
  })

  it('are the only source of their dead letters', () => {
    const arn = `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${propertiesOf('Queue').QueueName}`

    expect(propertiesOf('DeadLetterQueue').RedriveAllowPolicy).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Sub': arn }],
    })
  })
})

describe('the inbox', () => {
  const of = (id: string) => propertiesOf(id, direct)

  it('is not there unless asked for, nor is any word of it', () => {
    expect(JSON.stringify(standard.template.Resources)).not.toMatch(/inbox/i)
  })

  it('is a standard queue with the numbers of the other one, and dead letters of its own', () => {
    const names = ['VisibilityTimeout', 'MessageRetentionPeriod', 'MaximumMessageSize']

    for (const name of [...names, 'SqsManagedSseEnabled']) {
      expect(of('Inbox')[name]).toBe(of('Queue')[name])
    }
    expect(of('InboxDeadLetterQueue').MessageRetentionPeriod).toBe(
      of('DeadLetterQueue').MessageRetentionPeriod,
    )
    expect(of('InboxDeadLetterQueue').SqsManagedSseEnabled).toBe(true)
    for (const id of ['Inbox', 'InboxDeadLetterQueue']) {
      expect(of(id)).not.toHaveProperty('FifoQueue')
    }
    expect(of('Inbox').RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf('InboxDeadLetterQueue'),
      maxReceiveCount: 400,
    })
    const arn = `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${of('Inbox').QueueName}`
    expect(of('InboxDeadLetterQueue').RedriveAllowPolicy).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Sub': arn }],
    })
  })

  it('is drained like the other one', () => {
    const { EventSourceArn, ...mapping } = of('WorkerEventSourceMappingSQSInbox')
    const { EventSourceArn: _other, ...other } = of('WorkerEventSourceMappingSQSQueue')

    expect(EventSourceArn).toEqual(arnOf('Inbox'))
    expect(mapping).toEqual(other)
    expect(environmentOf('WorkerLambdaFunction', direct).INBOX_DEAD_LETTER_QUEUE_URL).toEqual({
      Ref: 'InboxDeadLetterQueue',
    })
    const statements = statementsOf('WorkerRole', direct)
    const [, , drain, park] = statements
    expect(statements.slice(4)).toEqual([
      { ...drain, Resource: arnOf('Inbox') },
      { ...park, Resource: arnOf('InboxDeadLetterQueue') },
    ])
  })

  it('takes from topics and rules of its own account, over TLS, and lets nobody else send', () => {
    const [refusal, ...permissions] = queueStatements('Inbox', direct)
    const [queueRefusal] = queueStatements('Queue', direct)

    expect(refusal).toEqual({ ...queueRefusal, Resource: arnOf('Inbox') })
    expect(permissions).toEqual([
      {
        Sid: 'OwnTopicsAndRules',
        Effect: 'Allow',
        Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] },
        Action: ['sqs:SendMessage'],
        Resource: arnOf('Inbox'),
        Condition: {
          ArnLike: {
            'aws:SourceArn': [
              { 'Fn::Sub': `arn:\${AWS::Partition}:sns:*:\${AWS::AccountId}:*` },
              { 'Fn::Sub': `arn:\${AWS::Partition}:events:*:\${AWS::AccountId}:rule/*` },
            ],
          },
        },
      },
    ])
    expect(queueStatements('InboxDeadLetterQueue', direct)).toEqual([
      { ...queueRefusal, Resource: arnOf('InboxDeadLetterQueue') },
    ])
  })

  it.each([
    ['ApproximateNumberOfMessagesVisible', 'InboxDeadLetterQueue', 0],
    ['ApproximateAgeOfOldestMessage', 'Inbox', 900],
  ])('has an alarm on %s of its own', (MetricName, id, Threshold) => {
    const alarms = ofType('AWS::CloudWatch::Alarm', direct).map(([, { Properties }]) => Properties)

    expect(alarms).toContainEqual(
      expect.objectContaining({
        MetricName,
        Threshold,
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
      }),
    )
  })
})

describe('the lines of docs/sources.md', () => {
  const snippets = [
    ...readFileSync(join(root, 'docs/sources.md'), 'utf8').matchAll(
      /```yaml\n# under (.+)\n([\s\S]+?)```/g,
    ),
  ]
  const placeOf: Record<string, string> = {
    'resources → Resources': '\n  Resources:\n',
    'functions → webhook → events': '      - httpApi: ANY /webhooks/{source}\n',
  }
  let packaged: Packaged
  beforeAll(async () => {
    const edit = (yaml: string) =>
      snippets.reduce((text, [, where = '', lines = '']) => {
        const place = placeOf[where]
        if (!place || !text.includes(place)) throw new Error(`no place for ${where}`)
        return text.replace(place, `${place}${lines}`)
      }, yaml)
    packaged = await packageService('snippets', ['--param', 'inbox=on'], edit)
  }, 120_000)

  it('package as they stand, one for each sender', () => {
    expect(snippets).toHaveLength(4)
    expect(packaged.told).toContain('Service packaged')
    expect(packaged.told).not.toMatch(/warn/i)
  })

  it('lead a topic and a rule into the inbox', () => {
    expect(propertiesOf('SignupsToInbox', packaged)).toMatchObject({
      Protocol: 'sqs',
      Endpoint: arnOf('Inbox'),
    })
    expect(propertiesOf('SignupEvents', packaged).Targets).toEqual([
      { Id: 'inbox', Arn: arnOf('Inbox') },
    ])
  })

  it('let Cognito and a topic invoke the webhook, and nobody else', () => {
    const permissions = ofType('AWS::Lambda::Permission', packaged)

    const invokers = permissions.map(([, { Properties }]) => Properties.Principal)
    expect(invokers.toSorted()).toEqual([
      'apigateway.amazonaws.com',
      'cognito-idp.amazonaws.com',
      'sns.amazonaws.com',
    ])
    for (const [, { Properties }] of permissions) {
      expect(JSON.stringify(Properties.FunctionName)).toContain('WebhookLambdaFunction')
    }
    expect(propertiesOf('CognitoMayInvoke', packaged).SourceArn).toMatch(/userpool/)
    const subscriptions = ofType('AWS::SNS::Subscription', packaged).map(
      ([, { Properties }]) => Properties,
    )
    expect(subscriptions).toContainEqual(
      expect.objectContaining({ Protocol: 'lambda', Endpoint: arnOf('WebhookLambdaFunction') }),
    )
  })
})

describe('the event source', () => {
  const mapping = () => propertiesOf('WorkerEventSourceMappingSQSQueue')

  it('hands the worker ten records at most', () => {
    expect(mapping()).toMatchObject({
      EventSourceArn: arnOf('Queue'),
      FunctionName: arnOf('WorkerLambdaFunction'),
      BatchSize: 10,
    })
  })

  it('waits for no batch to fill', () => {
    expect(mapping()).not.toHaveProperty('MaximumBatchingWindowInSeconds')
  })

  it('takes back single records', () => {
    expect(mapping().FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })

  it('runs two workers at most', () => {
    expect(mapping().ScalingConfig).toEqual({ MaximumConcurrency: 2 })
  })
})

describe('the alarms', () => {
  const alarms = () => ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties)

  it('tell one topic, say what to look at, and take silence for health', () => {
    expect(alarms().length).toBeGreaterThan(0)
    for (const alarm of alarms()) {
      expect(alarm).toMatchObject({
        AlarmActions: [{ Ref: 'Alarms' }],
        AlarmDescription: expect.stringMatching(/\.$/),
        TreatMissingData: 'notBreaching',
      })
    }
  })

  it.each([
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'DeadLetterQueue', 0],
    ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'Queue', 15 * 60],
    ['AWS/ApiGateway', '5xx', 'HttpApi', 0],
    ['AWS/Lambda', 'Errors', 'WorkerLambdaFunction', 0],
    ['SignupBridge', 'unstored', 'signup-bridge-dev-webhook', 0],
  ])('watch %s %s of %s', (namespace, metric, id, threshold) => {
    const found = alarms().filter(
      ({ Namespace, MetricName, Dimensions }) =>
        Namespace === namespace &&
        MetricName === metric &&
        JSON.stringify(Dimensions).includes(`"${id}"`),
    )

    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanThreshold',
    })
  })

  it.each([
    ['webhook', post],
    ['worker', { Records: [] }],
  ])('watch the metric that the %s writes where its environment is wrong', async (name, event) => {
    const script = `await handler(${JSON.stringify(event)}, {})`
    const lines = await runBundle(name, script, { SIGNUP_BRIDGE_STAGE: 'dev' })

    const { _aws, ...values } = lines.find((line) => line._aws)
    const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics
    expect(values.misconfigured).toBe(1)
    expect(alarms()).toContainEqual(
      expect.objectContaining({
        Namespace,
        MetricName: 'misconfigured',
        Dimensions: Dimensions[0].map((Name: string) => ({ Name, Value: values[Name] })),
        Threshold: 0,
      }),
    )
  })

  it.each<ErrorCode>(['intercom_unauthorized', 'intercom_forbidden'])(
    'watch what an operator has to mend at Intercom (%s)',
    (code) => {
      const { Dimensions } = propertiesOf('WorkerMisconfiguredAlarm')

      expect(alarms()).toContainEqual(
        expect.objectContaining({
          Namespace: 'SignupBridge',
          MetricName: code,
          Dimensions,
          Threshold: 0,
        }),
      )
    },
  )

  it('mail only where an address is given', () => {
    expect(standard.template.Resources).not.toHaveProperty('AlarmEmail')
    expect(standard.template.Conditions.HasAlarmEmail).toEqual({
      'Fn::Not': [{ 'Fn::Equals': ['', ''] }],
    })
    expect(direct.template.Conditions.HasAlarmEmail).toEqual({
      'Fn::Not': [{ 'Fn::Equals': ['oncall@example.com', ''] }],
    })
    expect(propertiesOf('AlarmEmail', direct).Endpoint).toBe('oncall@example.com')
  })
})

describe.each(names)('%s.zip', (name) => {
  const zip = () => join(standard.folder, `.serverless/${name}.zip`)
  const files = () => unzip(zip())

  it('holds the folder of its own function, and no other file', () => {
    const paths = [...files().keys()]

    expect(paths).toContain(`.build/${name}/index.mjs`)
    for (const path of paths) expect(path).toMatch(new RegExp(`^\\.build/${name}/[\\w-]+\\.mjs$`))
  })

  it('holds every chunk that its modules import', () => {
    const zipped = files()

    for (const source of zipped.values()) {
      const imports = source.toString().matchAll(/(?:from|import)\s*\(?["']\.\/([^"']+)["']/g)
      for (const [, chunk] of imports)
        expect([...zipped.keys()]).toContain(`.build/${name}/${chunk}`)
    }
  })

  it('holds the presets that the config names, and no other', () => {
    const all = Buffer.concat([...files().values()]).toString()

    expect(all).toContain('typeform-signature')
    expect(all).not.toMatch(/x-shopify-hmac-sha256|tally-signature|x-hubspot-signature/)
  })

  it('holds the texts that its schemas speak with', () => {
    expect(Buffer.concat([...files().values()]).toString()).toContain('Invalid input: expected')
  })

  it('weighs less than 256 KiB', () => {
    expect(statSync(zip()).size).toBeLessThan(256 * 1024)
  })

  it('holds no source map', () => {
    const all = Buffer.concat([...files().values()]).toString()

    expect([...files().keys()].join()).not.toContain('.map')
    expect(all).not.toContain('sourceMappingURL')
  })
})

describe('the bundles', () => {
  const undici = `process.moduleLoadList.filter((name) => name.includes('undici'))`

  it.each(names)('load no undici (%s)', async (name) => {
    expect(await runBundle(name, `console.log(JSON.stringify(${undici}))`, {})).toEqual([[]])
  })

  it('load no undici at the webhook’s first call', async () => {
    const script = `
      const { statusCode } = await handler(${JSON.stringify(post)}, {})
      console.log(JSON.stringify([statusCode, ${undici}]))`
    const lines = await runBundle('webhook', script, {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      // Nobody listens there: the call fails, and by then the client is loaded.
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
      SIGNING_SECRET_ID: 'signing',
      QUEUE_URL: 'http://127.0.0.1:1/queue.fifo',
    })

    expect(lines.at(-1)).toEqual([503, []])
  })

  it('are the same to the byte when built again', async () => {
    const again = join(work, 'again')
    await build({ configFile: configFile({}), outDir: again })

    for (const name of names) {
      for (const [path, bytes] of unzip(join(standard.folder, `.serverless/${name}.zip`))) {
        expect(readFileSync(join(again, path.replace('.build/', '')))).toEqual(bytes)
      }
    }
  })

  it('serve packages that require Node’s own modules', async () => {
    const folder = join(work, 'package')
    const [options] = buildOptions({ configFile: configFile({}), outDir: folder })
    const contents = `
      const { Readable } = require('stream')
      const { join } = require('node:path')
      module.exports = [typeof Readable, join('a', 'b'), require('util/types').isDate(new Date(0))]`
    const { entryPoints: _, ...rest } = options ?? {}
    const stdin = { contents, resolveDir: root, sourcefile: 'package.cjs' }
    await esbuild.build({ ...rest, stdin })

    const bundle = await import(pathToFileURL(join(folder, 'webhook/stdin.mjs')).href)
    expect(bundle.default).toEqual(['function', join('a', 'b'), true])
  })
})

describe('the config', () => {
  it('is bridge.config.ts in the repository', () => {
    expect(configFile({})).toBe(join(root, 'bridge.config.ts'))
    expect(configFile({ BRIDGE_CONFIG: '' })).toBe(join(root, 'bridge.config.ts'))
  })

  it('is the file that BRIDGE_CONFIG names', () => {
    const file = 'scripts/build.ts'

    expect(configFile({ BRIDGE_CONFIG: file })).toBe(join(root, file))
  })

  it('is missed in one line', () => {
    expect(() => configFile({ BRIDGE_CONFIG: 'nowhere.config.ts' })).toThrow(
      'There is no nowhere.config.ts in the repository: check BRIDGE_CONFIG.',
    )
  })

  it('stops the build with its one message where it is faulty', async () => {
    const file = join(work, 'faulty.config.ts')
    const library = join(root, 'src/lib/index.ts')
    writeFileSync(
      file,
      `import { defineBridge, signup } from '${library}'
      export default defineBridge({ sources: { 'Not a name': signup(), Neither: signup() } })`,
    )
    const building = run(process.execPath, [join(root, 'scripts/build.ts')], {
      env: { BRIDGE_CONFIG: file },
    })

    await expect(building).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^\S+faulty\.config\.ts: .*Not a name.*Neither.*\n$/),
    })
  })
})
