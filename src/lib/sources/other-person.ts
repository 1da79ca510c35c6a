import { anyOf, ownWords } from './label-words.ts'

/** Persons other than the one who fills in a form. */
const persons = [
  // People one knows, and family.
  'friend girlfriend boyfriend buddy (?:class|flat|house|room|team)?_?mate neighbou?r relative',
  'spouse wife husband fiancee? partner(?!s_(?!e_?mail|name|phone)) parent* guardian child children',
  'kid son daughter mother father mom mum dad brother sister sibling family_member co_?(?:applicant|founder|host|owner|signer)',
  'freund(?:e[ns]?|in|innen)? ehepartner* ehefrau ehemann partnerin eltern* mutter vater kind(?:es|er)',
  'amie? conjointe? epou(?:x|se) mari enfant amig[oa] espos[oa] marido conyuge conjuge pareja padre',
  'madre hij[oa] filh[oa] amic[oai] genitor[ei] figli[oa]? moglie marito coniuge vriend(?:en|in)?',
  'ouder kinderen kompis venn vens foralder* foraeld* forelder* znajom* przyjaci* rodzic* dzieck* opiekun*',
  // People at work.
  'colleague co_?worker team_member employee employer manager boss supervisor assistant secretary',
  'kolleg(?:en?|in|innen) vorgesetzt* chef(?:in)? collegue companer[oa] jef[ea] colega chefe collega',
  'colleghi leidinggevende kollega* kolega kolezank* wspolpracownik* przelozon*',
  // People who come along, or get something.
  'guest companion recipient receiver addressee beneficiary nominee invitee giftee gast gaste*',
  'begleit* empfanger* destinataire beneficiaire accompagnant* invitad[oa] convidad[oa] acompanante',
  'destinatari[oa] beneficiari[oa] ospit[ei] ontvanger mottagar* modtager* mottaker* gjest* gaest*',
  'odbiorc* gosc*',
  // People who brought this one here.
  'referred referr?er* referral referring referee inviter sponsor parrain* marraine filleul*',
  'referid[oa] verwijzer',
]

/** Words that say by themselves that it is about somebody else, or about an office. */
const always = [
  "someone_else somebody_else some(?:one|body)[’'] another_person other_person andere[nrs]?_person",
  'autre_personne otra_persona outra_pessoa altra_persona iemand_anders plus_?one nominat(?:ed|ing|ion|or)',
  'next_of_kin emergency notfall* urgence emergencia emergenza noodgeval* noodcontact*',
  'billing bill_to b?cc payroll (?:accounts|finance)_(?:contact|department|e_?mail|payable|team) accounting accountant bookkeep* rechnung* buchhaltung* facturation',
  'comptabilite facturacion contabilidad faturamento faturacao cobranca fatturazione contabilita',
  'facturatie* boekhouding* faktur* rozliczen* ksiegow*',
  'invited_by introduced_you who_sent_you refer_an? you_refer eingeladen geworben invite_par a_invite',
  'te_invito convidou invitat[oia] uitgenodigd bjod_in inbjud* inviteret_af invitert_av zapros* zaprasza*',
  // Not "recommended" alone, which is advice: `Email (recommended)`.
  'recommended_(?:by|me|us|you) recommender (?:dich|dir|uns)_empfohlen empfohlen_von (?:a|nous)_recommande',
  '(?:te|nos)_recomendo (?:recomendad[oa]|indicad[oa])_por recomendou indicou consigliat[oia]_da',
  'aanbevolen_door poleci* polecaj*',
  '(?:second|additional|other|another|further)_(?:attendee|participant|contact|player|travell?er|applicant)',
  '(?:attendee|applicant|contact|delegate|member|participant|passenger|person|player|travell?er)_?(?:[2-9]|1\\d|two)',
]

/** What may be sent to the person (`your gift`), else goes to another. */
const things =
  'gift gifted invoice invoicing cadeau regalo geschenk* prezent facture factura fatura fattura factuur*'

/** Whose the person is, or who the reader is: `our manager`, `as a parent`, `become a partner`. */
const notAsked =
  "(?<!(?:^| )(?:our|unsere?[nr]?|notre|nos|nuestr[oa]s?|noss[oa]s?|nostr[oaie]|onze|(?:as|be|become|becoming|you|am|i[’']m) an?)(?: [^ ]+)?)"

/** What makes a thing of a person, or the one who replies: `partner account`, `a colleague will`. */
const notPerson =
  '(?! (?:accounts?|area|card|checkout|code|discount|link|list|login|pass|plan|portal|program(?:me)?|of ours|will|can|may|could|should|would)(?: |$))'

/** Whose addresses are one's own, too. */
const places =
  'account agency business company department firm office organi[sz]ation practice school store team university'
const pronouns =
  'their his her leur son sa seine? deren dessen zijn haar hun hans hennes deres jego jej'
const asked = [
  'e_?mail* mail* e_?post* courriel correo* correio* adress* address* direccion indirizzo name* nom',
  'nome nombre first last phone* mobile number* numero tele* contact* details',
]

const createPatterns = (): readonly RegExp[] => {
  const suffix = "(?:['’]s|s['’]?|['’])?(?: ?(?:e ?mail|name|phone))?(?= |$)"
  return [
    `${notAsked}(?:^| )${anyOf(...persons)}${suffix}${notPerson}`,
    `(?:^| )${anyOf(...always)}${suffix}`,
    `(?<!(?:^| )${ownWords()}(?: [^ ]+)?)(?:^| )${anyOf(things)}${suffix}(?! card)`,
    // Not "you're invited", nor "the address you were invited with".
    "(?<!(?:^| )(?:(?:you|i)(?:[’'](?:re|ve been|m)| are| were| was| am| have been)|been))(?:^| )invited(?= |$)(?! (?:to|with))",
    '(?:^| )(?:du|de|votre|ton|une?|le|la) invitee?s?(?= |$)',
    // "For your reference" is about no person.
    `(?<!(?:^| )for(?: (?:your|our|my|future))?)(?:^| )reference${suffix}`,
    `(?:^| )${anyOf(pronouns)}(?: [^ ]+){0,2} ${anyOf(...asked)}(?= |$)`,
    // "Your teacher's email", but not "your company's".
    `(?:^| )(?:your|my) (?!${anyOf(places)})[^ ]+['’]s (?:[^ ]+ )?${anyOf(...asked)}(?= |$)`,
  ].map((source) => new RegExp(source))
}

let patterns: readonly RegExp[] | undefined

/**
 * Whether a label, as its words, asks for something of another person or of an office: the friend
 * who is invited, who referred one, an assistant, billing.
 */
export const isAboutOther = (words: string): boolean => {
  // Only now: most sources have no labels.
  patterns ??= createPatterns()
  return patterns.some((pattern) => pattern.test(words))
}
