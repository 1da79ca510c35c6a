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

/** The result of one captured delivery. */
export type Result = {
  readonly file: string
  /** Absent when no source has the name that the file starts with. */
  readonly source?: string
  readonly contacts: readonly Contact[]
  /** The fields that were left out, each once. */
  readonly leftOut: readonly string[]
  readonly problems: readonly string[]
  /** Whether the delivery is valid but not a signup. */
  readonly isIgnored: boolean
  /** What kind of event it is, if it leaves no contact. */
  readonly kind?: 'deletion' | 'company'
}

/** The kinds of delivery that leave no contact, by what became of them. */
const kindsWithoutContact = {
  deletion: ['archived', 'deleted', 'blocked', 'not_found'],
  company: ['company_updated'],
} as const

/** The configured source with the name that a file starts with, else the preset of that name. */
const sourceOf = (bridge: Bridge, name: string): Source | undefined => {
  const configured = bridge.sources[name]
  if (configured) return configured
  const preset = Object.entries(presets).find(([candidate]) => fileName(candidate) === name)
  try {
    return (preset?.[1] as ((options?: object) => Source) | undefined)?.({})
  } catch {
    // The preset needs options, so it has to be in the config.
    return undefined
  }
}

/** A Turnstile token is valid once, and the captured one was used. */
const withoutTurnstile = (source: Source): Source =>
  source.form ? { ...source, form: { ...source.form, turnstile: false } } : source

/** The headers of a delivery, from the headers file with the longest matching name. */
const headersOf = (folder: string, file: string, source: Source): Record<string, string> => {
  const suffix = '.headers.json'
  const [headersFile] = readdirSync(folder)
    .filter((name) => name.endsWith(suffix) && file.startsWith(`${basename(name, suffix)}.`))
    .toSorted((a, b) => b.length - a.length)
  const captured = headersFile && parseJson(readFileSync(join(folder, headersFile), 'utf8'))
  if (headersFile && !isRecord(captured))
    throw new Error(`${headersFile} is not a JSON object of headers`)
  const proofs = new Set([...proofNames(source.signature), 'authorization', 'content-encoding'])
  const formHeaders = source.form && {
    accept: 'application/json',
    ...(source.form.origins[0] && { origin: source.form.origins[0] }),
  }
  const headers = Object.fromEntries(
    Object.entries(captured ?? {}).flatMap(([name, value]) =>
      proofs.has(name.toLowerCase()) ? [] : [[name.toLowerCase(), String(value)]],
    ),
  )
  return { ...headers, ...formHeaders }
}

const addresses = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g

/** A contact must have no value that its delivery lacks, and must not miss an e-mail address. */
const problemsOf = (body: string, contacts: readonly Contact[]): string[] => {
  // Forms and JSON may encode a value.
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
  const skipped = {
    file,
    contacts: [],
    leftOut: [],
    problems: [],
    isIgnored: false,
  }
  if (!isDelivery || (!source && !invoker)) return skipped
  const sources = { ...bridge.sources, ...(source && { [name]: withoutTurnstile(source) }) }
  const model = await startModel({ bridge: defineBridge({ sources }), latencyMs: 0 })
  // No workspace is known: attributes are shown as they are read.
  model.workspace.addFault({ path: '/data_attributes', status: 403 })
  const problems: string[] = []

  if (invoker) {
    const error = await model.invoke(parseJson(Buffer.from(body).toString()), invoker)
    if (error) problems.push(`not stored: ${error.code}`)
  } else if (source) {
    const headers = headersOf(folder, file, source)
    const response = await model.post(name, body, { headers })
    if (response.status !== 200)
      problems.push(`response ${response.status} ${JSON.stringify(response.json)}`)
    if (schemeNeedsSecret(source.signature)) {
      const arrives = Buffer.concat([body, Buffer.from(' ')])
      const forgeries = [
        await model.post(name, body, { headers, isSigned: false }),
        ...(['bearer', 'query'].includes(source.signature.type)
          ? []
          : [await model.post(name, body, { headers, arrives })]),
      ]
      for (const { status } of forgeries) {
        if (status !== 401) problems.push(`a forgery got a ${status}`)
      }
    }
  }
  await model.drained()

  const contacts = model.contacts()
  for (const { reason } of model.parked()) {
    const parked = model.notes.logged.find(
      ({ event, code }) => event.endsWith('parked') && code === reason,
    )
    problems.push(`parked: ${[reason, parked?.advice].filter(Boolean).join(': ')}`)
  }
  const isIgnored = model.notes.counted.has('ignored')
  const kind = (['deletion', 'company'] as const).find((candidate) =>
    kindsWithoutContact[candidate].some((outcome) => model.notes.counted.has(outcome)),
  )
  if (contacts.length === 0 && !isIgnored && !kind) problems.push('no contact')
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
    ...(kind && { kind }),
  }
}

/** The expected fields of a contact, from the .contact.json beside the delivery, if any. */
const expectationOf = (folder: string, file: string): Record<string, unknown> => {
  const contactFile = join(folder, file.replace(/\.\w+$/, '.contact.json'))
  const expected = existsSync(contactFile) ? parseJson(readFileSync(contactFile, 'utf8')) : {}
  if (!isRecord(expected)) throw new Error(`${contactFile} is not a JSON object of contact fields`)
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
 * Signs every captured delivery of a folder and runs it through both handlers into the sandbox's
 * Intercom. A file is named `<source or preset>.<anything>.json`, `.bin` or `.txt`; its headers may be
 * in a `.headers.json` beside it, and the expected contact in a `.contact.json`.
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
