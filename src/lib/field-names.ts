const pathShape = /^((?:(?:company|companies\.\d{1,3})\.)?(?:custom_attributes\.)?)(.*)$/s
const plainName = /^[a-z][a-z0-9_ -]{0,63}$/i

/**
 * The path of an issue as logs and responses may show it. Its last name may be a key of a payload:
 * one that does not read like a name is shown as `…`.
 *
 * @example
 * toShownPath('custom_attributes.ada@example.com') // 'custom_attributes.…'
 */
export const toShownPath = (path: string): string => {
  const [, parent = '', name = ''] = pathShape.exec(path) ?? []
  return plainName.test(name) ? path : `${parent}…`
}

/** Whether a path consists of plain names: `owner_id`, `custom_attributes.Team size`. */
export const isPlainPath = (path: string): boolean => toShownPath(path) === path
