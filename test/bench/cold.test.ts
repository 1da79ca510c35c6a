import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCheckout, buildEmpty, root, zipBytesOf } from '../../bench/cold/bundles.ts'
import { figuresOf, quantile, ratiosOf, shareOf, usdPerMillion } from '../../bench/cold/figures.ts'
import { readOptions } from '../../bench/cold/options.ts'
import { reportMemory, reportStarts } from '../../bench/cold/report.ts'
import { type Start, startOnce, startThrottle, type Variant } from '../../bench/cold/start.ts'
import { empty, functionsOf, startFakes } from '../../bench/cold/variants.ts'

describe('figures', () => {
  test.each([
    { values: [5], part: 0.25, expected: 5 },
    { values: [4, 1, 3, 2], part: 0.25, expected: 1 },
    { values: [8, 7, 6, 5, 4, 3, 2, 1], part: 0.25, expected: 2 },
    { values: [3, 1, 2], part: 0.5, expected: 2 },
    { values: [3, 1, 2], part: 0, expected: 1 },
    { values: [3, 1, 2], part: 1, expected: 3 },
    { values: [], part: 0.5, expected: Number.NaN },
  ])('the $part quantile of $values is $expected', ({ values, part, expected }) => {
    expect(quantile(values, part)).toBe(expected)
  })

  test.each([
    { memoryMb: 128, share: 0.0724 },
    { memoryMb: 256, share: 0.1447 },
    { memoryMb: 1_769, share: 1 },
    { memoryMb: 3_008, share: 1 },
  ])('$memoryMb MB bring a share of $share', ({ memoryMb, share }) => {
    expect(shareOf(memoryMb)).toBeCloseTo(share, 4)
  })

  test.each([
    // One GB for one second, a million times.
    { memoryMb: 1_024, billedMs: 1_000, usd: 13.3334 + 0.2 },
    { memoryMb: 256, billedMs: 4, usd: 0.0133334 + 0.2 },
    // Each millisecond that began is billed.
    { memoryMb: 256, billedMs: 3.1, usd: 0.0133334 + 0.2 },
  ])('$billedMs ms with $memoryMb MB cost US$ $usd a million', ({ memoryMb, billedMs, usd }) => {
    expect(usdPerMillion(memoryMb, billedMs)).toBeCloseTo(usd, 6)
  })
})

const variant = (role: Variant['role'], name: string, kind: Variant['kind'] = 'webhook') => ({
  ...{ name, kind, role, folder: '', env: {}, expected: '', zipBytes: 2_048 },
  event: async () => '',
})

const starts = (coldMs: number, warmMs: readonly number[] = []): Start[] =>
  [0, 10, 20, 90].map((late, index) => ({
    initMs: coldMs / 2 + late,
    coldMs: coldMs + late,
    cpuMs: coldMs / 4 + late,
    peakMb: coldMs + index,
    warmMs: index === 1 ? warmMs : [],
  }))

describe('a report', () => {
  test('takes lower quartiles, and warm figures from the processes that went on', () => {
    expect(figuresOf(variant('this', 'own'), starts(100, [4, 2, 3]))).toEqual({
      initMs: 50,
      coldMs: 100,
      coldMedianMs: 110,
      coldMinMs: 100,
      coldMaxMs: 190,
      cpuMs: 25,
      peakMb: 101,
      warmP50Ms: 3,
      warmP99Ms: 4,
      zipBytes: 2_048,
    })
  })

  test('compares what is above the empty handler, but responses and zips as they are', () => {
    const [floor, own, other] = [40, 100, 160].map((coldMs) =>
      figuresOf(variant('this', ''), starts(coldMs, [coldMs])),
    ) as [ReturnType<typeof figuresOf>, ReturnType<typeof figuresOf>, ReturnType<typeof figuresOf>]
    expect(ratiosOf(own, other, floor)).toEqual({
      ...{ coldMs: 0.5, coldMedianMs: 0.5, initMs: 0.5, cpuMs: 0.5, peakMb: 0.5 },
      ...{ warmP50Ms: 0.625, zipBytes: 1 },
    })
  })

  test('has a line for each variant and one for each comparison of the same function', () => {
    const report = reportStarts(
      new Map([
        [variant('empty', 'empty'), starts(40)],
        [variant('this', 'webhook, this checkout'), starts(100)],
        [variant('usual', 'webhook, usual stack'), starts(160)],
        [variant('usual', 'worker, usual stack', 'worker'), starts(200)],
      ]),
    )
    const lines = report.split('\n').map((line) => line.trim().split(/\s{2,}/))
    expect(lines.map(([name]) => name)).toEqual([
      'init ms',
      'empty',
      'webhook, this checkout',
      'webhook, usual stack',
      'worker, usual stack',
      '',
      'Δ cold',
      'this ÷ webhook, usual stack',
    ])
    expect(lines[2]).toEqual([
      'webhook, this checkout',
      ...[
        '50.0',
        '100.0',
        '110.0',
        '100–190',
        '30.0',
        '60.0',
        '60.0',
        '25.0',
        '–',
        '–',
        '–',
        '2.0',
      ],
    ])
    expect(lines[7]?.slice(1, 5)).toEqual(['0.50', '0.50', '0.50', '0.50'])
  })

  test('prices memory sizes', () => {
    const own = variant('this', 'webhook')
    const report = reportMemory(new Map([[1_024, new Map([[own, starts(1_000, [500])]])]]))
    const cells = report
      .split('\n')
      .at(-1)
      ?.trim()
      .split(/\s{2,}/)
    expect(cells).toEqual(['webhook', '1024', '0.579', '1000', '13.53', '500.0', '6.87'])
  })
})

describe('options', () => {
  test('measures both shares, 25 starts each, by default', () => {
    expect(readOptions([])).toEqual({
      ...{ shares: [1, 0.145], starts: 25, memory: false, compileCache: false },
    })
  })

  test('are read', () => {
    const args =
      '--share 0.5 --share 1 --starts 3 --against ../before --memory --compile-cache --json o.json'
    expect(readOptions(args.split(' '))).toEqual({
      ...{ shares: [0.5, 1], starts: 3, against: '../before', memory: true },
      ...{ compileCache: true, json: 'o.json' },
    })
  })

  test.each([
    ['--share', '0'],
    ['--share', '1.5'],
    ['--share', 'half'],
    ['--starts', '0'],
    ['--starts', '2.5'],
    ['--starts=-1'],
    ['--speed', '1'],
    ['--against'],
    ['worker'],
  ])('%s %s is refused in one line', (...args) => {
    expect(() => readOptions(args)).toThrow(/^[^\n]+: [^\n]+\.$/)
  })
})

describe('a start', () => {
  const client = [join(root, 'bench/cold/runtime-loop.mjs')]
  const once = { client, memoryMb: 256, share: 1, events: 1, timed: 0 }
  let folder: string
  let fakes: Awaited<ReturnType<typeof startFakes>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signup-bridge-bench-'))
    fakes = await startFakes()
  })
  afterAll(async () => {
    fakes.close()
    await rm(folder, { recursive: true })
  })

  const start = async (options: typeof once, of: Variant) => {
    const throttle = await startThrottle(options.share)
    try {
      return await startOnce(of, options, throttle)
    } finally {
      await throttle.close()
    }
  }

  const withHandler = async (source: string): Promise<Variant> => {
    const own = await mkdtemp(join(folder, 'handler-'))
    await writeFile(join(own, 'index.mjs'), source)
    return empty(own)
  }

  test('handles each event, and times those after the warm-up', async () => {
    const { initMs, coldMs, cpuMs, peakMb, warmMs } = await start(
      { ...once, events: 2, timed: 3 },
      empty(await buildEmpty(folder)),
    )
    expect(warmMs).toHaveLength(3)
    expect(coldMs).toBeGreaterThan(initMs)
    expect(cpuMs).toBeGreaterThan(0)
    expect(peakMb).toBeGreaterThan(20)
  })

  test.each([
    ['responds wrongly', 'export const handler = async () => ({ statusCode: 500 })', 'responded'],
    ['cannot be loaded', 'throw new Error("broken")', 'broken'],
    ['ends', 'export const handler = () => process.exit(3)', 'exit status 3'],
  ])('fails if the function %s', async (_what, source, message) => {
    await expect(start(once, await withHandler(source))).rejects.toThrow(message)
  })

  test('has only its share of a CPU after it asked for an event', async () => {
    const busy = await withHandler(`export const handler = async () => {
      const before = process.cpuUsage()
      const usedMs = () => { const { user, system } = process.cpuUsage(before); return (user + system) / 1000 }
      while (usedMs() < 60);
      return { statusCode: 200, body: '{"status":"accepted"}' }
    }`)
    const { initMs, coldMs } = await start({ ...once, share: 0.2 }, busy)
    // 60 ms of work at a fifth of a CPU, less what a period or two allow at the ends.
    expect(coldMs - initMs).toBeGreaterThan(200)
  })

  test('both functions accept the events of the benchmark', async () => {
    const bundles = join(folder, 'this')
    await buildCheckout(root, bundles)
    for (const own of functionsOf('this checkout', 'this', bundles, fakes.url)) {
      await start({ ...once, events: 2 }, own)
    }
    expect(zipBytesOf(join(bundles, 'webhook'))).toBeGreaterThan(10_000)
  })

  test('refuses to compare with what is no checkout', async () => {
    await expect(buildCheckout(folder, join(folder, 'against'))).rejects.toThrow(
      /is no checkout of this repository/,
    )
  })
})
