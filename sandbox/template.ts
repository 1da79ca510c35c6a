import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isRecord } from '../src/lib/json-access.ts'
import { at, createResolver, type ResolveOptions } from './template-variables.ts'

export type FunctionNumbers = { readonly timeoutSeconds: number; readonly memoryMb: number }

export type EventSourceNumbers = {
  readonly batchSize: number
  readonly maximumConcurrency: number
  /** Without it AWS takes every answer of the function for a full success. */
  readonly reportBatchItemFailures: boolean
}

export type QueueNumbers = {
  readonly retentionSeconds: number
  readonly maximumMessageBytes: number
  /** The queue's properties as SQS attributes, ready for CreateQueue. */
  readonly attributes: Readonly<Record<string, string>>
}

/** A queue, its dead letters, and how the worker reads it. */
export type Lane = {
  readonly eventSource: EventSourceNumbers
  readonly queue: QueueNumbers & {
    readonly visibilityTimeoutSeconds: number
    readonly maxReceiveCount: number
  }
  readonly deadLetters: QueueNumbers
}

export type Template = Lane & {
  readonly functions: { readonly webhook: FunctionNumbers; readonly worker: FunctionNumbers }
  /** The standard queue for other producers, where there is one. */
  readonly inbox?: Lane
}

/**
 * The properties that CloudFormation and SQS know by the same name and that change behaviour.
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

/** The logical id in `!GetAtt X.Arn`, `!GetAtt [X, Arn]` or `Fn::GetAtt`; YAML alone drops the tag. */
const logicalId = (reference: unknown): string | undefined => {
  const target = at(reference, 'Fn::GetAtt') ?? reference
  const id: unknown = Array.isArray(target) ? target[0] : target
  return typeof id === 'string' ? id.split('.')[0] : undefined
}

/** Reads what it can and keeps every problem, so that one message can name them all. */
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
    problems.push(`${name} ${value === undefined ? 'is missing' : `is no whole number: ${digits}`}`)
    return 0
  }
  return { problems, text, number }
}
type Reader = ReturnType<typeof createReader>

const readFunction = (document: unknown, { number }: Reader, name: string): FunctionNumbers => {
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
): QueueNumbers => ({
  retentionSeconds: number(`${id}.MessageRetentionPeriod`, properties.MessageRetentionPeriod),
  maximumMessageBytes: number(`${id}.MaximumMessageSize`, properties.MaximumMessageSize),
  attributes: Object.fromEntries(
    attributeNames
      .filter((name) => properties[name] !== undefined)
      .map((name) => [name, text(`${id}.${name}`, properties[name])]),
  ),
})

type Queue = { readonly id: string; readonly properties: Record<string, unknown> }

/** Whether a resource is made at all: its condition, if any, compares two values. */
const isMade = (document: unknown, { text }: Reader, resource: unknown): boolean => {
  const name = at(resource, 'Condition')
  if (typeof name !== 'string') return true
  const compared = at(document, 'resources', 'Conditions', name, 'Fn::Equals')
  const [one, other] = Array.isArray(compared) ? compared : []
  return text(`Conditions.${name}`, one) === text(`Conditions.${name}`, other)
}

const queuesOf = (document: unknown, reader: Reader): Queue[] => {
  const resources = at(document, 'resources', 'Resources')
  return Object.entries(isRecord(resources) ? resources : {}).flatMap(([id, resource]) => {
    const properties = at(resource, 'Properties')
    const isQueue = at(resource, 'Type') === 'AWS::SQS::Queue' && isMade(document, reader, resource)
    return isQueue && isRecord(properties) ? [{ id, properties }] : []
  })
}

const readLane = (document: unknown, reader: Reader, queue: Queue): Lane => {
  const { number, problems } = reader
  const policy = at(queue.properties, 'RedrivePolicy')
  const deadLettersId = logicalId(at(policy, 'deadLetterTargetArn'))
  const deadLetters = queuesOf(document, reader).find(({ id }) => id === deadLettersId)
  if (deadLetters === undefined) problems.push(`${queue.id} has no dead letters in this template`)

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
 * The numbers of serverless.yml that the sandbox runs by, so that local and deployed cannot drift.
 * The bridge's queue is the FIFO queue with a RedrivePolicy, its inbox the standard one; the dead
 * letters of each are what its policy names.
 *
 * @throws Error with every number that is missing or none, in one message
 */
export const readTemplate = (
  file: string,
  stage: string,
  params: Readonly<Record<string, unknown>> = {},
): Template => {
  // Tags of CloudFormation are unknown to YAML: it warns of them and keeps the value beside them.
  const document: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'error' })
  const reader = createReader(document, { stage, params })
  const redriven = queuesOf(document, reader).filter(({ properties }) => properties.RedrivePolicy)
  const queue = redriven.find(({ properties }) => properties.FifoQueue === true)
  const inbox = redriven.find(({ properties }) => properties.FifoQueue !== true)
  if (queue === undefined) throw new Error(`${file}: no FIFO queue has a RedrivePolicy`)
  const template: Template = {
    ...readLane(document, reader, queue),
    ...(inbox && { inbox: readLane(document, reader, inbox) }),
    functions: {
      webhook: readFunction(document, reader, 'webhook'),
      worker: readFunction(document, reader, 'worker'),
    },
  }
  if (reader.problems.length > 0) throw new Error(`${file}: ${reader.problems.join('; ')}`)
  return template
}
