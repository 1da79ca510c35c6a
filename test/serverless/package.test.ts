import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { buildOptions } from '../../scripts/build.ts'
import { configFile } from '../../src/cli/load-config.ts'
import { post, unpackBundles } from './bundle.ts'
import { buildBundles, functionNames, root } from './package-service.ts'
import { stacks, standard } from './packaged.ts'

/** A third of the worker's is the SDK's client of Secrets Manager. */
const maxZipBytes = { webhook: 120_000, worker: 160_000 }

const zips = functionNames.flatMap((name) =>
  stacks.map((stack) => ({ name, stack: stack.name, ...stack.zips[name] })),
)

describe.each(zips)('the zip of the $name in the $stack stack', ({ name, files, bytes }) => {
  const paths = [...files.keys()]
  const text = Buffer.concat([...files.values()]).toString()

  test('has the folder of its own function, and no other file', () => {
    expect(paths).toContain(`.build/${name}/index.mjs`)
    for (const path of paths) expect(path).toMatch(new RegExp(`^\\.build/${name}/[\\w-]+\\.mjs$`))
  })

  test('has every chunk that its modules import', () => {
    for (const source of files.values()) {
      const imports = source.toString().matchAll(/(?:from|import)\s*\(?["']\.\/([^"']+)["']/g)
      for (const [, chunk] of imports) expect(paths).toContain(`.build/${name}/${chunk}`)
    }
  })

  test('has the presets that the config uses, and no other', () => {
    expect(text).toContain('typeform-signature')
    expect(text).not.toMatch(/x-shopify-hmac-sha256|tally-signature|x-hubspot-signature/)
  })

  test('has the messages of its schemas', () => {
    expect(text).toContain('Invalid input: expected')
  })

  test('is small: its size is part of a cold start', () => {
    expect(bytes).toBeLessThan(maxZipBytes[name])
  })

  test('is ASCII: one other character doubles what V8 keeps of a file', () => {
    expect(text).toMatch(/^[\0-\x7f]*$/)
  })

  test('has no source map', () => {
    expect(paths.join()).not.toContain('.map')
    expect(text).not.toContain('sourceMappingURL')
  })
})

describe('the bundles', () => {
  const bundles = unpackBundles(standard)
  afterAll(bundles.remove)
  const undici = `process.moduleLoadList.filter((name) => name.includes('undici'))`

  test.each(functionNames)('load no undici in the %s', async (name) => {
    expect(await bundles.run(name, `console.log(JSON.stringify(${undici}))`, {})).toEqual([[]])
  })

  test('load no undici for the first request to the webhook', async () => {
    const script = `
      const { statusCode } = await handler(${JSON.stringify(post)}, {})
      console.log(JSON.stringify([statusCode, ${undici}]))`
    const lines = await bundles.run('webhook', script, {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      // Nothing listens there: the request fails, and by then the client is loaded.
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
      SIGNING_SECRET_ID: 'signing',
      QUEUE_URL: 'http://127.0.0.1:1/queue.fifo',
    })

    expect(lines.at(-1)).toEqual([503, []])
  })

  test('are the same to the byte when built again', async () => {
    const again = await buildBundles()

    for (const { files } of zips) {
      for (const [path, bytes] of files) {
        expect(again.get(path.replace('.build/', ''))).toEqual(bytes)
      }
    }
  }, 60_000)

  test('support packages that require built-in modules', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-package-'))
    try {
      const [options] = buildOptions({ configFile: configFile({}), outDir: folder })
      const contents = `
        const { Readable } = require('stream')
        const { join } = require('node:path')
        module.exports = [typeof Readable, join('a', 'b'), require('util/types').isDate(new Date(0))]`
      const { entryPoints: _, ...rest } = options ?? {}
      const stdin = { contents, resolveDir: root, sourcefile: 'package.cjs' }
      await esbuild.build({ ...rest, stdin })

      const bundle = await import(pathToFileURL(join(folder, 'webhook/stdin.mjs')).href)
      expect(bundle.default).toEqual(['function', join('a', 'b'), true])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
