import { describe, expect, test } from 'vitest'
import { type DeliverDependencies, deliver } from '../../../src/lib/deliver/deliver.ts'
import { createFuse } from '../../../src/lib/deliver/fuse.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { ContactResponse } from '../../../src/lib/intercom/contact-request.ts'
import {
  createRecentContacts,
  type RecentContacts,
} from '../../../src/lib/intercom/recent-contacts.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { createClock } from '../../support/clock.ts'
import { account, contact, defaultPolicy, lead, newcomer } from '../../support/people.ts'

const found = (...contacts: Contact[]) => ({ type: 'contacts', contacts }) as const
const returned = (contact: Contact): ContactResponse => ({ type: 'contact', contact })
const conflict = (id?: string, archived = false): ContactResponse => ({
  type: 'conflict',
  id,
  archived,
})
const gone: ContactResponse = { type: 'gone' }

describe('deliver', () => {
  /** Dependencies that return the given responses, one for each request. */
  const dependencies = (
    recent: RecentContacts,
    ...responses: ContactResponse[]
  ): DeliverDependencies => ({
    recent,
    version: '2.14',
    // send is generic in the response type, so a prepared response has to be cast.
    send: async () => (responses.shift() ?? gone) as never,
    listAttributes: async () => undefined,
    listSubscriptionTypes: async () => ({ list: [] }),
    listCompanyAttributes: async () => undefined,
    tagIds: new Map(),
    fuse: createFuse(),
    searchLagSeconds: 180,
  })

  test('finds a contact that this process created before search shows it', async () => {
    const recent = createRecentContacts(createClock())
    await deliver(
      lead,
      defaultPolicy,
      dependencies(recent, found(), returned(contact('a', { role: 'lead' }))),
    )

    const createdLead = returned(contact('a', { role: 'lead' }))
    const second = await deliver(
      account,
      defaultPolicy,
      dependencies(recent, found(), createdLead, returned(contact('a'))),
    )

    expect(second).toMatchObject({ outcome: 'updated', contact: { id: 'a' }, calls: 3 })
  })

  test('reads a contact before writing, since search and recent contacts may be old', async () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { external_id: '1' }))
    const old = contact('a', { role: 'lead', external_id: 'uuid' })
    const current = contact('a', { external_id: '1' })

    const result = await deliver(
      account,
      defaultPolicy,
      dependencies(recent, found(old), returned(current)),
    )

    expect(result).toMatchObject({ outcome: 'unchanged', calls: 2 })
  })

  test('reads a recent contact first, and forgets it if it is gone', async () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))

    const result = await deliver(
      account,
      defaultPolicy,
      dependencies(recent, found(), gone, found(), returned(contact('b'))),
    )

    expect(result).toMatchObject({ outcome: 'created', contact: { id: 'b' } })
  })

  test('adds extras with `skip` to a new contact even if Intercom’s clock is behind', async () => {
    const policy = { ...defaultPolicy, onExisting: 'skip' } as const
    const createdContact = contact('a', { created_at: defaultPolicy.received_at - 1 })
    const signup = { ...account, note: 'met at the fair' }

    const created = await deliver(
      signup,
      policy,
      dependencies(createRecentContacts(createClock()), found(), returned(createdContact)),
    )
    const existing = await deliver(
      signup,
      policy,
      dependencies(createRecentContacts(createClock()), found(createdContact)),
    )

    expect([created.calls, existing.calls]).toEqual([3, 1])
  })

  describe('says whether search showed the contact', () => {
    const isShown = async (
      signup: Signup,
      responses: readonly ContactResponse[],
      policy: Policy = defaultPolicy,
    ) => {
      const recent = createRecentContacts(createClock())
      const result = await deliver(signup, policy, dependencies(recent, ...responses))
      return result.isShown
    }

    test.each<[string, boolean, Signup, ContactResponse[]]>([
      ['found', true, lead, [found(contact('a', { role: 'lead' }))]],
      [
        'found under the e-mail in another case',
        true,
        lead,
        [found(contact('a', { email: 'Ada@Example.com' }))],
      ],
      ['created', false, lead, [found(), returned(contact('a'))]],
      [
        'named by a conflict',
        false,
        newcomer,
        [found(), conflict('a', false), returned(contact('a'))],
      ],
      [
        'found by its phone alone',
        false,
        { ...lead, contact: { ...lead.contact, phone: '+14155550100' } },
        [
          found(contact('a', { email: null, phone: '+14155550100' })),
          returned(contact('a', { email: null, phone: '+14155550100' })),
          returned(contact('a', { phone: '+14155550100' })),
        ],
      ],
    ])('%s: %s', async (_name, expected, signup, responses) => {
      expect(await isShown(signup, responses)).toBe(expected)
    })

    const before = { created_at: defaultPolicy.received_at - 1 }
    const since = { created_at: defaultPolicy.received_at }
    const other = { email: 'old@example.com' }

    test.each<[string, boolean, Partial<Contact>, ContactResponse[]]>([
      ['with this e-mail', true, before, []],
      ['created since', false, since, []],
      ['with another e-mail', false, { ...before, ...other }, []],
      ['restored', false, before, [conflict('a', true), { type: 'unarchived' }]],
    ])('without a search: %s: %s', async (_name, expected, fields, restoring) => {
      const read = returned(contact('a', { external_id: '1', ...fields }))
      const responses = restoring.length > 0 ? [...restoring, read] : [conflict('a'), read]
      const policy = { ...defaultPolicy, lookup: false }

      expect(await isShown(account, responses, policy)).toBe(expected)
    })

    test('not one that only this process remembers; a lead may then be retried after the lag', async () => {
      const recent = createRecentContacts(createClock())
      const known = contact('a', { role: 'lead' })
      const first = await deliver(
        lead,
        defaultPolicy,
        dependencies(recent, found(), returned(known)),
      )
      const second = await deliver(
        lead,
        defaultPolicy,
        dependencies(recent, found(), returned(known)),
      )

      expect(second).toMatchObject({ outcome: 'unchanged', isShown: false })
      expect([first.retryAfterSeconds, second.retryAfterSeconds]).toEqual([180, 180])
    })
  })

  describe('with a contact to confirm', () => {
    const confirming = { ...defaultPolicy, confirms: true } as const
    const { received_at } = defaultPolicy
    const confirm = (created_at: number, ...more: ContactResponse[]) =>
      deliver(
        newcomer,
        confirming,
        dependencies(
          createRecentContacts(createClock()),
          found(contact('a', { created_at })),
          ...more,
        ),
      )

    test('confirms what was created since the signup was received', async () => {
      expect(await confirm(received_at)).toMatchObject({
        outcome: 'confirmed',
        calls: 1,
        counts: [],
      })
    })

    test('leaves an older contact unchanged', async () => {
      expect(await confirm(received_at - 1)).toMatchObject({ outcome: 'unchanged' })
    })
  })

  test('throws the error of a step that fails', async () => {
    const recent = createRecentContacts(createClock())
    const policy = { ...defaultPolicy, onArchived: 'park' } as const

    await expect(
      deliver(account, policy, dependencies(recent, found(), conflict('b', true))),
    ).rejects.toMatchObject({ code: 'contact_archived' })
  })

  describe('informs the fuse', () => {
    const refusal = new BridgeError('intercom_rejected', 'text', { intercomStatus: 400 })
    const refusedOnce: ContactResponse = {
      type: 'refused',
      error: refusal,
      aboutAttributes: false,
      fields: [],
    }
    /** As it is, with the identity alone, and without the e-mail. */
    const refused = [refusedOnce, refusedOnce, refusedOnce]
    const withoutLookup = { ...defaultPolicy, lookup: false }
    const person = (number: number) => ({
      ...account,
      contact: { ...account.contact, email: `p${number}@example.com` },
    })
    const start = () => {
      const fuse = createFuse()
      const run = (number: number, policy: Policy, ...responses: ContactResponse[]) =>
        deliver(person(number), policy, {
          ...dependencies(createRecentContacts(createClock()), ...responses),
          fuse,
        }).then(
          ({ outcome }) => outcome,
          ({ code }: BridgeError) => code,
        )
      const refuseFour = async () => {
        for (const number of [1, 2, 3, 4]) await run(number, withoutLookup, ...refused)
      }
      return { run, refuseFour }
    }

    test('of deliveries in which every contact request was refused', async () => {
      const { run, refuseFour } = start()
      await refuseFour()

      expect(await run(5, withoutLookup, ...refused)).toBe('intercom_refuses_all')
    })

    test('not of those in which one was accepted, and closes it', async () => {
      const { run, refuseFour } = start()
      await refuseFour()

      expect(await run(5, defaultPolicy, found(), ...refused)).toBe('intercom_rejected')
      expect(await run(6, withoutLookup, ...refused)).toBe('intercom_rejected')
    })

    test('of a contact that was written', async () => {
      const { run, refuseFour } = start()
      await refuseFour()
      await run(5, withoutLookup, ...refused)

      expect(await run(6, withoutLookup, returned(contact('a')))).toBe('created')
      expect(await run(7, withoutLookup, ...refused)).toBe('intercom_rejected')
    })
  })

  test.each([
    ['a 500', 'intercom_unavailable', 500, 'restore_failed'],
    ['a 429', 'intercom_rate_limited', 429, 'intercom_rate_limited'],
    ['a 500 at the rate limit', 'intercom_rate_limited', 500, 'intercom_rate_limited'],
    ['a 400 that is temporary', 'intercom_unavailable', 400, 'intercom_unavailable'],
  ] as const)(
    'after %s to unarchive throws %s as for any request, or restore_failed',
    async (_name, code, intercomStatus, expected) => {
      const error = new BridgeError(code, 'text', { intercomStatus })
      const responses = [found(), conflict('b', true)]
      const fakes: DeliverDependencies = {
        ...dependencies(createRecentContacts(createClock())),
        send: async () => {
          const response = responses.shift()
          if (!response) throw error
          return response as never
        },
      }

      await expect(deliver(account, defaultPolicy, fakes)).rejects.toMatchObject({ code: expected })
    },
  )
  test('reads the list of attributes before the first write, and again after a refusal', async () => {
    const ages: unknown[] = []
    const listAttributes = async (_send: unknown, age: unknown) => {
      ages.push(age)
      return [{ name: 'plan' }]
    }
    const signup = { ...account, contact: { ...account.contact, custom_attributes: { plan: 'x' } } }
    const refused: ContactResponse = {
      type: 'refused',
      error: new BridgeError('intercom_rejected', 'text'),
      aboutAttributes: true,
      fields: [],
    }
    const deliverWith = (policy: Partial<Policy>) =>
      deliver(
        signup,
        { ...defaultPolicy, ...policy },
        {
          ...dependencies(
            createRecentContacts(createClock()),
            ...[found(), refused, returned(contact('a'))],
          ),
          listAttributes,
        },
      )

    const { calls } = await deliverWith({})
    await deliverWith({ replayedAtMs: 7 })

    expect(calls).toBe(3)
    expect(ages).toEqual([
      ...[{}, { maxAgeMs: 30_000 }],
      ...[{}, { maxAgeMs: 30_000, notBeforeMs: 7 }],
    ])
  })

  test.each([
    ['owner_id', 'fields_refused', /fix them .* then replay$/],
    ['custom_attributes.plan', 'attributes_refused', /create them .* then replay$/],
  ] as const)('is incomplete without %s: %s', async (path, code, message) => {
    const isField = path === 'owner_id'
    const fields = isField ? { owner_id: 7 } : {}
    const custom_attributes = { plan: 'x' }
    const refused: ContactResponse = {
      type: 'refused',
      error: new BridgeError('intercom_rejected', 'text', { intercomCode: 'parameter_invalid' }),
      aboutAttributes: true,
      fields: isField ? ['owner_id'] : [],
    }
    const signup = { ...account, contact: { ...account.contact, ...fields, custom_attributes } }

    const { incomplete } = await deliver(
      signup,
      defaultPolicy,
      dependencies(
        createRecentContacts(createClock()),
        ...[found(), refused, returned(contact('a'))],
      ),
    )

    expect(incomplete).toMatchObject([{ code, message: expect.stringMatching(message) }])
    expect(incomplete[0]?.issues.map((issue) => issue.path)).toContain(path)
  })

  test('keeps an overfull search overfull, and adds recent contacts to the first search only', async () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('recent', { external_id: '7' }))
    const requests: string[] = []
    const responses: ContactResponse[] = [
      { ...found(), hasMore: true },
      found(),
      found(),
      returned(contact('b', { external_id: '1' })),
    ]

    const result = await deliver(account, defaultPolicy, {
      ...dependencies(recent, ...responses),
      send: async ({ name }) => {
        requests.push(name)
        return (responses.shift() ?? gone) as never
      },
    })

    expect(requests).toEqual(['search', 'search', 'search', 'create'])
    expect(result.counts).toEqual(['email_shared'])
  })
})
