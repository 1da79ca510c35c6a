// The part of Lambda's runtime client that the benchmark needs, where the real one cannot be built.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const { Agent, request } = process.getBuiltinModule('node:http')
const { pathToFileURL } = process.getBuiltinModule('node:url')

const { AWS_LAMBDA_RUNTIME_API, AWS_LAMBDA_FUNCTION_NAME, LAMBDA_TASK_ROOT, _HANDLER } = process.env
const agent = new Agent({ keepAlive: true })
const [module, name] = _HANDLER.split('.')

const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const url = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`
    const sent = request(url, { method, agent }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

const errorOf = (thrown) =>
  JSON.stringify({ errorType: thrown?.name ?? 'Error', errorMessage: String(thrown) })

const load = async () => {
  try {
    const url = pathToFileURL(`${LAMBDA_TASK_ROOT}/${module}.mjs`).href
    return (await import(url))[name]
  } catch (thrown) {
    await call('POST', 'init/error', errorOf(thrown))
    process.exit(1)
  }
}

const handler = await load()
for (;;) {
  const { headers, body } = await call('GET', 'invocation/next')
  const id = headers['lambda-runtime-aws-request-id']
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms'])
  const context = {
    awsRequestId: id,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  }
  try {
    const result = await handler(JSON.parse(body), context)
    await call('POST', `invocation/${id}/response`, JSON.stringify(result))
  } catch (thrown) {
    await call('POST', `invocation/${id}/error`, errorOf(thrown))
  }
}
