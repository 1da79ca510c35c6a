import { describe, expect, test } from 'vitest'
import { account, startScene } from './scene.ts'

const extras = {
  tags: ['beta', 'newsletter'],
  company: { company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' },
  note: 'met at the fair',
}

describe('extras', () => {
  test('are sent after the contact: tags by name, the company with its attachment, the note', async () => {
    const { signUp, contacts } = await startScene()

    expect(await signUp({ ...account, ...extras })).toEqual([
      'POST /contacts/search 200',
      'POST /contacts 200',
      'POST /tags 200',
      'POST /contacts/*/tags 200',
      'POST /tags 200',
      'POST /contacts/*/tags 200',
      'POST /companies 200',
      'POST /contacts/*/companies 200',
      'POST /contacts/*/notes 200',
    ])
    expect(contacts()).toMatchObject([
      { tags: { total_count: 2 }, companies: { total_count: 1 }, notes: { total_count: 1 } },
    ])
  })

  test.each([
    [
      'Line one\nLine two\n\n5 < 6 & <img src="https://tracker.example.net/p.gif"> <a href="https://evil.example.net">invoice</a>',
      '<p>Line one<br>Line two</p><p>5 &lt; 6 &amp; &lt;img src="https://tracker.example.net/p.gif"&gt; &lt;a href="https://evil.example.net"&gt;invoice&lt;/a&gt;</p>',
    ],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['Hello\r\n\r\nBye', '<p>Hello</p><p>Bye</p>'],
  ])(
    'of a form have a note of the text as typed, never of its markup: %j',
    async (message, body) => {
      const { joinWaitlist, workspace } = await startScene({}, { leads: { note: 'message' } })

      await joinWaitlist({ email: 'ada@example.com', message })

      const notes = workspace.calls().filter(({ path }) => path.endsWith('/notes'))
      expect(notes.map((call) => call.body)).toEqual([{ body }])
    },
  )

  test('sent twice are the same tags, the same company and the same note', async () => {
    const { signUp, contacts, time } = await startScene()
    await signUp({ ...account, ...extras })
    await time.advance(300_000)

    expect(await signUp({ ...account, ...extras })).toEqual([
      'POST /contacts/search 200',
      'POST /companies 200',
      'GET /contacts/*/notes 200',
    ])
    expect(contacts()).toMatchObject([
      { tags: { total_count: 2 }, companies: { total_count: 1 }, notes: { total_count: 1 } },
    ])
  })

  test('that fail temporarily return the record to the queue, and the contact exists meanwhile', async () => {
    const { enqueue, passes, contacts, drained, workspace, count, reasons } = await startScene()
    workspace.addFault({ path: '/tags', status: 503, count: 5 })
    await enqueue('backend', [{ ...account, ...extras }])
    await passes(14_000)
    expect(contacts()).toMatchObject([{ ...account, tags: { total_count: 0 } }])

    await drained()

    expect(contacts()).toMatchObject([{ tags: { total_count: 2 }, notes: { total_count: 1 } }])
    expect(count('extras_unavailable')).toBe(1)
    expect(reasons()).toEqual([])
  })

  test.each([
    ['403', { status: 403 }, 'api_plan_restricted'],
    [
      '401 token_unauthorized',
      { status: 401, code: 'token_unauthorized', message: 'Not authorized to access resource' },
      'token_unauthorized',
    ],
    ['400', { status: 400, code: 'parameter_invalid', message: 'no' }, 'parameter_invalid'],
  ])(
    'that Intercom permanently refuses (%s) are parked in a copy, and the others are sent',
    async (_name, fault, code) => {
      const { signUp, contacts, parked, workspace, replay, drained } = await startScene()
      workspace.addFault({ path: '/tags', ...fault })

      await signUp({ ...account, ...extras })

      expect(contacts()).toMatchObject([
        { ...account, tags: { total_count: 0 }, companies: { total_count: 1 } },
      ])
      expect(parked()).toMatchObject([{ reason: 'extras_failed', code }])

      workspace.faults.clear()
      await replay()
      await drained()
      expect(contacts()).toMatchObject([{ tags: { total_count: 2 } }])
    },
  )

  test('that Intercom refuses are named by the copy and in the log, and the others are sent', async () => {
    const { signUp, parked, contacts, workspace, notes } = await startScene()
    const fault = { status: 400, code: 'bad_request', message: "bad 'website' parameter" }
    workspace.addFault({ path: '/companies', ...fault })

    await signUp({ ...account, ...extras, company: { company_id: '7', website: 'x' } })

    expect(contacts()).toMatchObject([
      {
        ...account,
        tags: { total_count: 2 },
        companies: { total_count: 0 },
        notes: { total_count: 1 },
      },
    ])
    expect(parked()).toMatchObject([
      { reason: 'extras_failed', code: 'bad_request', left_out: 'company' },
    ])
    for (const event of ['incomplete', 'copy_parked']) {
      expect(notes.logged).toContainEqual(
        expect.objectContaining({ event, fields: ['company: bad_request'] }),
      )
    }
  })

  test('are named again by the copy of a replay that fails again', async () => {
    const { signUp, parked, workspace, replay, drained } = await startScene()
    workspace.addFault({ path: '/tags', status: 403 })
    workspace.addFault({ path: '/contacts/*/notes', status: 403, count: 1 })
    await signUp({ ...account, ...extras })
    expect(parked()).toMatchObject([{ left_out: 'tags,note' }])

    await replay()
    await drained()

    expect(parked()).toMatchObject([{ left_out: 'tags' }])
  })

  test('that fail temporarily do not stop the batch: the other signups are delivered', async () => {
    const { enqueue, passes, contacts, workspace } = await startScene()
    workspace.addFault({ path: '/tags', status: 429 })
    const others = Array.from({ length: 9 }, (_, index) => ({ email: `p${index}@example.com` }))

    await enqueue('backend', [{ ...account, ...extras }, ...others])
    await passes(55_000)

    expect(contacts()).toHaveLength(10)
  })

  test('that fail temporarily make no second lead: the retry waits until the index shows the first', async () => {
    const lag = { workers: 4, indexLagMs: 120_000, latencyMs: 150 }
    const { enqueue, drained, contacts, workspace } = await startScene({ role: 'lead' }, lag)
    workspace.addFault({ path: '/tags', status: 503, count: 60 })

    await enqueue(
      'backend',
      Array.from({ length: 100 }, (_, index) => ({ email: `p${index}@example.com`, tags: ['x'] })),
    )
    await drained()

    expect(contacts()).toHaveLength(100)
  })

  test('in a replay fill a company’s empty fields and leave the others', async () => {
    const { signUp, addContact, intercom, contacts, workspace, replay, drained } =
      await startScene()
    const company = (fields: object) => ({ ...account, company: { company_id: 'c-1', ...fields } })
    await addContact(account)
    workspace.addFault({ path: '/companies', status: 403, count: 1 })
    await signUp(company({ name: 'Old', plan: 'free', industry: 'engines' }))
    await signUp(company({ name: 'New', plan: 'pro' }))

    await replay()
    await drained()

    const { json } = await intercom('POST', '/companies', { company_id: 'c-1' })
    expect(json).toMatchObject({ name: 'New', plan: { name: 'pro' }, industry: 'engines' })
    expect(contacts()).toMatchObject([{ companies: { total_count: 1 } }])
  })

  test('refused together with attributes are parked in one copy', async () => {
    const { signUp, parked, workspace, count } = await startScene()
    workspace.addFault({ path: '/tags', status: 403 })

    await signUp({ ...account, ...extras, custom_attributes: { team: 'x' } })

    expect(parked()).toMatchObject([
      { reason: 'attributes_refused', left_out: 'custom_attributes.team,tags' },
    ])
    expect([count('attributes_refused'), count('extras_failed')]).toEqual([1, 1])
  })
})
