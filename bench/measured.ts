/** What other commands measured, or AWS states: the constants of the simulations. */

/** The records of a FIFO batch, at most: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const batchSize = 10

/**
 * A warm batch of ten new people (20 requests) on a whole core, while Intercom responds at once:
 * `npm run bench -- cold`, the worker's warm p50.
 */
const batchCpuMs = 6.6
const requestsPerBatch = 20
/** A warm webhook on a whole core: `npm run bench -- cold`, the webhook's warm p50. */
export const webhookCpuMs = 2.1

/** What serverless.yml gives the functions, and how many workers. */
export const deployed = { memoryMb: 256, workers: 2, searchLagSeconds: 180 }

/**
 * A private app has 10,000 requests a minute, all of a workspace 25,000, in windows of 10 s.
 * https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
 */
export const appLimit = 1_667
export const workspaceLimit = 4_167
/** How long a near Intercom takes to respond: an assumption. */
export const latencyMs = 80

/** The sizes of memory that are compared. */
export const memorySizes = [128, 256, 512, 1_024, 1_769]
/** At 1,769 MB a function has one whole core: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const oneCoreMb = 1_769

/** The part of a core that a function has at a size of memory. */
export const coreShare = (memoryMb: number): number => memoryMb / oneCoreMb

/** Milliseconds in which a worker of this size computes one request to Intercom. */
export const requestCpuMs = (memoryMb: number): number =>
  batchCpuMs / requestsPerBatch / coreShare(memoryMb)
