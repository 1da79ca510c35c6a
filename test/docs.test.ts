import { createHmac } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Bridge } from '../src/lib/config/config.ts'
import { decisionCounts } from '../src/lib/deliver/step.ts'
import { BridgeError, errorCodes } from '../src/lib/errors.ts'
import { errorResponse } from '../src/lib/ingest/respond.ts'
import { decideRetry } from '../src/lib/queue/retry-or-park.ts'
import { verify } from '../src/lib/signature/verify.ts'
import * as presets from '../src/lib/sources/index.ts'
import type { Source } from '../src/lib/sources/source.ts'
import { leftOutReasons } from '../src/lib/transform/normalise-values.ts'
import { read } from '../src/lib/transform/read.ts'
import { rows } from './faults/rows.ts'
import { parts } from './mutate/parts.ts'
import { start } from './support/clock.ts'
import { delivery } from './support/deliveries.ts'
import { type Fixture, toBytes, toDelivery } from './support/fixture.ts'

const root = resolve(import.meta.dirname, '..')
const text = (file: string) => readFileSync(`${root}/${file}`, 'utf8')
const codes = text('docs/codes.md')
const readme = text('README.md')

describe('docs/codes.md', () => {
  const rowOf = (code: string) =>
    codes
      .split('\n')
      .find((line) => line.startsWith(`| \`${code}\` |`))
      ?.split('|')
      .map((cell) => cell.trim()) ?? []

  test('lists the codes in order, each once', () => {
    const listed = [...codes.matchAll(/^\| `(\w+)` \|(?:[^|\n]*\|){4}$/gm)].map(([, code]) => code)

    expect(listed).toEqual([...errorCodes])
  })

  test.each(errorCodes)('has the response to %s and what the queue does', (code) => {
    const [, , answered = '', queue = ''] = rowOf(code)
    const error = new BridgeError(code, 'text')
    const decision = decideRetry(error, 1, 0)

    // Some codes never reach a sender; others never reach a record of the queue.
    const neverAnswered = [
      ...['attributes_refused', 'extras_failed', 'fields_refused'],
      ...['invalid_config', 'invalid_message'],
    ]
    const neverQueued = [
      ...['body_too_large', 'challenge_failed', 'invalid_config', 'method_not_allowed'],
      'origin_refused',
      ...['signature_expired', 'signature_invalid', 'signature_missing'],
    ]
    if (neverAnswered.includes(code)) expect(answered).toBe('')
    else expect(answered).toMatch(new RegExp(`^${errorResponse(error).status}\\b`))
    if (neverQueued.includes(code)) expect(queue).toBe('')
    else if (decision.kind === 'park') expect(queue).toBe('parked')
    else {
      expect(queue).toMatch(/^waits/)
      expect(queue.includes('stops the batch')).toBe(decision.stopBatch)
    }
  })

  test.each([...leftOutReasons, ...decisionCounts])('explains the metric %s', (count) => {
    expect(codes).toContain(`\`${count}\``)
  })
})

const importFile = async (name: string, text: string) => {
  mkdirSync(`${root}/.build`, { recursive: true })
  const folder = mkdtempSync(`${root}/.build/example-`)
  writeFileSync(`${folder}/${name}`, text)
  const imported = await import(`${folder}/${name}`)
  rmSync(folder, { recursive: true })
  return imported
}

/** The links of a page to files and headings of the repository, each resolved from its folder. */
const linksOf = (page: string) =>
  [...text(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(
    ([, file = '', heading]) => ({
      file: file === '' ? page : join(dirname(page), file),
      heading,
    }),
  )
/** As GitHub makes an anchor of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')

test.each([
  'README.md',
  'docs/sources.md',
  'docs/delivery.md',
  'docs/peers.md',
  'docs/codes.md',
  'docs/reliability.md',
  'docs/security.md',
  'docs/performance.md',
  'docs/testing.md',
  'docs/architecture.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
])('%s links only to files and headings that exist', (page) => {
  for (const { file, heading } of linksOf(page)) {
    const headings = [...text(file).matchAll(/^#+ (.+)$/gm)].map(([, each = '']) => anchor(each))
    if (heading !== undefined) expect(headings).toContain(heading)
  }
})

test.each(['docs/architecture.md', 'docs/testing.md', 'SECURITY.md'])(
  '%s names only tests that exist',
  (page) => {
    const paths = [...text(page).matchAll(/\btest\/[\w./*-]*[\w*]/g)].map(([path]) => path)

    expect(paths.length).toBeGreaterThan(3)
    for (const path of paths) expect(globSync(path, { cwd: root }), path).not.toEqual([])
  },
)

describe('docs/reliability.md', () => {
  const page = text('docs/reliability.md')
  const names = rows.map(({ name }) => name)

  test('has a line of figures for every row, and for no other', () => {
    const [, table = ''] = /^## The rows$([\s\S]+?)^## /m.exec(page) ?? []
    const listed = [...table.matchAll(/^\| (?!row \|)([^|]+?) \|/gm)].map(([, cell]) => cell)

    expect(listed).toEqual(names.map((name) => `\`${name}\``))
  })

  test('names only rows that exist', () => {
    const named = [...page.matchAll(/\brows? ((?:`[^`]+`(?:, )?)+)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    )

    expect(named.length).toBeGreaterThan(15)
    for (const name of named) {
      expect(
        names.some((existing) => existing === name),
        name,
      ).toBe(true)
    }
  })
})

describe('docs/sources.md', () => {
  const page = text('docs/sources.md')
  const blocks = [...page.matchAll(/```ts\n([\s\S]+?)```/g)].map(([, block = '']) => block)

  test.each(Object.keys(presets))('has a row of five facts about %s', (preset) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${preset}()\` |`))

    expect(row?.split('|').slice(1, -1)).toHaveLength(6)
    expect(row?.split('|').slice(1, -1)).not.toContain('')
  })

  test('names every sender of its tables in the first one', () => {
    const [index = ''] = page.split('\n\n').filter((part) => part.startsWith('| your sender |'))
    const letters = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
    const generic = ['form', 'signup', 'standardWebhooks', 'webhook']
    const senders = [
      ...[...page.matchAll(/^\| \[([^\]]+)\]\(https/gm)].map(([, sender = '']) => sender),
      ...Object.keys(presets)
        .filter((preset) => !generic.includes(preset))
        .map((preset) => preset.replace('Database', '')),
    ]

    expect(senders.length).toBeGreaterThan(30)
    for (const sender of senders) expect(letters(index), sender).toContain(letters(sender))
  })

  test('has a recipe for Polar’s older secrets, whose text is the key', async () => {
    const recipe = blocks.find((block) => block.startsWith('polar: webhook')) ?? ''
    const { default: bridge } = (await importFile(
      'bridge.config.ts',
      `import { defineBridge, webhook } from '#bridge'\nexport default defineBridge({ sources: { ${recipe} } })`,
    )) as { default: Bridge }
    const { polar } = bridge.sources
    if (!polar) throw new Error('no recipe')
    const secret = 'whsec_abcDEFghij0123456789abcDEFghij01'
    const signed = (event: object) => {
      const body = JSON.stringify(event)
      const mac = createHmac('sha256', secret).update(`3f5b.${start}.${body}`).digest('base64')
      const headers = {
        'content-type': 'application/json',
        'webhook-id': '3f5b',
        'webhook-timestamp': String(start),
        'webhook-signature': `v1,AAAA v1,${mac}`,
      }
      return delivery(body, headers)
    }
    const created = signed({
      type: 'customer.created',
      timestamp: '2026-03-01T10:00:00Z',
      data: { email: 'ada@example.com', name: 'Ada Lovelace' },
    })

    expect(() => verify(polar.signature, created, [secret], start)).not.toThrow()
    expect(() => verify(polar.signature, created, [`${secret}2`], start)).toThrow('no signature')
    expect(await read(polar, created)).toMatchObject({
      signups: [{ event_id: '3f5b', contact: { email: 'ada@example.com', name: 'Ada Lovelace' } }],
    })
    expect(await read(polar, signed({ type: 'order.paid', data: {} }))).toMatchObject({
      kind: 'ignored',
    })
  })

  test('has an example of a new preset that passes its fixture', async () => {
    const source = blocks.find((block) => block.includes('export const acme')) ?? ''
    const fixture = blocks.find((block) => block.includes('defineFixture')) ?? ''
    const { acme } = await importFile(
      'acme.ts',
      source
        .replaceAll("'../", `'${root}/src/lib/`)
        .replace("'./source.ts'", `'${root}/src/lib/sources/source.ts'`),
    )
    const { default: specified } = (await importFile(
      'fixture.ts',
      fixture
        .replace(/import \{ acme \}.*\n/, 'const acme = () => undefined\n')
        .replace("'../support/", `'${root}/test/support/`),
    )) as { default: Fixture }
    const built: Source = acme()
    const given = toDelivery(specified)

    expect(() => verify(built.signature, given, [specified.secret], start)).not.toThrow()
    expect(await read(built, given)).toMatchObject({ signups: [specified.signup], leftOut: [] })
    for (const { body, reads } of Object.values(specified.cases ?? {})) {
      expect(await read(built, { ...given, body: toBytes(body) })).toMatchObject(reads)
    }
  })
})

describe('docs/testing.md', () => {
  const page = text('docs/testing.md')

  test.each(Object.entries(parts))('has the score and each file of %s', (part, { files }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${part} |`)) ?? ''
    const [, , mutated = '', mutants, killed, score] = row.split('|').map((cell) => cell.trim())

    for (const file of files) expect(mutated).toContain(`\`${file.replace('src/', '')}\``)
    expect(score).toBe(`${((100 * Number(killed)) / Number(mutants)).toFixed(1)} %`)
  })
})

describe('README.md', () => {
  test.each([
    ...new Set(
      [
        ...text('src/lib/config/env.ts').matchAll(
          /\b([A-Z]+(?:_[A-Z]+)+): z|\b(DELIVERY): z|\b([A-Z_]+): (?:required|url|logLevel)/g,
        ),
      ].map(([, a, b, c]) => a ?? b ?? c ?? ''),
    ),
  ])('lists the variable %s', (variable) => {
    expect(readme).toContain(`\`${variable}\``)
  })

  test('names only scripts that exist', () => {
    const { scripts } = JSON.parse(text('package.json'))
    const named = [
      ...readme.matchAll(
        /npm (?:run )?(start|test|check|format|build|package|fuzz|faults|soak|mutate|bench|bridge|conform|deploy)\b/g,
      ),
    ]

    expect(named.length).toBeGreaterThan(7)
    for (const [, name = ''] of named) expect(scripts).toHaveProperty(name)
  })

  test('has an example of preset options that loads', async () => {
    const [, example = ''] = /```ts\n(billing: [\s\S]+?)```/.exec(readme) ?? []
    const imports = "import { defineBridge, form, standardWebhooks, webhook } from '#bridge'"

    const { default: bridge } = await importFile(
      'bridge.config.ts',
      `${imports}\nexport default defineBridge({ sources: { ${example} } })`,
    )
    const { sources } = bridge as Bridge

    expect(Object.keys(sources)).toEqual(['billing', 'events', 'join'])
  })
})
