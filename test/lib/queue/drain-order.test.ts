import { describe, expect, test } from 'vitest'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

test('drain processes one person’s records in order, different persons at the same time', async () => {
  const order: string[] = []
  const fakes = createFakes(
    {},
    {
      deliver: async (signup) => {
        const label = `${nameOf(signup)} ${signup.event_id}`
        order.push(`begin ${label}`)
        await new Promise(setImmediate)
        order.push(`end ${label}`)
        return created('a')
      },
    },
  )
  const records = [
    await queued('ada', { event_id: '1' }),
    await queued('grace', { event_id: '2' }),
    await queued('ada', { event_id: '3' }),
  ]

  await drain(records, fakes.dependencies)

  expect(order.slice(0, 2)).toEqual(['begin ada 1', 'begin grace 2'])
  expect(order.indexOf('end ada 1')).toBeLessThan(order.indexOf('begin ada 3'))
})

test('drain processes one person’s records in order, also from two groups', async () => {
  const order: string[] = []
  const fakes = createFakes(
    {},
    {
      deliver: async ({ event_id }) => {
        order.push(`begin ${event_id}`)
        await new Promise(setImmediate)
        order.push(`end ${event_id}`)
        return created('a')
      },
    },
  )
  const regrouped = async (event_id: string) => {
    const ada = await queued('ada', { event_id })
    return { ...ada, attributes: { ...ada.attributes, MessageGroupId: `letter ${event_id}` } }
  }

  await drain([await regrouped('1'), await regrouped('2')], fakes.dependencies)

  expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
})

test('drain keeps the order of records that a later record joins into one group', async () => {
  const order: string[] = []
  const deliver: DrainDependencies['deliver'] = async (signup) => {
    order.push(`begin ${signup.event_id}`)
    await new Promise(setImmediate)
    order.push(`end ${signup.event_id}`)
    return created(nameOf(signup))
  }
  const fakes = createFakes({}, { deliver })
  const grouped = async (person: string, event_id: string, MessageGroupId: string) => {
    const message = await queued(person, { event_id })
    return { ...message, attributes: { ...message.attributes, MessageGroupId } }
  }
  const records = [
    await grouped('ada', '1', 'a'),
    await grouped('lin', '2', 'l'),
    await grouped('grace', '3', 'g'),
    await grouped('ada', '4', 'g'),
    await grouped('grace', '5', 'x'),
  ]

  await drain(records, fakes.dependencies)

  // The fourth: the person of the first, the group of the third. The fifth: the third's person.
  expect(order.slice(0, 2)).toEqual(['begin 1', 'begin 2'])
  expect(order.filter((line) => !line.endsWith('2'))).toEqual([
    ...['begin 1', 'end 1', 'begin 3', 'end 3', 'begin 4', 'end 4', 'begin 5', 'end 5'],
  ])
})

test('drain interleaves two groups that a later record joins, in the order of their records', async () => {
  const fakes = createFakes()
  const grouped = async (person: string, MessageGroupId: string) => {
    const message = await queued(person)
    return { ...message, attributes: { ...message.attributes, MessageGroupId } }
  }
  const records = [
    await grouped('ada', 'a'),
    await grouped('lin', 'l'),
    await grouped('grace', 'a'),
    await grouped('lin', 'a'),
  ]

  await drain(records, fakes.dependencies)

  expect(fakes.delivered).toEqual(['ada', 'lin', 'grace', 'lin'])
})

test('drain retries the group of an unreadable record that cannot be parked', async () => {
  const park = async () => {
    throw new Error('no answer')
  }
  const fakes = createFakes({}, { park })
  const later = await queued('ada')
  const { MessageGroupId } = later.attributes
  const unreadable = record(
    { signup_bridge: 9 },
    {
      eventSourceARN: fifoArn,
      attributes: { ...(MessageGroupId !== undefined && { MessageGroupId }) },
    },
  )

  await drain([unreadable, later], fakes.dependencies)

  expect(fakes.started).toEqual([])
  expect(fakes.reports.map(({ kind }) => kind)).toEqual(['handed_back', 'untried'])
})

describe('drain with records of a standard queue', () => {
  const inbox = (email: string, messageId: string) =>
    record({ email }, { messageId, eventSourceARN: inboxArn })

  test('processes one person’s records in order', async () => {
    const fakes = createFakes({ ada: 'intercom_unavailable' })

    const failed = await drain(
      [
        inbox('ada@example.com', 'm1'),
        inbox('grace@example.com', 'm2'),
        inbox('Ada@Example.com', 'm3'),
      ],
      fakes.dependencies,
    )

    expect(failed).toEqual(['m1', 'm3'])
    expect(fakes.started).toEqual(['ada', 'grace'])
  })
})

describe('the crash visibility that drain sets', () => {
  test('is another one for each person, and is set before anything is delivered', async () => {
    const first = await queued('ada', { receives: 3 })
    const records = [first, await queued('grace'), await queued('ada'), await queued('lin')]
    const order: string[] = []
    const fakes = createFakes(
      {},
      {
        setCrashVisibility: async (changed) => {
          order.push(
            ...changed.map(
              ({ record: { messageId }, retryInSeconds }) => `${messageId} ${retryInSeconds}`,
            ),
          )
        },
        deliver: async (signup) => {
          order.push(nameOf(signup))
          return created('a')
        },
      },
    )

    await drain(records, fakes.dependencies)

    const seconds = [240, 255, 240, 270]
    expect(order.slice(0, 4)).toEqual(
      records.map(({ messageId }, index) => `${messageId} ${seconds[index]}`),
    )
    expect(order.slice(4).toSorted()).toEqual(['ada', 'ada', 'grace', 'lin'])
  })

  test('is not set when every record is received for the first or second time', async () => {
    const fakes = createFakes(
      {},
      { setCrashVisibility: () => Promise.reject(new Error('not called')) },
    )

    const records = [await queued('ada'), await queued('lin', { receives: 2 })]
    expect(await drain(records, fakes.dependencies)).toEqual([])
  })
})
