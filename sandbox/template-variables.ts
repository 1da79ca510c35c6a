import { parse } from 'yaml'
import { own } from '../src/lib/json-access.ts'

/** What lies at a path of own properties; undefined where the path ends early. */
export const at = (root: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => own(value, key), root)

export type ResolveOptions = {
  readonly stage: string
  /** Values that go before those of the file, as `--param` gives them to a deploy. */
  readonly params?: Readonly<Record<string, unknown>>
}

/**
 * Replaces `${param:…}`, `${self:…}` and `${sls:stage}` in a value of serverless.yml, fallbacks
 * included; of any other source only the fallback counts.
 * https://www.serverless.com/framework/docs/guides/variables
 *
 * @throws Error when a variable has neither a value nor a fallback
 */
export const createResolver = (document: unknown, { stage, params = {} }: ResolveOptions) => {
  const lookUp = (term: string): unknown => {
    const [, , quoted] = /^(['"])(.*)\1$/.exec(term) ?? []
    if (quoted !== undefined) return quoted
    const [, source, address = ''] = /^(\w+):(.*)$/.exec(term) ?? []
    if (source === undefined) return parse(term)
    if (source === 'sls') return address === 'stage' ? stage : undefined
    if (source === 'self') return at(document, ...address.split('.'))
    if (source !== 'param') return undefined
    return [params, at(document, 'params', stage), at(document, 'params', 'default')]
      .map((values) => at(values, address))
      .find((value) => value !== undefined)
  }

  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'string') return value
    // The innermost variable first: the address or the fallback of another may depend on it.
    const [variable, terms = ''] = /\$\{([^${}]*)\}/.exec(value) ?? []
    if (variable === undefined) return value
    const found = (terms.match(/'[^']*'|"[^"]*"|[^\s,][^,]*/g) ?? [])
      .map((term) => lookUp(term.trim()))
      .find((candidate) => candidate !== undefined)
    if (found === undefined) throw new Error(`${variable} has no value in stage ${stage}`)
    return resolve(value === variable ? found : value.replace(variable, () => String(found)))
  }

  return resolve
}
