import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Bridge } from '../../src/lib/config/config.ts'
import { defineBridge } from '../../src/lib/config/config.ts'
import { invokedBy } from '../../src/lib/ingest/invocation.ts'
import { parseJson } from '../../src/lib/json.ts'
import { isRecord, own } from '../../src/lib/json-access.ts'
import { schemeNeedsSecret } from '../../src/lib/signature/verify.ts'
import * as presets from '../../src/lib/sources/index.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import { startModel } from '../model/model.ts'
import { fileName } from '../support/fixtures.ts'
import { proofNames } from '../support/requests.ts'

type Contact = ReturnType<Awaited<ReturnType<typeof startModel>>['contacts']>[number]

/** What became of one captured delivery. */
export type Result = {
  readonly file: string
  /** Absent: no source has the name that the file begins with. */
  readonly source?: string
  readonly contacts: readonly Contact[]
  /** What of it was left out, each once. */
  readonly leftOut: readonly string[]
  readonly problems: readonly string[]
  /** Genuine, and no signup. */
  readonly isIgnored: boolean
}

/** A source of the config by the name that a file begins with, else the preset of that name. */
const sourceOf = (bridge: Bridge, name: string): Source | undefined => {
  const configured = bridge.sources[name]
  if (configured) return configured
  const preset = Object.entries(presets).find(([each]) => fileName(each) === name)
  try {
    return (preset?.[1] as ((options?: object) => Source) | undefined)?.({})
  } catch {
    // A preset that needs options: the config has to say them.
    return undefined
  }
}

/** A token is good once, and the one that was captured is spent. */
const withoutTurnstile = (source: Source): Source =>
  source.form ? { ...source, form: { ...source.form, turnstile: false } } : source

/** The headers beside a delivery, in the file with the longest name that it begins with. */
const headersOf = (folder: string, file: string, source: Source): Record<string, string> => {
  const suffix = '.headers.json'
  const [beside] = readdirSync(folder)
    .filter((each) => each.endsWith(suffix) && file.startsWith(`${basename(each, suffix)}.`))
    .toSorted((a, b) => b.length - a.length)
  const captured = beside && parseJson(readFileSync(join(folder, beside), 'utf8'))
  if (beside && !isRecord(captured)) throw new Error(`${beside} is no JSON object of headers`)
  const proofs = new Set([...proofNames(source.signature), 'authorization', 'content-encoding'])
  const asked = source.form && {
    accept: 'application/json',
    ...(source.form.origins[0] && { origin: source.form.origins[0] }),
  }
  const named = Object.fromEntries(
    Object.entries(captured ?? {}).flatMap(([name, value]) =>
      proofs.has(name.toLowerCase()) ? [] : [[name.toLowerCase(), String(value)]],
    ),
  )
  return { ...named, ...asked }
}

const addresses = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g

/** A contact says nothing that its delivery does not, and misses no address that is there. */
const problemsOf = (body: string, contacts: readonly Contact[]): string[] => {
  // Forms and JSON may write a value in another way.
  const values =
    JSON.stringify(parseJson(body)) ?? [...new URLSearchParams(body).values()].join(' ')
  const text = `${body} ${values}`.normalize('NFC').toLowerCase()
  const has = (value: string) => text.includes(value.toLowerCase())
  const known: readonly string[] = text.match(addresses) ?? []
  const digits = body.replace(/\D/g, '')
  return contacts.flatMap(({ email, name, phone }) => [
    ...(phone && !digits.includes(phone.slice(-7)) ? [`the phone ${phone} is not in it`] : []),
    ...(email && !known.includes(email) ? [`the e-mail ${email} is not in the delivery`] : []),
    ...(!email && known.length > 0 ? ['the delivery has an e-mail, the contact has none'] : []),
    ...(name ?? '')
      .split(' ')
      .filter((word) => !has(word))
      .map((word) => `the name's ${word} is not in the delivery`),
  ])
}

const conformOne = async (
  bridge: Bridge,
  folder: string,
  file: string,
  isDelivery: boolean,
): Promise<Result> => {
  const [name = ''] = file.split('.')
  const body = new Uint8Array(readFileSync(join(folder, file)))
  const invoker = invokedBy(parseJson(Buffer.from(body).toString()))
  const source = sourceOf(bridge, name)
  const nothing = { file, contacts: [], leftOut: [], problems: [], isIgnored: false }
  if (!isDelivery || (!source && !invoker)) return nothing
  const sources = { ...bridge.sources, ...(source && { [name]: withoutTurnstile(source) }) }
  const model = await startModel({ bridge: defineBridge({ sources }), latencyMs: 0 })
  const problems: string[] = []

  if (invoker) {
    const error = await model.invoke(parseJson(Buffer.from(body).toString()), invoker)
    if (error) problems.push(`not stored: ${error.code}`)
  } else if (source) {
    const headers = headersOf(folder, file, source)
    const answer = await model.post(name, body, { headers })
    if (answer.status !== 200)
      problems.push(`answered ${answer.status} ${JSON.stringify(answer.json)}`)
    if (schemeNeedsSecret(source.signature)) {
      const arrives = Buffer.concat([body, Buffer.from(' ')])
      const forgeries = [
        await model.post(name, body, { headers, isSigned: false }),
        ...(['bearer', 'query'].includes(source.signature.type)
          ? []
          : [await model.post(name, body, { headers, arrives })]),
      ]
      for (const { status } of forgeries) {
        if (status !== 401) problems.push(`a forgery was answered ${status}`)
      }
    }
  }
  await model.drained()

  const contacts = model.contacts()
  for (const { reason } of model.parked()) problems.push(`parked: ${reason}`)
  const isIgnored = model.notes.counted.has('ignored')
  if (contacts.length === 0 && !isIgnored) problems.push('no contact')
  problems.push(...problemsOf(Buffer.from(body).toString(), contacts))
  problems.push(...notAsExpected(expectationOf(folder, file), contacts))
  const leftOut = model.notes.logged.flatMap(({ left_out = [] }) => left_out)
  return {
    file,
    source: source ? name : (invoker ?? name),
    contacts,
    leftOut: [...new Set(leftOut)],
    problems,
    isIgnored,
  }
}

/** What a contact must be, if somebody wrote it beside the delivery. */
const expectationOf = (folder: string, file: string): Record<string, unknown> => {
  const beside = join(folder, file.replace(/\.\w+$/, '.contact.json'))
  const expected = existsSync(beside) ? parseJson(readFileSync(beside, 'utf8')) : {}
  if (!isRecord(expected)) throw new Error(`${beside} is no JSON object of contact fields`)
  return expected
}

const notAsExpected = (
  expected: Record<string, unknown>,
  [contact]: readonly Contact[],
): string[] =>
  Object.entries(expected).flatMap(([field, value]) =>
    JSON.stringify(own(contact, field)) === JSON.stringify(value)
      ? []
      : [`${field} is not what its .contact.json says`],
  )

/**
 * Runs the sources of a bridge over a folder of captured deliveries, each signed afresh, through both
 * handlers into the sandbox's Intercom. A file is called `<source or preset>.<anything>.json`, `.bin`
 * or `.txt`; beside it may lie its headers, in `.headers.json`, and what its contact must be, in
 * `.contact.json`.
 */
export const conform = async (folder: string, bridge: Bridge): Promise<Result[]> => {
  const results: Result[] = []
  for (const file of readdirSync(folder).toSorted()) {
    if (/\.(headers|contact)\.json$/.test(file)) continue
    const isDelivery = /\.(json|bin|txt)$/.test(file) && !/\.(vector\.json|ts\.txt)$/.test(file)
    results.push(await conformOne(bridge, folder, file, isDelivery))
  }
  return results
}
