import { parse } from 'yaml'
import { own } from '../src/lib/json-access.ts'

/** Returns the value at a path of own properties, or undefined. */
export const at = (root: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => own(value, key), root)

export type ResolveOptions = {
  readonly stage: string
  /** Values that override those of the file, like `--param` of a deploy. */
  readonly params?: Readonly<Record<string, unknown>>
}

/**
 * Creates the function that replaces `${param:…}`, `${self:…}` and `${sls:stage}` in a value of
 * serverless.yml, including fallbacks. Variables of other sources only have their fallback.
 * https://www.serverless.com/framework/docs/guides/variables
 *
 * @throws Error if a variable has neither a value nor a fallback
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
    // The innermost variable first: others may contain it in their address or fallback.
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
