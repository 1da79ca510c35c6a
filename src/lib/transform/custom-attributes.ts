import { shownKey } from '../field-names.ts'
import { isRecord } from '../json-access.ts'
import { type ContactFields, isBridgeAttribute } from '../signup.ts'
import { isFound } from './find-value.ts'
import type { ValueReader } from './normalise-values.ts'
import { clean, isAbsent } from './text.ts'

/** https://www.intercom.com/help/en/articles/179-send-custom-user-attributes-to-intercom */
const maxAttributes = 250

/** The name of a custom attribute, if Intercom can have one of that name and it is not the bridge's own. */
export const readAttributeName = (
  key: string,
  spelled: (name: string) => string | undefined,
): string | undefined => {
  const name = spelled(key) ?? clean(key)
  return name === '' || isBridgeAttribute(name) || /[.$]/.test(name) ? undefined : name
}

/**
 * Reads flat custom attributes; what Intercom cannot have is left out under `path` and its name.
 *
 * @param spelled the config's own spelling of a name, which is kept
 */
export const readAttributes = (
  reader: ValueReader,
  path: string,
  input: unknown,
  spelled: (name: string) => string | undefined = () => undefined,
): ContactFields['custom_attributes'] => {
  if (!isFound(input)) return undefined
  if (!isRecord(input)) return reader.leaveOut(path, 'attribute_invalid')
  const usable = new Map<string, string | number | boolean>()
  for (const [key, received] of Object.entries(input)) {
    if (isAbsent(received)) continue
    const at = () => `${path}.${shownKey(key)}`
    const name = readAttributeName(key, spelled)
    const value = name === undefined ? undefined : reader.attribute(at, received)
    if (name === undefined) reader.leaveOut(at(), 'attribute_invalid')
    else if (value !== undefined) {
      const isSecond = usable.has(name)
      const isConstant = spelled(key) === key
      if (isSecond && !isConstant) reader.leaveOut(at(), 'attribute_invalid')
      else if (!isSecond && usable.size >= maxAttributes) reader.leaveOut(at(), 'attribute_limit')
      else usable.set(name, value)
    }
  }
  return usable.size === 0 ? undefined : Object.fromEntries(usable)
}
