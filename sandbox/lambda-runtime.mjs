// Runs in the child process: the part of Lambda's runtime that loads and calls the function.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
import { pathToFileURL } from 'node:url'

const [bundle] = process.argv.slice(2)
const { AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB } =
  process.env

// Ctrl-C signals every process of the terminal; this one ends when its parent ends it.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())

const fail = (thrown) => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  console.error(error)
  process.send({ error: { name: error.name, message: error.message, stack: error.stack } })
}

const contextOf = ({ awsRequestId, deadlineMs }) => ({
  awsRequestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName,
  functionVersion: '$LATEST',
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION ?? 'eu-west-1'}:000000000000:function:${functionName}`,
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: `sandbox/${process.pid}`,
  memoryLimitInMB,
})

try {
  const { handler } = await import(pathToFileURL(bundle).href)
  if (typeof handler !== 'function') {
    throw new TypeError(`${bundle} exports no function named handler`)
  }
  process.on('message', async ({ event, ...invocation }) => {
    try {
      const result = await handler(JSON.parse(event), contextOf(invocation))
      process.send({ result: JSON.stringify(result) })
    } catch (thrown) {
      fail(thrown)
    }
  })
  process.send({})
} catch (thrown) {
  fail(thrown)
}
