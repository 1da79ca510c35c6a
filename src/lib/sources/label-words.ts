const letters: Readonly<Record<string, string>> = { æ: 'ae', ø: 'o', ł: 'l', ß: 'ss', ı: 'i' }

/**
 * The words of a label in lower case and without accents, one blank apart: the same of `firstName`,
 * `first_name` and `First name:`.
 */
export const wordsOf = (label: string): string =>
  label
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[æøłßı]/g, (letter) => letters[letter] ?? letter)
    .replace(/(?<!\p{L})(?:[dl]|dell|qu)['’]/gu, ' ')
    .replace(/[^\p{L}\p{N}'’]+/gu, ' ')
    .trim()

/**
 * Alternatives of a pattern over such words, with a blank between two; in one, `_` is a blank and
 * `*` any letters.
 */
export const anyOf = (...lists: readonly string[]): string =>
  `(?:${lists.join(' ').split(' ').join('|').replaceAll('_', ' ').replaceAll('*', "[^ '’]*")})`

/** `your` and `my` in the languages of form builders. */
export const ownWords = () =>
  anyOf(
    'your my dein(?:e[nr]?)? ihr(?:e[nr]?)? eure? mein(?:e[nr]?)? votre vos ton ta mon ma tus? su mi',
    'vuestro seu sua teu tua meu minha tuo suo mio mia jouw je uw mijn din ditt? min mitt?',
    'twoj[ae]? moj[ae]? pana pani vase? tvuj muj ваш[аеиу]? твой твоя мой моя',
  )
