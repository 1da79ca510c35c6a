import { describe, expect, test } from 'vitest'
import { direct, stacks, standard } from './packaged.ts'
import {
  arnOf,
  idsOfType,
  ofType,
  type Properties,
  propertiesOf,
  queueIds,
  queueStatements,
  referredId,
} from './template.ts'

const day = 24 * 60 * 60
const redriveOf = (queue: Properties) => queue.RedrivePolicy as Properties
const sqsArn = (name: unknown) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}`,
})

describe.each(stacks)('queues of the $name stack', (stack) => {
  const queues = ofType(stack, 'AWS::SQS::Queue')
  const ids = queueIds(stack)
  const drained = queues.filter(([id]) => ids.drained.includes(id))
  const deadLetters = queues.filter(([id]) => ids.deadLetters.includes(id))
  const fifo = queues.filter(([, { FifoQueue }]) => FifoQueue)

  test('are drained by the worker or hold dead letters', () => {
    expect(drained.length).toBeGreaterThan(0)
    expect([...ids.drained, ...ids.deadLetters].toSorted()).toEqual(
      queues.map(([id]) => id).toSorted(),
    )
  })

  test('have the name of the service and the stage', () => {
    const { Resources } = stack.template
    const nameOf = (id: string) => Resources[id]?.Properties.QueueName
    const prefix = `signup-bridge-${stack.stage}`

    expect(nameOf('Queue')).toBe(`${prefix}-signups.fifo`)
    expect(nameOf('DeadLetterQueue')).toBe(`${prefix}-dead-letters.fifo`)
    if (stack === direct) {
      expect(nameOf('Inbox')).toBe(`${prefix}-inbox`)
      expect(nameOf('InboxDeadLetterQueue')).toBe(`${prefix}-inbox-dead-letters`)
    }
  })

  test('are found by the bridge command in the outputs of the stack', () => {
    const urlOf = (output: string) => stack.template.Outputs[output]?.Value

    expect(urlOf('QueueUrl')).toEqual({ Ref: 'Queue' })
    expect(urlOf('DeadLetterQueueUrl')).toEqual({ Ref: 'DeadLetterQueue' })
    const hasInbox = stack === direct
    expect(urlOf('InboxUrl')).toEqual(hasInbox ? { Ref: 'Inbox' } : undefined)
    expect(urlOf('InboxDeadLetterQueueUrl')).toEqual(
      hasInbox ? { Ref: 'InboxDeadLetterQueue' } : undefined,
    )
  })

  test.each(queues)('%s outlives its stack, and a replacement, unless keepQueues is off', (id) => {
    const { DeletionPolicy, UpdateReplacePolicy } = stack.template.Resources[id] ?? {}
    const expected = stack === direct ? 'Delete' : 'Retain'

    expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: expected,
      UpdateReplacePolicy: expected,
    })
  })

  test.each(queues)('%s is encrypted and accepts messages of 1 MiB', (_id, queue) => {
    expect(queue).toMatchObject({ SqsManagedSseEnabled: true, MaximumMessageSize: 1024 * 1024 })
  })

  test.each(queues)('%s refuses requests without TLS', (id) => {
    const refusals = queueStatements(stack, id).filter(({ Effect }) => Effect === 'Deny')
    const [refusal] = refusals

    expect(refusals).toHaveLength(1)
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
    expect(refusal).toEqual({ ...queueStatements(stack, 'Queue')[0], Resource: arnOf(id) })
  })

  test('have one policy each', () => {
    const policies = ofType(stack, 'AWS::SQS::QueuePolicy').map(([, { Queues }]) => Queues)

    expect(policies).toHaveLength(queues.length)
    expect(policies).toEqual(expect.arrayContaining(queues.map(([id]) => [{ Ref: id }])))
  })

  test('grant rights to the sources of the inbox alone', () => {
    for (const [id] of queues.filter(([queueId]) => queueId !== 'Inbox')) {
      expect(queueStatements(stack, id)).toHaveLength(1)
    }
  })

  test.each(fifo)('%s has high throughput per person', (_id, queue) => {
    expect(queue).toMatchObject({
      FifoQueue: true,
      QueueName: expect.stringMatching(/\.fifo$/),
      FifoThroughputLimit: 'perMessageGroupId',
      DeduplicationScope: 'messageGroup',
      ContentBasedDeduplication: false,
    })
  })

  test('are FIFO except the inbox and its dead letters', () => {
    expect(fifo.map(([id]) => id)).toEqual(['Queue', 'DeadLetterQueue'])
    for (const [id, queue] of queues.filter(([queueId]) => queueId.startsWith('Inbox'))) {
      expect(queue, id).not.toHaveProperty('FifoQueue')
    }
  })

  test.each(drained)(
    '%s has a visibility timeout of six times the timeout of the worker',
    (_id, queue) => {
      const { Timeout } = propertiesOf(stack, 'WorkerLambdaFunction')

      expect(queue.VisibilityTimeout).toBe(360)
      expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Number(Timeout))
    },
  )

  test.each(drained)('%s keeps a signup for 7 days', (_id, queue) => {
    expect(queue.MessageRetentionPeriod).toBe(7 * day)
  })

  test.each(drained)(
    '%s moves a record to dead letters of its own kind after 400 receives',
    (id, queue) => {
      const deadLetterId = referredId(redriveOf(queue).deadLetterTargetArn) ?? ''

      expect(queue.RedrivePolicy).toEqual({
        deadLetterTargetArn: arnOf(id === 'Queue' ? 'DeadLetterQueue' : `${id}DeadLetterQueue`),
        maxReceiveCount: 400,
      })
      expect(propertiesOf(stack, deadLetterId).FifoQueue).toBe(queue.FifoQueue)
      expect(ids.deadLetters.filter((queueId) => queueId === deadLetterId)).toHaveLength(1)
    },
  )

  test.each(deadLetters)('%s keeps a dead letter for 14 days', (_id, queue) => {
    expect(queue.MessageRetentionPeriod).toBe(14 * day)
    expect(queue).not.toHaveProperty('RedrivePolicy')
  })

  test.each(deadLetters)('%s accepts dead letters from one queue', (id, queue) => {
    const source = drained.find(
      ([, drainedQueue]) => referredId(redriveOf(drainedQueue).deadLetterTargetArn) === id,
    )

    expect(queue.RedriveAllowPolicy).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [sqsArn(source?.[1].QueueName)],
    })
  })
})

describe('inbox', () => {
  test('exists only in the stack that has it on', () => {
    expect(idsOfType(direct, 'AWS::SQS::Queue')).toContain('Inbox')
    for (const stack of stacks.filter((other) => other !== direct)) {
      expect(idsOfType(stack, 'AWS::SQS::Queue')).toEqual(['Queue', 'DeadLetterQueue'])
    }
  })

  test('has the limits of the other queue', () => {
    const names = ['VisibilityTimeout', 'MessageRetentionPeriod', 'MaximumMessageSize']
    const inbox = propertiesOf(direct, 'Inbox')
    const queue = propertiesOf(direct, 'Queue')

    for (const name of [...names, 'SqsManagedSseEnabled']) expect(inbox[name]).toBe(queue[name])
    expect(propertiesOf(direct, 'InboxDeadLetterQueue').MessageRetentionPeriod).toBe(
      propertiesOf(direct, 'DeadLetterQueue').MessageRetentionPeriod,
    )
  })

  test('accepts signups from topics and rules of its own account alone', () => {
    const permissions = queueStatements(direct, 'Inbox').filter(({ Effect }) => Effect === 'Allow')

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
  })
})

describe.each(stacks)('event sources of the $name stack', (stack) => {
  const sources = ofType(stack, 'AWS::Lambda::EventSourceMapping')

  test('are the queue and, when it is on, the inbox', () => {
    expect(sources.map(([, { EventSourceArn }]) => EventSourceArn)).toEqual(
      (stack === direct ? ['Queue', 'Inbox'] : ['Queue']).map(arnOf),
    )
  })

  test.each(sources)('%s invokes the worker with ten records at most', (_id, source) => {
    expect(source).toMatchObject({ FunctionName: arnOf('WorkerLambdaFunction'), BatchSize: 10 })
  })

  test.each(sources)('%s has no batching window', (_id, source) => {
    expect(source).not.toHaveProperty('MaximumBatchingWindowInSeconds')
  })

  test.each(sources)('%s reports batch item failures', (_id, source) => {
    expect(source.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })

  test.each(sources)('%s has the maximum concurrency of the stack', (_id, source) => {
    const MaximumConcurrency = Number(stack.params.maximumConcurrency ?? 2)

    expect(source.ScalingConfig).toEqual({ MaximumConcurrency })
  })

  test.each(sources)(
    '%s has the settings of the other source',
    (_id, { EventSourceArn: _, ...rest }) => {
      const { EventSourceArn: _arn, ...first } = propertiesOf(
        stack,
        'WorkerEventSourceMappingSQSQueue',
      )

      expect(rest).toEqual(first)
    },
  )
})

test('the queue is drained by two workers by default', () => {
  expect(propertiesOf(standard, 'WorkerEventSourceMappingSQSQueue').ScalingConfig).toEqual({
    MaximumConcurrency: 2,
  })
})
