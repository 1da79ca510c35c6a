import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/bridge.ts'
import { CliError } from '../../src/cli/errors.ts'
import { createWorker } from '../../src/handlers/worker.ts'
import { sha256 } from '../../src/lib/digest.ts'
import { clerk, defineBridge, signup } from '../../src/lib/index.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { read } from '../../src/lib/transform/read.ts'
import { delivery } from '../support/deliveries.ts'
import { createNotes } from '../support/telemetry.ts'
import { minute, startWorld } from '../support/world.ts'

const bridge = defineBridge({ sources: { backend: signup(), clerk: clerk() } })

let world: Awaited<ReturnType<typeof startWorld>>
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** Runs the command against the sandbox's queues, unless it says where. */
const bridgeDlq = async (command: string, ...args: string[]) => {
  const said: string[] = []
  const told: string[] = []
  const { signal } = new AbortController()
  const status = await run(['dlq', command, ...args, '--sandbox'], {
    env: { SQS_PORT: new URL(world.sqs.url).port },
    loadBridge: async () => bridge,
    clock: world.clock,
    signal,
    print: (line) => said.push(line),
    printProgress: (line) => told.push(line),
  })
  return { status, said, told }
}

/** A signup of `backend` that Intercom, told to, refuses for good. */
const store = async (email: string, event_id = `event of ${email}`) => {
  const given = { ...delivery(JSON.stringify({ event_id, email })), source: 'backend' }
  const { backend } = bridge.sources
  const reading = backend && (await read(backend, given))
  if (!reading || reading.kind === 'ignored') throw new Error('it is a signup')
  await world.store(toMessages(given, reading))
}

const work = async (queueUrl = world.sqs.queueUrl) => {
  const { clock } = world
  const { telemetry } = createNotes()
  const worker = createWorker(world.workerEnv, { bridge, clock, telemetry })
  const event = await world.batch(queueUrl)
  expect(await worker(event, minute)).toEqual({ batchItemFailures: [] })
  for (const { receiptHandle: ReceiptHandle } of event.Records) {
    await world.sqs.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
  }
}

/** Three dead letters: two of `backend`, refused by Intercom, and one of the inbox. */
const park = async () => {
  world.intercom.addFault({ status: 422, count: 2 })
  await store('ada@example.com')
  await store('grace@example.com', 'grace@example.com')
  await world.sendToInbox([{ body: '{"name":"Lin"}' }])
  await work()
  await work(world.inbox.url)
}

/** Another run, which looks at them at the moment. */
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

describe('list', () => {
  test('counts the dead letters of both queues by reason, code and source', async () => {
    await park()

    const { said, status } = await bridgeDlq('list')

    expect(status).toBe(0)
    expect(said.map((line) => line.replace(/\d{4}-\S+ \S+Z/, 'then'))).toEqual([
      'queue    reason             code                  source   letters  oldest',
      'signups  intercom_rejected  unprocessable_entity  backend        2  then',
      'inbox    no_identity                              queue          1  then',
      '3 dead letters',
    ])
  })

  test('leaves every one of them where it was, to be seen by all', async () => {
    await park()

    await bridgeDlq('list')

    expect(await depths()).toEqual([
      { waiting: 2, held: 0 },
      { waiting: 1, held: 0 },
    ])
  })

  test('says so where there are none', async () => {
    expect((await bridgeDlq('list')).said).toEqual(['no dead letters'])
  })

  test('does not say that there are none while another run holds them', async () => {
    await park()
    await hold(world.sqs.deadLetterQueueUrl)
    await hold(world.inboxDeadLetters.url)

    const { said, told, status } = await bridgeDlq('list')

    expect(said).toEqual(['0 dead letters, and those that were not looked at'])
    expect(told).toEqual([
      expect.stringMatching(/^about 2 are held by another run/),
      expect.stringMatching(/^about 1 are held by another run/),
    ])
    expect(status).toBe(1)
  })

  test('does not say that it is all while another run holds some of them', async () => {
    await park()
    await hold(world.inboxDeadLetters.url)

    const { said, status } = await bridgeDlq('list')

    expect([status, said.at(-1)]).toEqual([1, '2 dead letters, and those that were not looked at'])
  })

  test('ended in between says so, and that it is not all', async () => {
    await park()
    const told: string[] = []
    const said: string[] = []
    const ending = new AbortController()
    ending.abort()

    const status = await run(['dlq', 'list', '--sandbox'], {
      env: { SQS_PORT: new URL(world.sqs.url).port },
      loadBridge: async () => bridge,
      clock: world.clock,
      signal: ending.signal,
      print: (line) => said.push(line),
      printProgress: (line) => told.push(line),
    })

    expect([status, said.at(-1)]).toEqual([1, '0 dead letters, and those that were not looked at'])
    expect(told[0]).toBe('ended before all were looked at')
  })

  test('looks at more than SQS gives at once', async () => {
    world.intercom.addFault({ status: 422 })
    for (let person = 0; person < 25; person += 1) await store(`person-${person}@example.com`)
    for (let batch = 0; batch < 3; batch += 1) await work()

    expect((await bridgeDlq('list')).said.at(-1)).toBe('25 dead letters')
    expect(await world.depth(world.sqs.deadLetterQueueUrl)).toEqual({ waiting: 25, held: 0 })
  })
})

describe('show', () => {
  test('tells of each why it is a dead letter and what the config makes of it today', async () => {
    await park()

    const { said } = await bridgeDlq('show', '--source', 'queue')

    expect(said).toEqual([
      expect.stringMatching(/^inbox {2}[0-9a-f-]{36} {2}\d{4}-\d\d-\d\d \d\d:\d\dZ$/),
      '  reason    no_identity',
      '  source    queue',
      expect.stringMatching(/^ {2}event {5}[0-9a-f]{64}$/),
      expect.stringMatching(/^ {2}reads as {2}still no_identity; /),
      '1 dead letter',
    ])
  })

  test('shows nobody’s data, also where an event’s id is an address', async () => {
    await park()

    const { said } = await bridgeDlq('show')

    expect(said.at(-1)).toBe('3 dead letters')
    expect(said.join()).not.toMatch(/@|\bada\b|grace|\bLin\b/i)
  })

  test('shows the payload where it is asked to', async () => {
    await park()

    const { said } = await bridgeDlq('show', '--body', '--event', 'grace@example.com')

    expect(said.filter((line) => line.startsWith('  body'))).toEqual([
      '  body      {"event_id":"grace@example.com","email":"grace@example.com"}',
    ])
  })

  test('shows nothing of a payload that could be taken for its own words', async () => {
    const body = 'a\tb\u001b[31m\u202ec\u200bd\u2028e\n  reason    forged'
    const given = { ...delivery(body), source: 'backend' }
    const refusal = { kind: 'refused', event_id: 'e', code: 'invalid_body' } as const
    await world.store(toMessages(given, { ...refusal, message: '', issues: [] }))
    await work()

    const { said } = await bridgeDlq('show', '--body')

    expect(said.join('\n')).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(said).toContain('  body      a\tb[31mcde\n              reason    forged')
  })
})

describe('replay', () => {
  test('sends all of them back, and the worker delivers them', async () => {
    await park()

    const { said, status } = await bridgeDlq('replay')
    await work()

    expect([status, said]).toEqual([0, ['3 dead letters went back']])
    expect(world.intercom.contacts()).toHaveLength(2)
    expect(await depths()).toEqual([
      { waiting: 0, held: 0 },
      { waiting: 0, held: 0 },
    ])
    expect(await world.depth(world.inbox.url)).toMatchObject({ waiting: 1 })
  })

  test.each([
    [['--reason', 'intercom_rejected'], 2],
    [['--reason', 'no_identity'], 1],
    [['--reason', 'receives_exhausted'], 0],
    [['--source', 'backend', '--event', 'event of ada@example.com'], 1],
    [['--event', 'grace@example.com'], 1],
    [['--event', sha256('grace@example.com')], 1],
    [['--source', 'queue', '--reason', 'intercom_rejected'], 0],
  ])('sends back those that are meant, and leaves the others: %s', async (args, count) => {
    await park()

    const { said } = await bridgeDlq('replay', ...args)

    expect(said).toEqual([`${count} dead ${count === 1 ? 'letter' : 'letters'} went back`])
    const left = (await depths()).reduce((sum, { waiting }) => sum + waiting, 0)
    expect(left).toBe(3 - count)
  })

  test('with --dry-run says what it would do, and does nothing', async () => {
    await park()

    const { said } = await bridgeDlq('replay', '--dry-run')

    expect(said).toEqual([
      '3 dead letters would go back',
      '1 of them cannot be read by this config: no_identity',
    ])
    expect(await depths()).toMatchObject([{ waiting: 2 }, { waiting: 1 }])
    expect(await world.depth()).toMatchObject({ waiting: 0 })
  })

  test.each([
    [[], 'fill'],
    [['--restore'], 'restore'],
  ])('with %j marks what goes back as a replay: %s', async (args, replay) => {
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

  test('fails where some cannot be reached: they stand behind others of the same person', async () => {
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
    expect(behind).toMatchObject({ status: 1, said: ['0 dead letters went back'] })
    expect(behind.told).toEqual([expect.stringMatching(/^about 3 more were not looked at/)])
    expect(await bridgeDlq('replay')).toMatchObject({
      status: 0,
      said: ['13 dead letters went back'],
    })
  })

  test('of what another producer named by an attribute keeps its source', async () => {
    await world.sendToInbox([{ body: '{"type":"user.created","data":{}}', source: 'clerk' }])
    await work(world.inbox.url)

    await bridgeDlq('replay', '--source', 'clerk')

    const { Records } = await world.batch(world.inbox.url)
    expect(Records).toMatchObject([{ messageAttributes: { source: { stringValue: 'clerk' } } }])
  })
})

test('what SQS moved by itself is read for its source and its event', async () => {
  await world.sqs.client.send(
    new SendMessageCommand({
      QueueUrl: world.inboxDeadLetters.url,
      MessageBody: '{"email":"ada@example.com","event_id":"e1"}',
      // Another producer's own words.
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'Ada signed up' } },
    }),
  )

  const { said } = await bridgeDlq('show', '--reason', 'receives_exhausted')

  expect(said.slice(1)).toEqual([
    '  reason    receives_exhausted',
    '  source    queue',
    '  event     e1',
    '  reads as  a signup',
    '1 dead letter',
  ])
})

describe('says what to mend', () => {
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
    'with its usage, where there is no such command: %j',
    async (args) => {
      expect(await refusal(args)).toMatch(/^bridge dlq list\|show\|replay/)
    },
  )

  test('of an option that there is not', async () => {
    expect(await refusal(['dlq', 'list', '--frob'])).toMatch(/--frob/)
  })

  test.each([
    [['list', '--dry-run'], /^list knows no --dry-run/],
    [['show', '--restore'], /^show knows no --restore/],
    [['replay', '--body'], /^replay knows no --body/],
    [
      ['replay', '--reason', 'intercom_reject'],
      /^--reason: intercom_reject is none of .*no_identity/,
    ],
  ])('of what would mean nothing: %j', async (args, text) => {
    expect(await refusal(['dlq', ...args])).toMatch(text)
  })

  test('of a port that is none', async () => {
    expect(await refusal(['dlq', 'list', '--sandbox'], { SQS_PORT: 'abc' })).toBe(
      'SQS_PORT=abc is no port',
    )
  })

  test('of a sandbox that does not run', async () => {
    expect(await refusal(['dlq', 'list', '--sandbox'], { SQS_PORT: '1' })).toMatch(
      /^nothing answers at http:\/\/127\.0\.0\.1:1: .*npm start/,
    )
  })

  test('of a stage that was not deployed', async () => {
    expect(await refusal(['dlq', 'list', '--stage', 'nowhere'])).toMatch(
      /^stage nowhere in eu-west-1 has no such queue: check --stage/,
    )
  })
})

test('finds the queues of a deployed stage by their names', async () => {
  const said: string[] = []

  await run(['dlq', 'list', '--stage', 'local'], {
    env: process.env,
    loadBridge: async () => bridge,
    clock: world.clock,
    signal: new AbortController().signal,
    print: (line) => said.push(line),
    printProgress: () => {},
  })

  expect(said).toEqual(['no dead letters'])
})

describe('the command itself', () => {
  const file = 'src/cli/bridge.ts'
  const bridgeCommand = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [file, ...args], { env: { ...process.env, ...env } })

  test('answers on stdout, with the config that BRIDGE_CONFIG names', async () => {
    await park()
    const env = {
      SQS_PORT: new URL(world.sqs.url).port,
      BRIDGE_CONFIG: 'test/e2e/bridge.config.ts',
    }

    const { stdout, stderr } = await bridgeCommand(['dlq', 'list', '--sandbox'], env)

    expect(stdout).toMatch(/3 dead letters\n$/)
    expect(stderr).toBe('')
  })

  test('lets go of what it holds when its reader is gone', async () => {
    world.intercom.addFault({ status: 422 })
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

  test('fails with one line where there is no such config', async () => {
    await expect(
      bridgeCommand(['dlq', 'list'], { BRIDGE_CONFIG: 'nowhere.ts' }),
    ).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^.*nowhere\.ts.*\n$/),
    })
  })
})
