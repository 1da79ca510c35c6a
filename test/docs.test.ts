import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorAnswer } from '../src/lib/answer.ts'
import type { Bridge } from '../src/lib/config.ts'
import { BridgeError, errorCodes } from '../src/lib/errors.ts'
import { read } from '../src/lib/read.ts'
import { failure } from '../src/lib/retry.ts'
import { verify } from '../src/lib/signature.ts'
import * as presets from '../src/lib/sources/index.ts'
import { decisionCounts } from '../src/lib/steps.ts'
import { leftOutReasons } from '../src/lib/values.ts'
import { start } from './support/clock.ts'
import { signed } from './support/deliveries.ts'

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

  test.each(errorCodes)('says what %s is answered and what the queue does', (code) => {
    const [, , answered = '', queue = ''] = rowOf(code)
    const error = new BridgeError(code, 'text')
    const verdict = failure(error, 1, 0)

    // What no sender can cause has no status of its own; what no record can meet has no fate.
    const neverAnswered = [
      ...['attributes_refused', 'extras_failed', 'invalid_config', 'invalid_message'],
    ]
    const neverQueued = [
      ...['body_too_large', 'invalid_config', 'method_not_allowed', 'origin_refused'],
      ...['signature_expired', 'signature_invalid', 'signature_missing'],
    ]
    if (neverAnswered.includes(code)) expect(answered).toBe('')
    else expect(answered).toMatch(new RegExp(`^${errorAnswer(error).status}\\b`))
    if (neverQueued.includes(code)) expect(queue).toBe('')
    else if (verdict.kind === 'park') expect(queue).toBe('parked')
    else {
      expect(queue).toMatch(/^waits/)
      expect(queue.includes('stops the batch')).toBe(verdict.stopBatch)
    }
  })

  test.each([...leftOutReasons, ...decisionCounts])('says what %s counts', (count) => {
    expect(codes).toContain(`\`${count}\``)
  })
})

describe('the README', () => {
  test.each(Object.keys(presets))('lists the preset %s', (preset) => {
    expect(readme).toContain(`| \`${preset}()\` |`)
  })

  test.each([
    ...new Set(
      [
        ...text('src/lib/env.ts').matchAll(
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
      ...readme.matchAll(/npm (?:run )?(start|test|check|build|package|bench|deploy)\b/g),
    ]

    expect(named.length).toBeGreaterThan(7)
    for (const [, name = ''] of named) expect(scripts).toHaveProperty(name)
  })

  test('links only to files and headings that exist', () => {
    for (const [, target = ''] of readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file = '', heading = ''] = target.split('#')
      const page = file === '' ? readme : text(file)
      expect(page.toLowerCase()).toContain(heading && `\n## ${heading.replaceAll('-', ' ')}\n`)
    }
  })

  const importExample = async (text: string) => {
    mkdirSync(`${root}/.build`, { recursive: true })
    const folder = mkdtempSync(`${root}/.build/example-`)
    writeFileSync(`${folder}/bridge.config.ts`, text)
    const { default: bridge } = await import(`${folder}/bridge.config.ts`)
    rmSync(folder, { recursive: true })
    return bridge as Bridge
  }

  test('has a source of one’s own that reads as it stands', async () => {
    const [, example = ''] = /```ts\n(import \* as z[\s\S]+?)```/.exec(readme) ?? []

    const { sources } = await importExample(example)

    const [acme] = Object.values(sources)
    if (!acme) throw new Error('no source')
    const body = { id: 'evt_1', member: { mail: 'ada@example.com' } }
    const given = signed(acme, body, 'secret')
    expect(() => verify(acme.signature, given, ['secret'], start)).not.toThrow()
    expect(await read(acme, given)).toMatchObject({
      signups: [{ event_id: 'evt_1', contact: { email: 'ada@example.com' } }],
    })
  })

  test('has examples of every option-heavy preset that stand', async () => {
    const [, example = ''] = /```ts\n(billing: [\s\S]+?)```/.exec(readme) ?? []
    const imports = "import { defineBridge, form, standardWebhooks, webhook } from '#bridge'"

    const { sources } = await importExample(
      `${imports}\nexport default defineBridge({ sources: { ${example} } })`,
    )

    expect(Object.keys(sources)).toEqual(['billing', 'events', 'join'])
  })
})
