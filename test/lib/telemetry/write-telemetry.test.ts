import { describe, expect, test } from 'vitest'
import { writeTelemetry } from '../../../src/lib/telemetry/write-telemetry.ts'

const start = (logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'SILENT' = 'INFO') => {
  const lines: string[] = []
  const telemetry = writeTelemetry({
    service: 'webhook',
    stage: 'prod',
    logLevel,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    write: (line) => lines.push(line),
  })
  return { telemetry, lines }
}

test('a log line is one JSON object, with the event as its message', () => {
  const { telemetry, lines } = start()

  telemetry.log('warn', 'refused', { source: 'beta', status: 401, cause: undefined })

  expect(lines).toEqual([
    '{"level":"WARN","message":"refused","timestamp":"2026-01-02T03:04:05.006Z","service":"signup-bridge-webhook","stage":"prod","event":"refused","source":"beta","status":401}\n',
  ])
})

test.each([
  ['DEBUG', ['debug', 'info', 'warn', 'error']],
  ['INFO', ['info', 'warn', 'error']],
  ['WARN', ['warn', 'error']],
  ['ERROR', ['error']],
  ['SILENT', []],
] as const)('at LOG_LEVEL %s the lines of %j are written', (logLevel, expected) => {
  const { telemetry, lines } = start(logLevel)

  for (const level of ['debug', 'info', 'warn', 'error'] as const) telemetry.log(level, level, {})

  expect(lines.map((line) => JSON.parse(line).event)).toEqual(expected)
})

describe('counts', () => {
  test('are one line of metrics in the embedded format, summed by name', () => {
    const { telemetry, lines } = start('SILENT')

    telemetry.count('accepted')
    telemetry.count('accepted')
    telemetry.count('left_out', 3)
    telemetry.flush()

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
          CloudWatchMetrics: [
            {
              Namespace: 'SignupBridge',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'accepted', Unit: 'Count' },
                { Name: 'left_out', Unit: 'Count' },
              ],
            },
          ],
        },
        service: 'signup-bridge-prod-webhook',
        accepted: 2,
        left_out: 3,
      },
    ])
  })

  test('are written once, and none are no line', () => {
    const { telemetry, lines } = start()

    telemetry.flush()
    expect(lines).toEqual([])

    telemetry.count('accepted')
    telemetry.flush()
    telemetry.flush()
    expect(lines).toHaveLength(1)
  })
})
