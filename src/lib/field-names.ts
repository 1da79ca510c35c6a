const pathShape =
  /^(subscriptions\.|(?:(?:company|companies\.\d{1,3})\.)?(?:custom_attributes\.)?)(.*)$/s
const readsLikeName = /^[\p{L}_][\p{L}\p{M}\p{N}_ .-]{0,63}$/u
/** Stricter, for those who see logs and dead letters and not the payload. */
const plainName = /^[a-z_][a-z0-9_ -]{0,63}$/i

/** A key of a payload as the response to its sender may show it: `…` unless it reads like a name. */
export const shownKey = (key: string): string => {
  const name = key.trim()
  return readsLikeName.test(name) ? name : '…'
}

/** The id of a subscription type, too short for a phone number. */
const subscriptionId = /^subscriptions\.\d{1,6}$/

const withName = (path: string, show: (name: string) => string): string => {
  const [, parent = '', name = ''] = pathShape.exec(path) ?? []
  return `${parent}${show(name)}`
}

/** The path of an issue as the response to its sender may show it. */
export const toShownPath = (path: string): string =>
  subscriptionId.test(path) ? path : withName(path, shownKey)

/**
 * The path of an issue as a log line may show it: its last name may be a key of a payload.
 *
 * @example
 * toLoggedPath('custom_attributes.ada@example.com') // 'custom_attributes.…'
 */
export const toLoggedPath = (path: string): string =>
  subscriptionId.test(path) ? path : withName(path, (name) => (plainName.test(name) ? name : '…'))

/** Whether a path consists of plain names: `owner_id`, `custom_attributes.Team size`. */
export const isPlainPath = (path: string): boolean => toLoggedPath(path) === path
