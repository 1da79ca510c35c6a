import { memoise } from '../memoise.ts'
import { anyOf, ownWords, wordsOf } from './label-words.ts'
import { isAboutOther } from './other-person.ts'

export type PersonField = 'email' | 'phone' | 'name' | 'first' | 'last'

/** How a label asks for a field: for the reader's own, for it alone, or among other words. */
export type Asking = 'own' | 'plain' | 'mention'

/** The fields that a label asks for; those of another person are not among them. */
export type LabelMeaning = {
  readonly isAboutOther: boolean
  readonly asks: { readonly [field in PersonField]?: Asking }
}

/** What each field is called, and which names count among other words, too. */
type Names = { readonly noun: string; readonly mention?: string }
const namesOf = (): { readonly [field in PersonField]: Names } => ({
  email: {
    noun: `(?:${anyOf('adress[ea]? adres direccion(?:_de)? endereco(?:_de)? indirizzo(?:_di)?')} )?${anyOf(
      'e_?mails? mail correo(?:_electronico)? correio(?:_eletronico)? courriel electronique',
      'posta_elettronica e_?posta? sahkoposti электронная_почта почта',
    )}(?: ?${anyOf('address adress(?:en?)? adres id osoite adresi')})?`,
    mention: anyOf('e_?mail* courriel correo_electronico posta_elettronica e_?post*'),
  },
  phone: {
    noun: `(?:${anyOf('numero numer')} (?:d[eio] )?)?${anyOf(
      '(?:cell|mobile|tele)?_?phone cell mobile? tel telef(?:on[eou]?|oon) telephone telemovel portable',
      'movil celular cellulare handy mobiel gsm whats_?app contact_number rufnummer телефон',
    )}(?: ?${anyOf('no nr number nummer numero')})?`,
    mention: anyOf(
      '(?:tele)?phone phone_?number mobile_?number telephone telefon(?:o|nummer)? telefone handynummer',
    ),
  },
  name: {
    noun: anyOf(
      'names? full_?names? (?:first|name)_and_(?:last_names?|surname) vor_und_nachname nom_complet',
      'nom_et_prenom prenom_et_nom nombre_completo nombre_y_apellidos? nome_completo nome_e_cognome',
      'naam voor_en_achternaam namn navn imie_i_nazwisko имя_и_фамилия',
    ),
  },
  first: {
    noun: anyOf(
      '(?:first|given)_?names? (?:name_)?first fname vorname prenom nombres? nome voornaam fornamn',
      'fornavn imie имя',
    ),
    mention: '(?:first|given) ?name',
  },
  last: {
    noun: anyOf(
      '(?:last|family|sur)_?names? (?:name_)?last lname nachname familienname nom(?:_de_famille)?',
      'apellidos? sobrenome apelido cognome achternaam efternamn e(?:fter|tter)navn nazwisko фамилия',
    ),
    mention: '(?:last|family) ?name|surname',
  },
})

const ofAddress = [
  'best business cell company contact corporate current direct home main mobile own personal preferred',
  'primary private professional school student university valid work berufliche geschaftliche',
  'zakelijke',
]
const ofName = ['contact legal own preferred real vollstandiger? volledige']
const afterwards = 'personnel(?:le)? professionnel(?:le)? personale aziendale corporativo personal'
const beforehand = "full and please enter type add the an? la le el il o what[’']s what_is confirm"
/** Another field that the same question asks for first: `your name and email`. */
const others = '(?:first|last)_name full name phone phone_number e_?mail and or und et y e'

type Patterns = { readonly [asking in Asking]: RegExp | undefined }

const createPatterns = (field: PersonField, { noun, mention }: Names): Patterns => {
  const adjectives = field === 'email' || field === 'phone' ? ofAddress : ofName
  return {
    // Loops compile several times as fast as {0,2}; no word is in two of the lists, so none is slow.
    own: new RegExp(`(?:^| )${ownWords()} (?:${anyOf(others, ...adjectives)} )*${noun}(?= |$)`),
    plain: new RegExp(
      `^(?:${anyOf(beforehand, ...adjectives)} )*${noun}(?: ${anyOf(afterwards)})?$`,
    ),
    mention: mention === undefined ? undefined : new RegExp(`(?:^| )(?:${mention})(?= |$)`),
  }
}

let patterns: readonly (readonly [PersonField, Patterns])[] | undefined
const patternsOfFields = () =>
  // Only now: most sources have no labels.
  (patterns ??= Object.entries(namesOf()).map(([name, names]) => {
    const field = name as PersonField // entries() loses the type of the keys.
    return [field, createPatterns(field, names)]
  }))

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
  const asking = ({ own, plain, mention }: Patterns): Asking | undefined => {
    if (own?.test(words)) return 'own'
    if (isOther) return undefined
    if (plain?.test(bare)) return 'plain'
    return label.length <= maxMentionLength && mention?.test(bare) ? 'mention' : undefined
  }
  const asks: { [field in PersonField]?: Asking } = {}
  for (const [field, ofField] of patternsOfFields()) {
    const found = asking(ofField)
    if (found) asks[field] = found
  }
  return { isAboutOther: isOther, asks }
})

/** What a form's question asks for, by its label or by a name such as `friend_email`. */
export const meaningOf = (label: string | undefined): LabelMeaning =>
  label === undefined || label.length > maxLabelLength ? noMeaning : interpret(label)
