import { describe, expect, test } from 'vitest'
import { account, startScene } from './scene.ts'

const time = 1_767_225_000
const attributes = ['signup_bridge_at:integer', 'signup_bridge_source']
const fromPlan = {
  on: ['created', 'updated'],
  tagsFrom: [
    { place: 'plan', allow: ['pro', 'team'] },
    { place: 'campaigns', prefix: 'src-' },
  ],
} as const

const listTags = 'GET /contacts/*/tags 200'

/** A bridge whose `backend` reads tags, and the names of the contact’s tags. */
const startTags = async (options: Parameters<typeof startScene>[0] = fromPlan) => {
  const scene = await startScene(options, { attributes })
  return {
    ...scene,
    tags: async (): Promise<unknown[]> => {
      const id = scene.contacts()[0]?.id
      const { json } = await scene.intercom('GET', `/contacts/${id}/tags`)
      return Array.isArray(json.data) ? json.data.map(({ name }) => name) : []
    },
    update: (occurred_at: number, fields: object) =>
      scene.signUp({ ...account, event: 'updated', occurred_at, ...fields }),
  }
}

describe('tags from the payload', () => {
  test('are those that the config allows, beside its own', async () => {
    const { signUp, tags, count } = await startTags({ ...fromPlan, tags: ['app'] })

    await signUp({ ...account, plan: 'PRO, free', campaigns: ['src-ads', 'ads'] })

    expect(await tags()).toEqual(['app', 'pro', 'src-ads'])
    expect(count('tag_not_allowed')).toBe(2)
  })

  test('of a form are those on its list, whatever a visitor types', async () => {
    const { joinWaitlist, contacts } = await startScene(
      {},
      { leads: { tagsFrom: { place: 'topic', allow: ['press'] } } },
    )

    await joinWaitlist({ email: 'ada@example.com', topic: 'press' })
    await joinWaitlist({ email: 'lin@example.com', topic: 'admin' })

    expect(contacts().map(({ tags }) => tags.total_count)).toEqual([1, 0])
  })

  test('are removed by a change that no longer names them, and no others', async () => {
    const { signUp, update, tags, intercom, contacts } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro', campaigns: 'src-ads', tags: 'vip' })
    const { id } = await intercom('POST', '/tags', { name: 'by hand' })
    await intercom('POST', `/contacts/${contacts()[0]?.id}/tags`, { id })

    expect(await update(time + 1, { plan: 'team', campaigns: [] })).toEqual([
      'GET /contacts/find_by_external_id/1 200',
      'PUT /contacts/* 200',
      'POST /tags 200',
      'POST /contacts/*/tags 200',
      listTags,
      'DELETE /contacts/*/tags/2 200',
      'DELETE /contacts/*/tags/3 200',
    ])
    expect(await tags()).toEqual(['vip', 'by hand', 'team'])
  })

  test('stay if a change says nothing of their place', async () => {
    const { signUp, update, tags } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro', campaigns: 'src-ads' })

    await update(time + 1, { campaigns: 'src-mail' })

    expect(await tags()).toEqual(['pro', 'src-mail'])
  })

  test('are removed by a null', async () => {
    const { signUp, update, tags } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro' })

    await update(time + 1, { plan: null })

    expect(await tags()).toEqual([])
  })

  test('stay if the change is older than the newest, or the source only fills', async () => {
    for (const options of [fromPlan, { ...fromPlan, onExisting: 'fill' } as const]) {
      const { update, tags } = await startTags(options)
      await update(time + 5, { plan: 'pro' })

      const isOlder = options === fromPlan
      expect(await update(isOlder ? time : time + 9, { plan: '' })).not.toContain(listTags)
      expect(await tags()).toEqual(['pro'])
    }
  })

  test('stay if the signup is a new one', async () => {
    const { signUp, tags } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro' })

    expect(await signUp({ ...account, occurred_at: time + 1, plan: 'team' })).not.toContain(
      listTags,
    )
    expect(await tags()).toEqual(['pro', 'team'])
  })

  test('end the same when a worker is killed or a change comes twice', async () => {
    const { signUp, update, tags, workspace } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro, team' })
    workspace.addFault({ method: 'DELETE', lost: true, count: 1 })
    workspace.addFault({ method: 'GET', path: '/contacts/*/tags', status: 503, count: 3 })

    await update(time + 1, { event_id: 'twice', plan: 'team' })
    await update(time + 1, { event_id: 'twice', plan: 'team' })

    expect(await tags()).toEqual(['team'])
  })

  test('whose list Intercom refuses leave a copy that says so', async () => {
    const { signUp, update, workspace, parked } = await startTags()
    await signUp({ ...account, occurred_at: time, plan: 'pro' })
    workspace.addFault({ method: 'GET', path: '/contacts/*/tags', status: 403, count: 1 })

    await update(time + 1, { plan: 'team' })

    expect(parked()).toMatchObject([{ reason: 'extras_failed' }])
  })
})
