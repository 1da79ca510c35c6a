import { memoise, once } from '../memoise.ts'
import { compiled } from '../pattern.ts'
import { isAboutOther } from './other-person.ts'

/** What a label may ask a person for: a name whole, or its first or last part. */
export const personFields = ['email', 'phone', 'name', 'first', 'last'] as const
export type PersonField = (typeof personFields)[number]

/** How a label asks for a field: for the reader's own, for it alone, or among other words. */
export type Asking = 'own' | 'plain' | 'mention'

/** The fields that a label asks for; those of another person are not among them. */
export type LabelMeaning = {
  readonly isAboutOther: boolean
  readonly asks: { readonly [field in PersonField]?: Asking }
}

/**
 * The words of a label in lower case and without accents, one blank apart: the same of `firstName`,
 * `first_name` and `First name:`. An apostrophe is a blank: `friend s`.
 */
const wordsOf = (label: string): string =>
  label
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/(^| )e mail/g, '$1email')

/**
 * What each field is called in English, German, French, Spanish, Portuguese, Italian and Dutch, as
 * are all words here. A question of its own type, such as an e-mail field, needs none of them.
 */
const nouns: { readonly [field in PersonField]: string } = {
  email: [
    'emails?|emailaddress|e?mailadress?e?|mail|courriel|electronique|correo|correo electronico',
    'correio|correio eletronico|posta elettronica',
  ].join('|'),
  phone: [
    'phone|(?:cell|mobile|tele) ?phone|(?:phone|contact) ?number|cell|mobile|tel|whats ?app',
    'telefon|telefonnummer|mobilnummer|handy|handynummer|rufnummer|portable|telefono|movil',
    'celular|telefone|telemovel|cellulare|telefoon|telefoonnummer|mobiel',
  ].join('|'),
  name: [
    'names?|full ?names?|(?:first|name) and (?:last name|surname)|vor und nachname|nom complet',
    'nom et prenom|prenom et nom|nombre completo|nombre y apellidos?|nome completo|nome e cognome',
    'naam|voor en achternaam',
  ].join('|'),
  first: 'fname|(?:first|given) ?names?|(?:name )?first|vorname|prenom|nombres?|nome|voornaam',
  last: [
    'lname|(?:last|family|sur) ?names?|(?:name )?last|nachname|familienname|nom|nom de famille',
    'apellidos?|sobrenome|apelido|cognome|achternaam',
  ].join('|'),
}

/** What counts among other words, too. */
const mentions: { readonly [field in PersonField]?: string } = {
  email: 'email[^ ]*|courriel|correo electronico|posta elettronica',
  phone: '(?:tele)?phone|phonenumber|mobile number|telefon[oe]?|telefoon|telefonnummer|handynummer',
  first: '(?:first|given) ?name',
  last: '(?:last|family) ?name|surname',
}

/** `your` and `my`. */
const ownWords = [
  'your|my|deine?|ihre?|eure|meine?|votre|ton|ta|mon|tu|su|mi|seu|sua|teu|tua|meu',
  'tuo|suo|mio|mia|vostr[oa]|jouw|je|uw|mijn',
].join('|')
const ofAddress = [
  'best|business|cell|college|company|contact|corporate|current|direct|home|main|mobile|office|own',
  'personal',
  'preferred|primary|private|professional|school|student|university|valid|work',
  'geschaftliche|berufliche|zakelijke?|meilleure?|mejor|melhor|migliore',
  'adresse|direccion|endereco|indirizzo|numero|de|di|d',
].join('|')
const ofName = 'contact|legal|own|preferred|real|vollstandiger?|volledige'
const before = 'full|and|please|enter|type|add|the|an?|la|le|l|el|il|o|what s|what is|confirm'
const after = [
  'address|adresse|adres|here|id|number|no|nr|nummer|pro|personnel(?:le)?|professionnel(?:le)?',
  'aziendale|corporativ[oa]|personale?|pessoal|profissional|de travail|de trab(?:ajo|alho)|di lavoro',
].join('|')
/** Another field that the same question asks for first: `your name and email`. */
const alongside =
  'name|(?:first|last|full) name|phone|phone number|email|and|or|und|oder|et|ou|y|e|en'

const patternsOf = (field: PersonField) => {
  const adjectives = field === 'email' || field === 'phone' ? ofAddress : ofName
  const noun = `(?:${nouns[field]})`
  const mention = mentions[field]
  return {
    // No word is in both lists of a loop, so none is slow.
    own: compiled(
      new RegExp(`(?:^| )(?:${ownWords}) (?:(?:${alongside}|${adjectives}) )*${noun}(?= |$)`),
    ),
    plain: compiled(new RegExp(`^(?:(?:${before}|${adjectives}) )*${noun}(?: (?:${after}))*$`)),
    mention: mention === undefined ? undefined : new RegExp(`(?:^| )(?:${mention})(?= |$)`),
  }
}
/** Made when first needed: most sources have no labels. */
const patterns = once(() => personFields.map((field) => [field, patternsOf(field)] as const))

/** Longer labels ask for something else and only happen to contain such a word. */
const maxMentionLength = 120
/** What is longer than this is no label. */
const maxLabelLength = 1_000
const noMeaning: LabelMeaning = { isAboutOther: false, asks: {} }

/** Memoised: the deliveries of a form repeat its labels. */
const interpret = memoise((label: string): LabelMeaning => {
  const words = wordsOf(label)
  const bare = wordsOf(label.replace(/\([^)]*\)/g, ' '))
  const isOther = isAboutOther(words)
  const asks: { [field in PersonField]?: Asking } = {}
  for (const [field, { own, plain, mention }] of patterns()) {
    if (own.test(words)) asks[field] = 'own'
    else if (isOther) continue
    else if (plain.test(bare)) asks[field] = 'plain'
    else if (label.length <= maxMentionLength && mention?.test(bare)) asks[field] = 'mention'
  }
  return { isAboutOther: isOther, asks }
})

/** What a form's question asks for, by its label or by a name such as `friend_email`. */
export const meaningOf = (label: string | undefined): LabelMeaning =>
  label === undefined || label.length > maxLabelLength ? noMeaning : interpret(label)
