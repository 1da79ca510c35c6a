import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { run } from '../../src/cli/bridge.ts'
import { CliError } from '../../src/cli/errors.ts'
import { createWorker } from '../../src/handlers/worker.ts'
import { sha256 } from '../../src/lib/digest.ts'
import { clerk, defineBridge, signup } from '../../src/lib/index.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { read } from '../../src/lib/transform/read.ts'
import { startCloudFormation } from '../support/cloudformation.ts'
import { delivery } from '../support/deliveries.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import { access_token, oneMinuteLeft, startWorld } from '../support/world.ts'

const bridge = defineBridge({ sources: { backend: signup(), clerk: clerk() } })

let world: Awaited<ReturnType<typeof startWorld>>
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** Runs the command against the sandbox's queues. */
const bridgeDlq = async (command: string, ...args: string[]) => {
  const printed: string[] = []
  const progress: string[] = []
  const { signal } = new AbortController()
  const status = await run(['dlq', command, ...args, '--sandbox'], {
    env: { SQS_PORT: new URL(world.sqs.url).port },
    loadBridge: async () => bridge,
    clock: world.clock,
    signal,
    print: (line) => printed.push(line),
    printProgress: (line) => progress.push(line),
  })
  return { status, printed, progress }
}

/** A signup of `backend` that Intercom, progress to, refuses for good. */
const store = async (email: string, event_id = `event of ${email}`, more: object = {}) => {
  const received = { ...delivery(JSON.stringify({ event_id, email, ...more })), source: 'backend' }
  const { backend } = bridge.sources
  const reading = backend && (await read(backend, received))
  if (!reading || reading.kind === 'ignored') throw new Error('not a signup')
  await world.store(toMessages(received, reading))
}

/** Sends Intercom a request that is not the worker's. */
const intercom = (method: string, path: string) =>
  fetch(new URL(path, world.intercom.url), {
    method,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${access_token}`,
      'intercom-version': '2.14',
    },
  })

const work = async (queueUrl = world.sqs.queueUrl) => {
  const { clock } = world
  const { telemetry } = captureTelemetry()
  const worker = createWorker(world.workerEnv, { bridge, clock, telemetry })
  const event = await world.batch(queueUrl)
  expect(await worker(event, oneMinuteLeft)).toEqual({ batchItemFailures: [] })
  for (const { receiptHandle: ReceiptHandle } of event.Records) {
    await world.sqs.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
  }
}

/** Parks three dead letters: two of `backend`, refused by Intercom, and one of the inbox. */
const park = async () => {
  world.intercom.addFault({ status: 422, count: 2 })
  await store('ada@example.com')
  await store('grace@example.com', 'grace@example.com')
  await world.sendToInbox([{ body: '{"name":"Lin"}' }])
  await work()
  await work(world.inbox.url)
}

/** Receives the dead letters as another run would at the same time. */
const hold = (queueUrl: string) =>
  world.sqs.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 60,
    }),
  )

const depths = async () => [
  await world.depth(world.sqs.deadLetterQueueUrl),
  await world.depth(world.inboxDeadLetters.url),
]

/** A line with its time as `then`, of the same width as the header above it. */
const withoutTime = (line: string): string =>
  line.replace(/\d{4}-\S+ \S+Z/, 'then').replace(/oldest +left out/, 'oldest  left out')

/** Parks copies of three signups that Intercom accepts in part. */
const parkCopies = async () => {
  world.intercom.addFault({ path: '/tags', status: 403 })
  const body = { tags: ['beta'], custom_attributes: { team: 'x' } }
  await store('ada@example.com', 'e1', body)
  await store('grace@example.com', 'e2', body)
  await store('lin@example.com', 'e3', { tags: ['beta'] })
  await work()
}

describe('bridge dlq list', () => {
  test('shows what the contacts of copies were delivered without', async () => {
    await parkCopies()

    const { printed } = await bridgeDlq('list')

    expect(printed.map(withoutTime)).toEqual([
      'queue    reason              code                 source   letters  oldest  left out',
      'signups  attributes_refused                       backend        2  then  custom_attributes.team, tags',
      'signups  extras_failed       api_plan_restricted  backend        1  then  tags',
      '3 dead letters',
    ])
  })

  test('shows the field that Intercom refused, beside its code', async () => {
    world.intercom.addFault({
      path: '/contacts',
      status: 422,
      code: 'data_invalid',
      message: 'It is no good',
      field: 'external_id',
    })
    await store('ada@example.com', 'e1')
    await work()

    const { printed } = await bridgeDlq('list')
    const shown = await bridgeDlq('show')

    expect(printed[1]).toMatch(
      /^signups {2}intercom_rejected {2}data_invalid \(external_id\) {2}backend /,
    )
    expect(shown.printed).toContain('  reason    intercom_rejected / data_invalid (external_id)')
  })

  test('counts the dead letters of both queues by reason, code and source', async () => {
    await park()

    const { printed, status } = await bridgeDlq('list')

    expect(status).toBe(0)
    expect(printed.map(withoutTime)).toEqual([
      'queue    reason             code                  source   letters  oldest  left out',
      'signups  intercom_rejected  unprocessable_entity  backend        2  then',
      'inbox    no_identity                              queue          1  then',
      '3 dead letters',
    ])
  })

  test('leaves every dead letter visible in its queue', async () => {
    await park()

    await bridgeDlq('list')

    expect(await depths()).toEqual([
      { waiting: 2, held: 0 },
      { waiting: 1, held: 0 },
    ])
  })

  test('says so when there are none', async () => {
    expect((await bridgeDlq('list')).printed).toEqual(['no dead letters'])
  })

  test('does not claim that there are none while another run holds them', async () => {
    await park()
    await hold(world.sqs.deadLetterQueueUrl)
    await hold(world.inboxDeadLetters.url)

    const { printed, progress, status } = await bridgeDlq('list')

    expect(printed).toEqual(['0 dead letters, and those that were not looked at'])
    expect(progress).toEqual([
      expect.stringMatching(/^about 2 are held by another run/),
      expect.stringMatching(/^about 1 are held by another run/),
    ])
    expect(status).toBe(1)
  })

  test('does not claim to be complete while another run holds some of them', async () => {
    await park()
    await hold(world.inboxDeadLetters.url)

    const { printed, status } = await bridgeDlq('list')

    expect([status, printed.at(-1)]).toEqual([
      1,
      '2 dead letters, and those that were not looked at',
    ])
  })

  test('says that it is incomplete when it is aborted', async () => {
    await park()
    const progress: string[] = []
    const printed: string[] = []
    const ending = new AbortController()
    ending.abort()

    const status = await run(['dlq', 'list', '--sandbox'], {
      env: { SQS_PORT: new URL(world.sqs.url).port },
      loadBridge: async () => bridge,
      clock: world.clock,
      signal: ending.signal,
      print: (line) => printed.push(line),
      printProgress: (line) => progress.push(line),
    })

    expect([status, printed.at(-1)]).toEqual([
      1,
      '0 dead letters, and those that were not looked at',
    ])
    expect(progress[0]).toBe('ended before all were looked at')
  })

  test('counts more dead letters than SQS returns in one receive', async () => {
    world.intercom.addFault({ method: 'POST', path: '/contacts', status: 422 })
    for (let person = 0; person < 25; person += 1) await store(`person-${person}@example.com`)
    for (let batch = 0; batch < 3; batch += 1) await work()

    expect((await bridgeDlq('list')).printed.at(-1)).toBe('25 dead letters')
    expect(await world.depth(world.sqs.deadLetterQueueUrl)).toEqual({ waiting: 25, held: 0 })
  })
})

describe('bridge dlq show', () => {
  test('prints the reason of each dead letter and how the config reads it today', async () => {
    await park()

    const { printed } = await bridgeDlq('show', '--source', 'queue')

    expect(printed).toEqual([
      expect.stringMatching(/^inbox {2}[0-9a-f-]{36} {2}\d{4}-\d\d-\d\d \d\d:\d\dZ$/),
      '  reason    no_identity',
      '  source    queue',
      expect.stringMatching(/^ {2}event {5}[0-9a-f]{64}$/),
      '  reads as  still no_identity: the payload does not say who signed up; needs an email or an external_id',
      '1 dead letter',
    ])
  })

  test('prints what the contact of a copy was delivered without', async () => {
    await parkCopies()

    const { printed } = await bridgeDlq('show', '--event', 'e1')

    expect(printed.slice(1, 4)).toEqual([
      '  reason    attributes_refused',
      '  left out  custom_attributes.team, tags',
      '  source    backend',
    ])
  })

  test('prints no personal data, even if an event’s id is an e-mail address', async () => {
    await park()

    const { printed } = await bridgeDlq('show')

    expect(printed.at(-1)).toBe('3 dead letters')
    expect(printed.join()).not.toMatch(/@|\bada\b|grace|\bLin\b/i)
  })

  test('prints the payload with --body', async () => {
    await park()

    const { printed } = await bridgeDlq('show', '--body', '--event', 'grace@example.com')

    expect(printed.filter((line) => line.startsWith('  body'))).toEqual([
      '  body      {"event_id":"grace@example.com","email":"grace@example.com"}',
    ])
  })

  test('prints no control characters of a payload, and indents its lines', async () => {
    const body = 'a\tb\u001b[31m\u202ec\u200bd\u2028e\n  reason    forged'
    const received = { ...delivery(body), source: 'backend' }
    const refusal = { kind: 'refused', event_id: 'e', code: 'invalid_body' } as const
    await world.store(toMessages(received, { ...refusal, message: '', issues: [] }))
    await work()

    const { printed } = await bridgeDlq('show', '--body')

    expect(printed.join('\n')).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(printed).toContain('  body      a\tb[31mcde\n              reason    forged')
  })
})

describe('bridge dlq replay', () => {
  test('sends all of them back, and the worker delivers them', async () => {
    await park()

    const { printed, status } = await bridgeDlq('replay')
    await work()

    expect([status, printed]).toEqual([0, ['3 dead letters went back']])
    expect(world.intercom.contacts()).toHaveLength(2)
    // The one of the inbox went to the FIFO queue, too, and has no identity there either.
    expect(await depths()).toEqual([
      { waiting: 1, held: 0 },
      { waiting: 0, held: 0 },
    ])
    expect(await world.depth(world.inbox.url)).toEqual({ waiting: 0, held: 0 })
  })

  test.each([
    [[], 'parks', ['contact_archived']],
    [['--restore'], 'restores', []],
  ])('with %j of an inbox’s dead letter %s an archived contact', async (args, _does, reasons) => {
    const account = { email: 'ada@example.com', external_id: '1' }
    await store(account.email, 'e1', account)
    await work()
    const [{ id = '' } = {}] = world.intercom.contacts()
    await intercom('POST', `/contacts/${id}/archive`)
    expect(world.intercom.contacts()).toEqual([])
    world.intercom.addFault({ status: 422, count: 1 })
    const body = JSON.stringify({ ...account, name: 'Ada' })
    await world.sendToInbox([{ body, source: 'backend' }])
    await work(world.inbox.url)

    await bridgeDlq('replay', ...args)
    const [letter] = await world.deadLetters(world.sqs.queueUrl)
    expect(letter).toMatchObject({
      Body: body,
      Attributes: { MessageGroupId: sha256(account.email) },
      MessageAttributes: { source: { StringValue: 'backend' } },
    })
    await work()

    const parked = await world.deadLetters()
    expect(parked.map((each) => each.MessageAttributes?.reason?.StringValue)).toEqual(reasons)
    expect(world.intercom.contacts()).toHaveLength(1 - reasons.length)
  })

  test('of an inbox waits while a hundred signups are in the FIFO queue', async () => {
    await world.sendToInbox([{ body: '{"name":"Lin"}' }])
    await work(world.inbox.url)
    const live = Array.from({ length: 100 }, (_, index) => ({
      body: '{}',
      groupId: `live-${index}`,
      dedupeId: `${index}`,
    }))
    await world.store(live)
    const purge = () =>
      world.sqs.client.send(new PurgeQueueCommand({ QueueUrl: world.sqs.queueUrl }))

    const replaying = bridgeDlq('replay')
    await expect.poll(() => world.clock.slept.length).toBeGreaterThan(3)
    await purge()

    expect((await replaying).printed).toEqual(['1 dead letter went back'])
    expect((await replaying).progress).toContainEqual(expect.stringContaining('100 signups wait'))
  })

  test.each([
    [['--reason', 'intercom_rejected'], 2],
    [['--reason', 'no_identity'], 1],
    [['--reason', 'receives_exhausted'], 0],
    [['--source', 'backend', '--event', 'event of ada@example.com'], 1],
    [['--event', 'grace@example.com'], 1],
    [['--event', sha256('grace@example.com')], 1],
    [['--source', 'queue', '--reason', 'intercom_rejected'], 0],
  ])(
    'with %s sends back the dead letters that match, and leaves the others',
    async (args, count) => {
      await park()

      const { printed } = await bridgeDlq('replay', ...args)

      expect(printed).toEqual([`${count} dead ${count === 1 ? 'letter' : 'letters'} went back`])
      const left = (await depths()).reduce((sum, { waiting }) => sum + waiting, 0)
      expect(left).toBe(3 - count)
    },
  )

  test('with --dry-run prints what it would send back, and sends nothing', async () => {
    await park()

    const { printed } = await bridgeDlq('replay', '--dry-run')

    expect(printed).toEqual([
      '3 dead letters would go back',
      '1 of them cannot be read by this config: no_identity',
    ])
    expect(await depths()).toMatchObject([{ waiting: 2 }, { waiting: 1 }])
    expect(await world.depth()).toMatchObject({ waiting: 0 })
  })

  test.each([
    [[], 'fill'],
    [['--restore'], 'restore'],
  ])('with %j marks each message as a replay: %s', async (args, replay) => {
    await park()

    await bridgeDlq('replay', '--source', 'backend', ...args)

    const { Records } = await world.batch()
    expect(Records.map(({ messageAttributes }) => messageAttributes)).toMatchObject([
      { replay: { stringValue: replay }, source: { stringValue: 'backend' } },
      { replay: { stringValue: replay }, source: { stringValue: 'backend' } },
    ])
    expect(Records.map(({ attributes }) => attributes.MessageGroupId)).toEqual(
      expect.arrayContaining([sha256('ada@example.com'), sha256('grace@example.com')]),
    )
  })

  test('fails if some cannot be reached, because they are behind others of the same person', async () => {
    for (let each = 0; each < 13; each += 1) {
      await world.sqs.client.send(
        new SendMessageCommand({
          QueueUrl: world.sqs.deadLetterQueueUrl,
          MessageBody: JSON.stringify({ email: 'ada@example.com', event_id: `e${each}` }),
          MessageGroupId: 'ada',
          MessageDeduplicationId: `${each}`,
        }),
      )
    }

    const behind = await bridgeDlq('replay', '--event', 'e12')
    expect(behind).toMatchObject({ status: 1, printed: ['0 dead letters went back'] })
    expect(behind.progress).toEqual([expect.stringMatching(/^about 3 more were not looked at/)])
    expect(await bridgeDlq('replay')).toMatchObject({
      status: 0,
      printed: ['13 dead letters went back'],
    })
  })

  test('keeps the source that another producer named by an attribute', async () => {
    await world.sendToInbox([{ body: '{"type":"user.created","data":{}}', source: 'clerk' }])
    await work(world.inbox.url)

    await bridgeDlq('replay', '--source', 'clerk')

    const { Records } = await world.batch()
    expect(Records).toMatchObject([{ messageAttributes: { source: { stringValue: 'clerk' } } }])
  })
})

test('bridge dlq show reads source and event of a message that SQS itself moved', async () => {
  await world.sqs.client.send(
    new SendMessageCommand({
      QueueUrl: world.inboxDeadLetters.url,
      MessageBody: '{"email":"ada@example.com","event_id":"e1"}',
      // Another producer's own words.
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'Ada signed up' } },
    }),
  )

  const { printed } = await bridgeDlq('show', '--reason', 'receives_exhausted')

  expect(printed.slice(1)).toEqual([
    '  reason    receives_exhausted',
    '  source    queue',
    '  event     e1',
    '  reads as  a signup',
    '1 dead letter',
  ])
})

describe('bridge says what to fix', () => {
  const refusal = async (args: string[], env: NodeJS.ProcessEnv = {}) =>
    run(args, {
      env: { ...process.env, ...env },
      loadBridge: async () => bridge,
      clock: world.clock,
      signal: new AbortController().signal,
      print: () => {},
      printProgress: () => {},
    }).catch((error: unknown) => {
      if (error instanceof CliError) return error.message
      throw error
    })

  test.each([[[]], [['dlq']], [['dlq', 'frob']], [['dlq', 'list', 'more']], [['frob', 'list']]])(
    'by printing its usage for an unknown command: %j',
    async (args) => {
      expect(await refusal(args)).toMatch(/^bridge dlq list\|show\|replay/)
    },
  )

  test('about an unknown option', async () => {
    expect(await refusal(['dlq', 'list', '--frob'])).toMatch(/--frob/)
  })

  test.each([
    [['list', '--dry-run'], /^list has no option --dry-run/],
    [['show', '--restore'], /^show has no option --restore/],
    [['replay', '--body'], /^replay has no option --body/],
    [
      ['replay', '--reason', 'intercom_reject'],
      /^--reason: intercom_reject is none of .*no_identity/,
    ],
  ])('about an option that would have no effect: %j', async (args, text) => {
    expect(await refusal(['dlq', ...args])).toMatch(text)
  })

  test('about an SQS_PORT that is not a port', async () => {
    expect(await refusal(['dlq', 'list', '--sandbox'], { SQS_PORT: 'abc' })).toBe(
      'SQS_PORT=abc is not a port',
    )
  })

  test('about a sandbox that does not run', async () => {
    expect(await refusal(['dlq', 'list', '--sandbox'], { SQS_PORT: '1' })).toMatch(
      /^nothing responds at http:\/\/127\.0\.0\.1:1: .*npm start/,
    )
  })

  test.each([
    [['--sandbox', '--stage', 'prod'], /^--sandbox and --stage name different bridges: use one$/],
    [['--stack', 'a', '--stage', 'prod'], /^--stage and --stack name different bridges/],
    [['--stack', 'a', '--queue-url', 'https://a'], /name different bridges: use one$/],
    [['--queue-url', 'https://sqs.example.com/1/a'], /belong together: give both$/],
    [
      ['--restore', '--queue-url', 'https://a/1/inbox', '--dead-letter-queue-url', 'https://a/1/b'],
      /^--restore works through the FIFO queue alone/,
    ],
    [['--queue-url', 'a', '--dead-letter-queue-url', 'https://b'], /^a is not a URL$/],
  ])('about options that name no one bridge: %j', async (args, text) => {
    const command = args.includes('--restore') ? 'replay' : 'list'
    expect(await refusal(['dlq', command, ...args])).toMatch(text)
  })
})

describe('bridge dlq list of a deployed stage', () => {
  let cloudFormation: Awaited<ReturnType<typeof startCloudFormation>>
  beforeEach(async () => {
    cloudFormation = await startCloudFormation({
      'signup-bridge-dev': {
        QueueUrl: world.sqs.queueUrl,
        DeadLetterQueueUrl: world.sqs.deadLetterQueueUrl,
      },
    })
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.url)
  })
  afterEach(() => cloudFormation.close())

  const listWith = async (...args: string[]) => {
    const printed: string[] = []
    await run(['dlq', 'list', ...args], {
      env: process.env,
      loadBridge: async () => bridge,
      clock: world.clock,
      signal: new AbortController().signal,
      print: (line) => printed.push(line),
      printProgress: () => {},
    })
    return printed.at(-1)
  }

  test('finds its queues by the outputs of the stack signup-bridge-dev', async () => {
    await park()

    expect(await listWith()).toBe('2 dead letters')
  })

  test.each([
    ['signup-bridge-nowhere', ['--stage', 'nowhere']],
    ['my-stack', ['--stack', 'my-stack']],
  ])('says that the stack %s does not exist, for %j', async (stackName, args) => {
    await expect(listWith(...args)).rejects.toThrow(
      `the stack ${stackName} in eu-west-1 does not exist: check --stage or --stack, and AWS_REGION`,
    )
  })
})

describe('the bridge command', () => {
  const file = 'src/cli/bridge.ts'
  const bridgeCommand = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [file, ...args], { env: { ...process.env, ...env } })

  test('prints its result on stdout, with the config that BRIDGE_CONFIG names', async () => {
    await park()
    const env = {
      SQS_PORT: new URL(world.sqs.url).port,
      BRIDGE_CONFIG: 'test/e2e/bridge.config.ts',
    }

    const { stdout, stderr } = await bridgeCommand(['dlq', 'list', '--sandbox'], env)

    expect(stdout).toMatch(/3 dead letters\n$/)
    expect(stderr).toBe('')
  })

  test('releases the dead letters it holds when the reader of its output is gone', async () => {
    world.intercom.addFault({ method: 'POST', path: '/contacts', status: 422 })
    for (let person = 0; person < 25; person += 1) await store(`person-${person}@example.com`)
    for (let batch = 0; batch < 3; batch += 1) await work()
    const child = spawn(process.execPath, [file, 'dlq', 'show', '--sandbox'], {
      env: {
        ...process.env,
        SQS_PORT: new URL(world.sqs.url).port,
        BRIDGE_CONFIG: 'test/e2e/bridge.config.ts',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()

    await once(child, 'exit')

    expect(await world.depth(world.sqs.deadLetterQueueUrl)).toEqual({ waiting: 25, held: 0 })
  })

  test('fails with one line if the config does not exist', async () => {
    await expect(
      bridgeCommand(['dlq', 'list'], { BRIDGE_CONFIG: 'nowhere.ts' }),
    ).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^.*nowhere\.ts.*\n$/),
    })
  })
})
