import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readTemplate } from '../../sandbox/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'template-'))
afterAll(() => rmSync(folder, { recursive: true }))

const template = `
service: example
params:
  default:
    workerTimeout: 60
    concurrency: 2
    batch: '\${self:custom.batches.\${sls:stage}, 10}'
  prod:
    concurrency: 20
custom:
  receives: \${param:receives, 400}
  batches:
    local: 7
provider:
  name: aws
  memorySize: 256
  environment:
    SECRET: \${env:NOT_READ}
functions:
  webhook:
    handler: index.handler
    timeout: 10
  worker:
    handler: index.handler
    timeout: \${param:workerTimeout}
    memorySize: 512
    environment:
      QUEUE_URL: !Ref Queue
    events:
      - sqs:
          arn: !GetAtt Inbox.Arn
          batchSize: 1
          maximumConcurrency: 3
      - sqs:
          arn: !GetAtt Queue.Arn
          batchSize: \${param:batch}
          maximumConcurrency: \${param:concurrency}
          functionResponseType: ReportBatchItemFailures
resources:
  Resources:
    Topic:
      Type: AWS::SNS::Topic
    Inbox:
      Type: AWS::SQS::Queue
      Properties:
        VisibilityTimeout: 120
        MessageRetentionPeriod: 345600
        MaximumMessageSize: 262144
        RedrivePolicy: { deadLetterTargetArn: !GetAtt InboxDeadLetters.Arn, maxReceiveCount: 5 }
    InboxDeadLetters:
      Type: AWS::SQS::Queue
      Properties:
        MessageRetentionPeriod: 1209600
        MaximumMessageSize: 262144
    Queue:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: !Sub '\${AWS::StackName}.fifo'
        FifoQueue: true
        DeduplicationScope: messageGroup
        FifoThroughputLimit: perMessageGroupId
        VisibilityTimeout: 360
        MessageRetentionPeriod: \${param:retention, '604800'}
        MaximumMessageSize: 1048576
        RedrivePolicy:
          deadLetterTargetArn: { 'Fn::GetAtt': [DeadLetters, Arn] }
          maxReceiveCount: \${self:custom.receives}
    DeadLetters:
      Type: AWS::SQS::Queue
      Properties:
        FifoQueue: true
        MessageRetentionPeriod: 1209600
        MaximumMessageSize: 1048576
`

let files = 0
const read = (text: string, stage = 'local', params: Record<string, unknown> = {}) => {
  files += 1
  const file = join(folder, `${files}.yml`)
  writeFileSync(file, text)
  return readTemplate(file, stage, params)
}

describe('readTemplate', () => {
  it('reads the settings of both functions, the event source and the queues', () => {
    expect(read(template)).toMatchObject({
      functions: {
        webhook: { timeoutSeconds: 10, memoryMb: 256 },
        worker: { timeoutSeconds: 60, memoryMb: 512 },
      },
      eventSource: { batchSize: 7, maximumConcurrency: 2, reportBatchItemFailures: true },
      queue: {
        visibilityTimeoutSeconds: 360,
        maxReceiveCount: 400,
        retentionSeconds: 604_800,
        maximumMessageBytes: 1_048_576,
        attributes: {
          DeduplicationScope: 'messageGroup',
          FifoQueue: 'true',
          FifoThroughputLimit: 'perMessageGroupId',
          MaximumMessageSize: '1048576',
          MessageRetentionPeriod: '604800',
          VisibilityTimeout: '360',
        },
      },
      deadLetters: {
        retentionSeconds: 1_209_600,
        maximumMessageBytes: 1_048_576,
        attributes: {
          FifoQueue: 'true',
          MaximumMessageSize: '1048576',
          MessageRetentionPeriod: '1209600',
        },
      },
    })
  })

  it('reads the standard queue for other producers as the inbox', () => {
    expect(read(template).inbox).toEqual({
      eventSource: { batchSize: 1, maximumConcurrency: 3, reportBatchItemFailures: false },
      queue: {
        visibilityTimeoutSeconds: 120,
        maxReceiveCount: 5,
        retentionSeconds: 345_600,
        maximumMessageBytes: 262_144,
        attributes: {
          MaximumMessageSize: '262144',
          MessageRetentionPeriod: '345600',
          VisibilityTimeout: '120',
        },
      },
      deadLetters: {
        retentionSeconds: 1_209_600,
        maximumMessageBytes: 262_144,
        attributes: { MaximumMessageSize: '262144', MessageRetentionPeriod: '1209600' },
      },
    })
  })

  it('prefers a parameter of the stage to the default', () => {
    const { eventSource } = read(template, 'prod')

    expect(eventSource.maximumConcurrency).toBe(20)
  })

  it('prefers the params argument to the parameters of the file', () => {
    const { functions } = read(template, 'prod', { workerTimeout: 30 })

    expect(functions.worker.timeoutSeconds).toBe(30)
  })

  it('uses the fallback of a variable without a value', () => {
    const { eventSource } = read(template, 'prod')

    expect(eventSource.batchSize).toBe(10)
  })

  it('reads that partial batch responses are off', () => {
    const { eventSource } = read(template.replace(/\n.*functionResponseType.*/, ''))

    expect(eventSource.reportBatchItemFailures).toBe(false)
  })

  it('lists every missing, unresolved or invalid value in one error', () => {
    const broken = template
      .replace('VisibilityTimeout: 360', '')
      .replace('timeout: 10', 'timeout: soon')
      .replace('{param:concurrency}', '{env:CONCURRENCY}')

    expect(() => read(broken)).toThrow(
      /\.yml: functions\.worker\.events for Queue: maximumConcurrency: \$\{env:CONCURRENCY\} has no value in stage local; Queue\.VisibilityTimeout is missing; functions\.webhook\.timeout is not a whole number: soon$/,
    )
  })

  it('refuses a template whose queue has no dead letter queue', () => {
    expect(() => read(template.replace('[DeadLetters, Arn]', '[Elsewhere, Arn]'))).toThrow(
      'Queue has no dead letter queue in this template',
    )
  })

  it('refuses a template without a FIFO queue', () => {
    expect(() => read(template.replace(/FifoQueue: true/g, 'FifoQueue: false'))).toThrow(
      'no FIFO queue has a RedrivePolicy',
    )
  })

  it('reads no inbox if there is no standard queue', () => {
    expect(read(template.replace(/RedrivePolicy: \{.*/, ''))).not.toHaveProperty('inbox')
  })

  it('reads the serverless.yml of this repository', () => {
    const file = fileURLToPath(new URL('../../serverless.yml', import.meta.url))

    const { functions, queue } = readTemplate(file, 'local')

    expect(queue.visibilityTimeoutSeconds).toBe(6 * functions.worker.timeoutSeconds)
  })

  it('reads an inbox of serverless.yml if the param is on, as it is for `npm start`', () => {
    const file = fileURLToPath(new URL('../../serverless.yml', import.meta.url))

    expect(readTemplate(file, 'local').inbox?.queue.maxReceiveCount).toBe(400)
    expect(readTemplate(file, 'dev')).not.toHaveProperty('inbox')
    expect(readTemplate(file, 'dev', { inbox: 'on' })).toHaveProperty('inbox')
  })
})
