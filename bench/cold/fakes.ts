import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

// A process of its own: what it costs is not the functions' time. Responses are fixed and small.
const signingSecret = JSON.stringify({ beta: process.argv[2] })
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

type Sent = { readonly Id: string; readonly MessageBody: string }

const awsResponse = (operation: string, body: string): unknown => {
  const { Entries = [], MessageBody = '', SecretId, VersionStage } = JSON.parse(body)
  const stored = (text: string) => ({ MessageId: 'm', MD5OfMessageBody: md5(text) })
  switch (operation) {
    case 'SendMessage':
      return stored(MessageBody)
    case 'SendMessageBatch':
      return {
        Successful: Entries.map((entry: Sent) => ({ Id: entry.Id, ...stored(entry.MessageBody) })),
        Failed: [],
      }
    case 'ChangeMessageVisibilityBatch':
      return { Successful: Entries.map(({ Id }: Sent) => ({ Id })), Failed: [] }
    case 'GetSecretValue':
      if (VersionStage === 'AWSPREVIOUS') return undefined
      return {
        ...{ ARN: `arn:${SecretId}`, Name: SecretId, VersionId: 'v1' },
        VersionStages: ['AWSCURRENT'],
        SecretString: SecretId === 'signing' ? signingSecret : 'token',
      }
    default:
      return undefined
  }
}

let contacts = 0

const intercomResponse = (request: string, body: string): unknown => {
  switch (request) {
    case 'POST /contacts/search':
      return { type: 'list', data: [], total_count: 0, pages: { type: 'pages', total_pages: 1 } }
    case 'POST /contacts':
      contacts += 1
      return {
        ...{ type: 'contact', id: `contact-${contacts}`, role: 'user' },
        ...{ created_at: Math.floor(Date.now() / 1_000), ...JSON.parse(body) },
      }
    case 'GET /data_attributes?model=contact':
      return { type: 'list', data: [] }
    default:
      return undefined
  }
}

const notFound = { __type: 'ResourceNotFoundException', message: 'not found' }

const respond = ({ method, url, headers }: IncomingMessage, body: string) => {
  const operation = String(headers['x-amz-target'] ?? '').split('.')[1]
  const result = operation
    ? awsResponse(operation, body)
    : intercomResponse(`${method} ${url}`, body)
  return { status: result === undefined ? 400 : 200, text: JSON.stringify(result ?? notFound) }
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { status, text } = respond(request, Buffer.concat(chunks).toString())
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    }
    response.writeHead(status, headers).end(text)
  })
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
