import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startIntercom } from '../../sandbox/intercom/server.ts'
import { askForLive } from '../../sandbox/live.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { editedFolder, endStarted, root, start } from './started.ts'

afterEach(endStarted)

describe('npm start prints one clear line', () => {
  test('when a configured port is in use', async () => {
    const taken = createServer().listen({ host: '127.0.0.1', port: 0 })
    await new Promise((done) => taken.once('listening', done))
    const port = String((taken.address() as { port: number }).port)

    const bridge = start({ SQS_PORT: port })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe(
      `SQS_PORT=${port} is in use: stop the program that uses it, or set SQS_PORT to another port`,
    )
    taken.close()
  })

  test('when a port is not a number', async () => {
    const bridge = start({ PORT: 'http' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe('PORT=http is not a port: use a number from 0 to 65535')
  })

  const faultyConfigs = [
    [
      "import { clerk, defineBridge } from '#bridge'\nexport default defineBridge({ sources: { Clerk: clerk() } })",
      /bridge config: sources\.Clerk: a name is 1–40/,
    ],
    [
      "import { clrk, defineBridge } from '#bridge'\nexport default defineBridge({ sources: { clerk: clrk() } })",
      /:1: No matching export .* for import "clrk"/,
    ],
    ["import { clerk } from '#bridge'\nexport default {,}", /:2: Expected/],
    ['export const bridge = {}', /export default defineBridge/],
    ['export default { sources: {} }', /name at least one source/],
    ['export default defineBridge({})', /defineBridge is not defined/],
  ] as const
  const expectOneLine = (output: string, problem: RegExp) => {
    expect(output).toMatch(problem)
    expect(output.trim().split('\n')).toHaveLength(1)
    expect(output).toContain('bridge.config.ts:')
  }

  test.each(faultyConfigs)('when the config is %j', async (text, problem) => {
    const folder = editedFolder()
    const configFile = join(folder, 'bridge.config.ts')
    writeFileSync(configFile, text)
    const ports = { gateway: 0, intercom: 0, sqs: 0, secrets: 0 }

    const starting = startSandbox({ root, configFile, ports })

    const error = await starting.then(String, (thrown: Error) => thrown)
    expect(error).toBeInstanceOf(Error)
    expectOneLine((error as Error).message, problem)
    rmSync(folder, { recursive: true })
  })

  test('when the file of BRIDGE_CONFIG is invalid', async () => {
    const [text, problem] = faultyConfigs[0]
    const folder = editedFolder()
    const file = join(folder, 'bridge.config.ts')
    writeFileSync(file, text)

    const bridge = start({ BRIDGE_CONFIG: file })

    expect(await bridge.exited).toBe(1)
    expectOneLine(bridge.text(), problem)
    rmSync(folder, { recursive: true })
  })

  test('when an argument is unknown', async () => {
    const bridge = start({}, ['--liv'])

    expect(await bridge.exited).toBe(1)
    expect(bridge.text()).toContain('--liv is not an option')
  })

  test('when two ports are the same', async () => {
    const bridge = start({ PORT: '47701', SQS_PORT: '47701' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe('SQS_PORT=47701 is also the port of another variable')
  })

  test('when the config file does not exist', async () => {
    const bridge = start({ BRIDGE_CONFIG: 'nowhere.ts' })

    expect(await bridge.exited).toBe(1)
    expect(bridge.text().trim()).toBe(
      'There is no nowhere.ts in the repository: check BRIDGE_CONFIG.',
    )
  })
})

describe('npm start -- --live', () => {
  const ask = (reply: string) => {
    const asked: string[] = []
    return {
      asked,
      ask: async (question: string) => {
        asked.push(question)
        return reply
      },
    }
  }

  test('shows the workspace and its region, and continues only after yes', async () => {
    const intercom = await startIntercom({ port: 0, access_token: 'good' })
    const local = { INTERCOM_ACCESS_TOKEN: 'good', INTERCOM_BASE_URL: intercom.url }
    const yes = ask('yes')

    expect(await askForLive(local, yes.ask)).toMatchObject({
      access_token: 'good',
      baseUrl: intercom.url,
    })
    expect(yes.asked[0]).toMatch(/workspace ".+" \(region \w+\)/)
    for (const reply of ['', 'y', 'no']) {
      await expect(askForLive(local, ask(reply).ask)).rejects.toThrow('Nothing was started.')
    }
    await intercom.close()
  })

  test('needs a token in .env.local, whatever the environment holds', async () => {
    await expect(askForLive({}, ask('yes').ask)).rejects.toThrow(
      'INTERCOM_ACCESS_TOKEN=… in .env.local',
    )
  })

  test('reports a refused token without printing it', async () => {
    const intercom = await startIntercom({ port: 0, access_token: 'good' })
    const local = { INTERCOM_ACCESS_TOKEN: 'canary', INTERCOM_BASE_URL: intercom.url }

    const error = await askForLive(local, ask('yes').ask).catch((thrown: Error) => thrown)

    expect(String(error)).toContain('rejects the token of .env.local with 401')
    expect(String(error)).not.toContain('canary')
    await intercom.close()
  })
})
