import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  ListSecretsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSecretsManager } from '../../sandbox/secrets-manager.ts'

const name = 'signup-bridge/test/signing'

/** Starts a Secrets Manager for one test, with a client of the SDK. */
const start = async () => {
  const manager = await startSecretsManager({ port: 0, secrets: { [name]: 'one' } })
  const client = new SecretsManagerClient({
    endpoint: manager.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    maxAttempts: 1,
  })
  onTestFinished(async () => {
    client.destroy()
    await manager.close()
  })
  const read = async (SecretId: string, VersionStage?: string): Promise<string | undefined> => {
    const command = new GetSecretValueCommand({ SecretId, ...(VersionStage && { VersionStage }) })
    return (await client.send(command)).SecretString
  }
  return { manager, client, read }
}

describe('GetSecretValue', () => {
  test('returns the current version with its ids and dates', async () => {
    const { client } = await start()

    const output = await client.send(new GetSecretValueCommand({ SecretId: name }))

    expect(output).toMatchObject({
      Name: name,
      SecretString: 'one',
      VersionStages: ['AWSCURRENT'],
      VersionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      CreatedDate: expect.any(Date),
    })
    expect(output.ARN).toMatch(/^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-\w{6}$/)
  })

  test('finds a secret by its name, its ARN, and its ARN without the suffix', async () => {
    const { client, read } = await start()
    const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: name }))

    expect(await read(name)).toBe('one')
    expect(await read(ARN)).toBe('one')
    expect(await read(ARN.slice(0, -7))).toBe('one')
    await expect(read(ARN.slice(0, -8))).rejects.toThrow(ResourceNotFoundException)
  })

  test('throws ResourceNotFoundException for an unknown secret or stage', async () => {
    const { read } = await start()

    await expect(read('nowhere')).rejects.toThrow(ResourceNotFoundException)
    await expect(read('nowhere')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    })
    await expect(read(name, 'AWSPREVIOUS')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message:
        "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
    })
  })

  test('returns a version by its id, whatever its stage', async () => {
    const { client } = await start()
    const first = await client.send(new GetSecretValueCommand({ SecretId: name }))
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'two' }))

    const VersionId = first.VersionId ?? ''
    const again = await client.send(new GetSecretValueCommand({ SecretId: name, VersionId }))

    expect(again).toMatchObject({ SecretString: 'one', VersionStages: ['AWSPREVIOUS'] })
  })
})

describe('PutSecretValue', () => {
  test('makes the new value current and the old one previous, and removes older ones', async () => {
    const { client, read } = await start()
    const put = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId: name, SecretString }))

    const second = await put('two')
    await put('three')

    expect(second).toMatchObject({ Name: name, VersionStages: ['AWSCURRENT'] })
    expect(await read(name)).toBe('three')
    expect(await read(name, 'AWSPREVIOUS')).toBe('two')
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: name }))
    expect(Object.values(VersionIdsToStages ?? {})).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']])
  })

  test('can stage a value as AWSPENDING and keeps the current one', async () => {
    const { client, read } = await start()

    await client.send(
      new PutSecretValueCommand({
        SecretId: name,
        SecretString: 'next',
        VersionStages: ['AWSPENDING'],
      }),
    )

    expect(await read(name)).toBe('one')
    expect(await read(name, 'AWSPENDING')).toBe('next')
  })

  test('applies a repeated request once, and refuses its token with another value', async () => {
    const { client, read } = await start()
    const ClientRequestToken = '6f2f4c1e-0d53-4b0e-9a35-6a3f6f0f0a11'
    const put = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId: name, SecretString, ClientRequestToken }))

    await put('two')
    await put('two')

    expect(await read(name, 'AWSPREVIOUS')).toBe('one')
    await expect(put('three')).rejects.toThrow(ResourceExistsException)
  })

  test('refuses an unknown secret, and a request without a value', async () => {
    const { client } = await start()

    const unknown = new PutSecretValueCommand({ SecretId: 'nowhere', SecretString: 'x' })
    await expect(client.send(unknown)).rejects.toThrow(ResourceNotFoundException)
    const empty = new PutSecretValueCommand({ SecretId: name })
    await expect(client.send(empty)).rejects.toThrow(InvalidRequestException)
  })
})

describe('CreateSecret', () => {
  test('creates a secret with its first version, text or binary', async () => {
    const { client, read } = await start()

    const created = await client.send(
      new CreateSecretCommand({ Name: 'new', SecretString: 'first' }),
    )
    const SecretBinary = new Uint8Array([0, 1, 255])
    await client.send(new CreateSecretCommand({ Name: 'binary', SecretBinary }))

    expect(created).toMatchObject({ Name: 'new', VersionId: expect.any(String) })
    expect(await read(created.ARN ?? '')).toBe('first')
    const binary = await client.send(new GetSecretValueCommand({ SecretId: 'binary' }))
    expect([...(binary.SecretBinary ?? [])]).toEqual([0, 1, 255])
  })

  test('creates a secret without a value, which cannot be read yet', async () => {
    const { client, read } = await start()

    await client.send(new CreateSecretCommand({ Name: 'new' }))

    await expect(read('new')).rejects.toThrow(ResourceNotFoundException)
    await client.send(new PutSecretValueCommand({ SecretId: 'new', SecretString: 'first' }))
    expect(await read('new')).toBe('first')
  })

  test('refuses a name that is taken', async () => {
    const { client } = await start()

    const again = client.send(new CreateSecretCommand({ Name: name, SecretString: 'x' }))

    await expect(again).rejects.toThrow(ResourceExistsException)
  })
})

describe('DescribeSecret', () => {
  test('returns the versions and dates, without a value', async () => {
    const { client } = await start()

    const described = await client.send(new DescribeSecretCommand({ SecretId: name }))

    expect(described).toMatchObject({
      Name: name,
      CreatedDate: expect.any(Date),
      LastChangedDate: expect.any(Date),
    })
    expect(JSON.stringify(described)).not.toContain('SecretString')
    const unknown = client.send(new DescribeSecretCommand({ SecretId: 'nowhere' }))
    await expect(unknown).rejects.toThrow(ResourceNotFoundException)
  })
})

describe('DeleteSecret', () => {
  test('marks a secret for deletion: it can be described, not read', async () => {
    const { client, read } = await start()

    const deleted = await client.send(new DeleteSecretCommand({ SecretId: name }))

    expect(deleted).toMatchObject({ Name: name, DeletionDate: expect.any(Date) })
    await expect(read(name)).rejects.toThrow(InvalidRequestException)
    const again = client.send(new CreateSecretCommand({ Name: name, SecretString: 'x' }))
    await expect(again).rejects.toThrow(InvalidRequestException)
    const described = await client.send(new DescribeSecretCommand({ SecretId: name }))
    expect(described.DeletedDate).toBeInstanceOf(Date)
  })

  test('without recovery deletes a secret immediately and frees its name', async () => {
    const { client, read } = await start()

    await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }))

    await expect(read(name)).rejects.toThrow(ResourceNotFoundException)
    await client.send(new CreateSecretCommand({ Name: name, SecretString: 'again' }))
    expect(await read(name)).toBe('again')
  })
})

describe('startSecretsManager', () => {
  test('puts a value like PutSecretValue, also for a new name, and removes a secret', async () => {
    const { manager, read } = await start()

    manager.put(name, 'two')
    manager.put('new', 'first')

    expect(await read(name)).toBe('two')
    expect(await read(name, 'AWSPREVIOUS')).toBe('one')
    expect(await read('new')).toBe('first')
    manager.remove(name)
    await expect(read(name)).rejects.toThrow(ResourceNotFoundException)
  })

  test('lists every request', async () => {
    const { manager, read } = await start()

    await read(name)
    await read(name, 'AWSPREVIOUS').catch(() => undefined)

    expect(manager.calls()).toEqual([
      { operation: 'GetSecretValue', secret_id: name, version_stage: undefined },
      { operation: 'GetSecretValue', secret_id: name, version_stage: 'AWSPREVIOUS' },
    ])
  })

  test('makes requests fail as in an outage, or for a missing permission', async () => {
    const { manager, read } = await start()

    manager.fail(1)
    await expect(read(name)).rejects.toMatchObject({
      name: 'InternalServiceError',
      $fault: 'server',
    })
    expect(await read(name)).toBe('one')
    manager.fail(1, 400)
    await expect(read(name)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  test('refuses an unknown operation', async () => {
    const { client } = await start()

    await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
  })

  test('rejects with EADDRINUSE if the port is in use', async () => {
    const { manager } = await start()
    const port = Number(new URL(manager.url).port)

    await expect(startSecretsManager({ port, secrets: {} })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})
