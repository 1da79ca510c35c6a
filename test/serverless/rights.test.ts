import { describe, expect, test } from 'vitest'
import { direct, prod, stacks, standard } from './packaged.ts'
import {
  arnOf,
  environmentOf,
  idsOfType,
  ofType,
  propertiesOf,
  queueIds,
  roleStatements,
  type Statement,
} from './template.ts'

const secretArn = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
})
const writeLogs = (logGroup: string): Statement => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arnOf(logGroup),
})
const readSecret = (name: string): Statement => ({
  Effect: 'Allow',
  Action: ['secretsmanager:GetSecretValue'],
  Resource: secretArn(name),
})
const send = (queue: string): Statement => ({
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: arnOf(queue),
})
const drain = (queue: string): Statement => ({
  Effect: 'Allow',
  Action: [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ],
  Resource: arnOf(queue),
})

describe.each(stacks)('roles of the $name stack', (stack) => {
  const roles = ofType(stack, 'AWS::IAM::Role')

  test('are one for each function', () => {
    const used = ofType(stack, 'AWS::Lambda::Function').map(([, { Role }]) => Role)

    expect(roles.map(([id]) => id)).toEqual(['WebhookRole', 'WorkerRole'])
    expect(propertiesOf(stack, 'WebhookLambdaFunction').Role).toEqual(arnOf('WebhookRole'))
    expect(propertiesOf(stack, 'WorkerLambdaFunction').Role).toEqual(arnOf('WorkerRole'))
    expect(used).toEqual(roles.map(([id]) => arnOf(id)))
  })

  test.each(roles)('%s can be assumed by Lambda alone', (_id, { AssumeRolePolicyDocument }) => {
    expect(AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['sts:AssumeRole'],
          Principal: { Service: 'lambda.amazonaws.com' },
        },
      ],
    })
  })

  test.each(roles)('%s has one inline policy and no managed one', (_id, properties) => {
    expect(properties).not.toHaveProperty('ManagedPolicyArns')
    expect(properties.Policies).toHaveLength(1)
  })

  test('get no policy that is a resource of its own', () => {
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']) {
      expect(ofType(stack, type)).toEqual([])
    }
  })

  test.each(roles)('%s names every action and resource, without a wildcard', (id) => {
    const statements = roleStatements(stack, id)

    expect(statements.length).toBeGreaterThan(2)
    for (const statement of statements) {
      expect(Object.keys(statement)).toEqual(['Effect', 'Action', 'Resource'])
      expect(statement.Action.join()).not.toContain('*')
      expect(JSON.stringify(statement.Resource)).not.toContain('*')
    }
  })

  test.each([
    ['WebhookRole', 'WebhookLambdaFunction'],
    ['WorkerRole', 'WorkerLambdaFunction'],
  ])('%s may read the secrets in the environment of its function', (roleId, functionId) => {
    const readable = roleStatements(stack, roleId)
      .filter(({ Action }) => Action.join().includes('secretsmanager'))
      .map(({ Resource }) => Resource)
    const configured = Object.entries(environmentOf(stack, functionId))
      .filter(([name]) => name.endsWith('_SECRET_ID'))
      .map(([, value]) => secretArn(String(value)))

    expect(readable).toEqual(configured)
  })

  test('WorkerRole may drain the queues that invoke it, and send to their dead letters', () => {
    const { drained, deadLetters } = queueIds(stack)
    const statements = roleStatements(stack, 'WorkerRole')

    expect(statements.slice(0, 2)).toEqual([
      writeLogs('WorkerLogGroup'),
      readSecret(`signup-bridge/${stack.stage}/intercom`),
    ])
    expect(statements.slice(2)).toEqual(
      drained.flatMap((id, index) => [drain(id), send(deadLetters[index] ?? '')]),
    )
  })
})

describe('WebhookRole', () => {
  test.each([standard, prod])(
    'may send to the queue and read the signing secret ($name)',
    (stack) => {
      expect(roleStatements(stack, 'WebhookRole')).toEqual([
        writeLogs('WebhookLogGroup'),
        readSecret(`signup-bridge/${stack.stage}/signing`),
        send('Queue'),
      ])
    },
  )

  test('may read both secrets in direct mode, and use no queue', () => {
    const statements = roleStatements(direct, 'WebhookRole')

    expect(statements).toEqual([
      writeLogs('WebhookLogGroup'),
      readSecret('signup-bridge/staging/signing'),
      readSecret('signup-bridge/staging/intercom'),
    ])
    expect(statements.flatMap(({ Action }) => Action).join()).not.toContain('sqs:')
  })
})

describe('WorkerRole', () => {
  test.each([standard, prod])(
    'may drain the queue, send dead letters, and read the token ($name)',
    (stack) => {
      expect(roleStatements(stack, 'WorkerRole')).toEqual([
        writeLogs('WorkerLogGroup'),
        readSecret(`signup-bridge/${stack.stage}/intercom`),
        drain('Queue'),
        send('DeadLetterQueue'),
      ])
    },
  )

  test('may also drain the inbox and send to its dead letters when it is on', () => {
    expect(idsOfType(direct, 'AWS::SQS::Queue')).toContain('Inbox')
    expect(roleStatements(direct, 'WorkerRole').slice(4)).toEqual([
      drain('Inbox'),
      send('InboxDeadLetterQueue'),
    ])
  })
})
