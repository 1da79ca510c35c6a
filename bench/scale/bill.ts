/**
 * AWS's list prices in US dollars, us-east-1, arm64, without a free tier.
 * https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/api-gateway/pricing/
 * https://aws.amazon.com/sqs/pricing/ https://aws.amazon.com/cloudwatch/pricing/
 */
const perHttpRequest = 1 / 1_000_000
const perInvocation = 0.2 / 1_000_000
const perGbSecond = 0.000_013_333_4
const perFifoRequest = 0.5 / 1_000_000
const perLogByte = 0.5 / 1_000_000_000

/** What one signup uses, on average. */
export type Usage = {
  readonly memoryMb: number
  readonly webhookMs: number
  readonly workerInvocations: number
  readonly workerMs: number
  readonly sqsRequests: number
  readonly logBytes: number
}

const lambda = (invocations: number, ms: number, memoryMb: number): number =>
  invocations * perInvocation + (ms / 1_000) * (memoryMb / 1_024) * perGbSecond

/** The price of a million signups by service, in US dollars. */
export const billOf = (usage: Usage) => {
  const { memoryMb, webhookMs, workerInvocations, workerMs, sqsRequests, logBytes } = usage
  const prices = {
    'HTTP API': perHttpRequest,
    webhook: lambda(1, webhookMs, memoryMb),
    SQS: sqsRequests * perFifoRequest,
    worker: lambda(workerInvocations, workerMs, memoryMb),
    logs: logBytes * perLogByte,
  }
  const total = Object.values(prices).reduce((sum, price) => sum + price, 0)
  return Object.fromEntries(
    Object.entries({ ...prices, total }).map(([name, price]) => [name, price * 1_000_000]),
  )
}

/**
 * List prices of a million signups elsewhere, in US dollars.
 *
 * Zapier: $89 for 5,000 tasks a month, one task a signup: https://arment.com/ArmstrongIAppConnector/Documentation/FAQ.aspx
 * Segment, Team: $120 for 10,000 people a month, then 1.2, 1.1 and 1 cent: https://getlago.com/docs/templates/hybrid/segment
 * Hookdeck, Team: from $39 for 10,000 events a month, the others are metered: https://hookdeck.com/pricing
 */
export const alternatives = {
  Zapier: (89 / 5_000) * 1_000_000,
  Segment: 120 + 15_000 * 0.012 + 75_000 * 0.011 + 900_000 * 0.01,
}
