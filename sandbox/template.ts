import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isRecord } from '../src/lib/json-access.ts'
import { at, createResolver, type ResolveOptions } from './template-variables.ts'

export type FunctionSettings = { readonly timeoutSeconds: number; readonly memoryMb: number }

export type EventSourceSettings = {
  readonly batchSize: number
  readonly maximumConcurrency: number
  /** Without it, AWS counts every response of the function as a full success. */
  readonly reportBatchItemFailures: boolean
}

export type QueueSettings = {
  readonly retentionSeconds: number
  readonly maximumMessageBytes: number
  /** The queue's properties as SQS attributes, ready for CreateQueue. */
  readonly attributes: Readonly<Record<string, string>>
}

/** A queue, its dead letter queue, and the worker's event source. */
export type TemplateQueue = {
  readonly eventSource: EventSourceSettings
  readonly queue: QueueSettings & {
    readonly visibilityTimeoutSeconds: number
    readonly maxReceiveCount: number
  }
  readonly deadLetters: QueueSettings
}

export type Template = TemplateQueue & {
  readonly functions: { readonly webhook: FunctionSettings; readonly worker: FunctionSettings }
  /** The standard queue for other producers, if there is one. */
  readonly inbox?: TemplateQueue
}

/**
 * The properties that have the same name in CloudFormation and SQS and change behaviour.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
 */
const attributeNames = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
]

/**
 * Reads the logical id of `!GetAtt X.Arn`, `!GetAtt [X, Arn]` or `Fn::GetAtt`; YAML drops the tag.
 */
const logicalId = (reference: unknown): string | undefined => {
  const target = at(reference, 'Fn::GetAtt') ?? reference
  const id: unknown = Array.isArray(target) ? target[0] : target
  return typeof id === 'string' ? id.split('.')[0] : undefined
}

/** Reads values and collects the problems, so that one message can list them all. */
const createReader = (document: unknown, options: ResolveOptions) => {
  const resolve = createResolver(document, options)
  const problems: string[] = []
  const text = (name: string, value: unknown): string => {
    try {
      return String(resolve(value))
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : error}`)
      return '0'
    }
  }
  const number = (name: string, value: unknown): number => {
    const digits = text(name, value)
    if (/^\d+$/.test(digits)) return Number(digits)
    problems.push(
      `${name} ${value === undefined ? 'is missing' : `is not a whole number: ${digits}`}`,
    )
    return 0
  }
  return { problems, text, number }
}
type Reader = ReturnType<typeof createReader>

const readFunction = (document: unknown, { number }: Reader, name: string): FunctionSettings => {
  const setting = (key: string) =>
    number(
      `functions.${name}.${key}`,
      at(document, 'functions', name, key) ?? at(document, 'provider', key),
    )
  return { timeoutSeconds: setting('timeout'), memoryMb: setting('memorySize') }
}

const readQueue = (
  { number, text }: Reader,
  id: string,
  properties: Record<string, unknown>,
): QueueSettings => ({
  retentionSeconds: number(`${id}.MessageRetentionPeriod`, properties.MessageRetentionPeriod),
  maximumMessageBytes: number(`${id}.MaximumMessageSize`, properties.MaximumMessageSize),
  attributes: Object.fromEntries(
    attributeNames
      .filter((name) => properties[name] !== undefined)
      .map((name) => [name, text(`${id}.${name}`, properties[name])]),
  ),
})

type Queue = { readonly id: string; readonly properties: Record<string, unknown> }

/** Returns whether a resource is created: its condition, if any, compares two values. */
const isCreated = (document: unknown, { text }: Reader, resource: unknown): boolean => {
  const name = at(resource, 'Condition')
  if (typeof name !== 'string') return true
  const compared = at(document, 'resources', 'Conditions', name, 'Fn::Equals')
  const [left, right] = Array.isArray(compared) ? compared : []
  return text(`Conditions.${name}`, left) === text(`Conditions.${name}`, right)
}

const readQueues = (document: unknown, reader: Reader): Queue[] => {
  const resources = at(document, 'resources', 'Resources')
  return Object.entries(isRecord(resources) ? resources : {}).flatMap(([id, resource]) => {
    const properties = at(resource, 'Properties')
    const isQueue =
      at(resource, 'Type') === 'AWS::SQS::Queue' && isCreated(document, reader, resource)
    return isQueue && isRecord(properties) ? [{ id, properties }] : []
  })
}

const readTemplateQueue = (document: unknown, reader: Reader, queue: Queue): TemplateQueue => {
  const { number, problems } = reader
  const policy = at(queue.properties, 'RedrivePolicy')
  const deadLettersId = logicalId(at(policy, 'deadLetterTargetArn'))
  const deadLetters = readQueues(document, reader).find(({ id }) => id === deadLettersId)
  if (deadLetters === undefined)
    problems.push(`${queue.id} has no dead letter queue in this template`)

  const events = at(document, 'functions', 'worker', 'events')
  const event = (Array.isArray(events) ? events : [])
    .map((candidate: unknown) => at(candidate, 'sqs'))
    .find((sqs) => logicalId(at(sqs, 'arn')) === queue.id)
  const eventNumber = (name: string) =>
    number(`functions.worker.events for ${queue.id}: ${name}`, at(event, name))

  return {
    eventSource: {
      batchSize: eventNumber('batchSize'),
      maximumConcurrency: eventNumber('maximumConcurrency'),
      reportBatchItemFailures: at(event, 'functionResponseType') === 'ReportBatchItemFailures',
    },
    queue: {
      ...readQueue(reader, queue.id, queue.properties),
      visibilityTimeoutSeconds: number(
        `${queue.id}.VisibilityTimeout`,
        at(queue.properties, 'VisibilityTimeout'),
      ),
      maxReceiveCount: number(
        `${queue.id}.RedrivePolicy.maxReceiveCount`,
        at(policy, 'maxReceiveCount'),
      ),
    },
    deadLetters: deadLetters
      ? readQueue(reader, deadLetters.id, deadLetters.properties)
      : { retentionSeconds: 0, maximumMessageBytes: 0, attributes: {} },
  }
}

/**
 * Reads the settings of serverless.yml that the sandbox uses, so that it runs as the stack is
 * deployed. The bridge's queue is the FIFO queue with a RedrivePolicy, its inbox the standard queue
 * with one; the policies name the dead letter queues.
 *
 * @throws Error if values are missing or invalid; its message lists all of them
 */
export const readTemplate = (
  file: string,
  stage: string,
  params: Readonly<Record<string, unknown>> = {},
): Template => {
  // YAML warns about the tags of CloudFormation and keeps their values.
  const document: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'error' })
  const reader = createReader(document, { stage, params })
  const withDeadLetters = readQueues(document, reader).filter(
    ({ properties }) => properties.RedrivePolicy,
  )
  const queue = withDeadLetters.find(({ properties }) => properties.FifoQueue === true)
  const inbox = withDeadLetters.find(({ properties }) => properties.FifoQueue !== true)
  if (queue === undefined) throw new Error(`${file}: no FIFO queue has a RedrivePolicy`)
  const template: Template = {
    ...readTemplateQueue(document, reader, queue),
    ...(inbox && { inbox: readTemplateQueue(document, reader, inbox) }),
    functions: {
      webhook: readFunction(document, reader, 'webhook'),
      worker: readFunction(document, reader, 'worker'),
    },
  }
  if (reader.problems.length > 0) throw new Error(`${file}: ${reader.problems.join('; ')}`)
  return template
}
