import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorAnswer } from '../src/lib/answer.ts'
import { deliveryCounts } from '../src/lib/deliver.ts'
import { BridgeError, errorCodes } from '../src/lib/errors.ts'
import { failure } from '../src/lib/retry.ts'
import * as presets from '../src/lib/sources/index.ts'
import { leftOutReasons } from '../src/lib/values.ts'

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

    if (answered !== '') expect(answered).toMatch(new RegExp(`^${errorAnswer(error).status}\\b`))
    if (verdict.kind === 'park' && queue !== '') expect(queue).toBe('parked')
    if (verdict.kind === 'retry' && queue !== '') {
      expect(queue).toMatch(/^waits/)
      expect(queue.includes('stops the batch')).toBe(verdict.stopBatch)
    }
  })

  test.each([...leftOutReasons, ...deliveryCounts])('says what %s counts', (count) => {
    expect(codes).toContain(`\`${count}\``)
  })
})

describe('the README', () => {
  test.each(Object.keys(presets))('lists the preset %s', (preset) => {
    expect(readme).toContain(`| \`${preset}()\` |`)
  })

  test.each([
    ...new Set(
      [...text('src/lib/env.ts').matchAll(/^ {2}([A-Z_]{5,}):/gm)].map(([, name]) => name ?? ''),
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
      if (target.startsWith('#'))
        expect(readme.toLowerCase()).toContain(`# ${target.slice(1).replaceAll('-', ' ')}`)
      else expect(() => text(target)).not.toThrow()
    }
  })

  test('has an example of a source that works as it stands', async () => {
    const [, example = ''] = /```ts\n(import \* as z[\s\S]+?)```/.exec(readme) ?? []

    mkdirSync(`${root}/.build`, { recursive: true })
    const folder = mkdtempSync(`${root}/.build/example-`)
    writeFileSync(`${folder}/bridge.config.ts`, example)

    const { default: bridge } = await import(`${folder}/bridge.config.ts`)

    rmSync(folder, { recursive: true })
    expect(Object.keys(bridge.sources)).toEqual(['acme'])
  })
})
