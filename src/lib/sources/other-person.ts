import { once } from '../memoise.ts'
import { compiled } from '../pattern.ts'

/** Persons and offices other than the one who fills in a form. */
const others = [
  'friend|girlfriend|boyfriend|roommate|classmate|neighbou?r|relative|family member',
  'spouse|wife|husband|partner|fiancee?|parent|guardian|parentguardian|child|children|kid',
  'son s|daughter|mother|father|mom|mum|dad|brother|sister|sibling|emergency|next of kin',
  'colleague|co ?worker|team ?mate|team member|employee|employer|manager|boss|supervisor',
  'assistant|secretary|co (?:applicant|founder|owner)|guest|plus ?one|companion|recipient|gift',
  'beneficiary|beneficiaries|nominee|nominated|nominating|nominator|invited|invitee|inviter',
  'referred|referrer|referral|referee|referring|reference|sponsor|introduced (?:by|you)|you refer',
  'recommended (?:by|me|us|you)|who (?:sent|told) you|you invite|to invite(?! you)|cc|bcc',
  'billing|bill to|invoice|invoicing|accounting|accountant|accounts payable|payroll',
  '(?:accounts|finance) (?:contact|department|email|team)',
  'someone else|somebody else|someone s|somebody s',
  '(?:another|other|second|additional) (?:applicant|attendee|contact|participant|person|travell?er)',
  '(?:applicant|attendee|contact|participant|person|travell?er) ?(?:[2-9]|1\\d)',
  'procurement|receiver|introducer|you (?:are|re) inviting|would you like to bring',
  '(?:account|contact|deal|hubspot|lead) owner|sales rep|account executive',
  // German.
  'eingeladene?n?|freund(?:e|es|in)?|bekannten|kolleg(?:en?|in)|vorgesetzte[nr]?|chefin',
  '(?:deines|ihres) chefs',
  'mitarbeiters?|arbeitgebers?|eltern(?:teils?)?|erziehungsberechtigte[nr]?|kindes',
  'assistentin|empfangers?|beschenkten|gast(?:es)?|begleit(?:person|ung)|notfallkontakt',
  'rechnung[^ ]*|buchhaltung|geworben|empfohlen von|(?:dich|sie|uns) empfohlen|empfehlung von',
  // French.
  '(?:a|d|l|de|ton|votre) invite|amie?|parraine?|marraine|facturation|factures?|comptabilite',
  'comptable|destinataire|beneficiaire|collegue|(?:ton|votre) (?:chef|responsable)|superieur',
  'tut(?:eur|rice)|conjointe?|epouse|mari|(?:du|ton|votre) partenaire|assistante|enfant|urgence',
  'employeur|employe|accompagnante?|a recommande|recommande par',
  // Spanish.
  'invitad[oa]|te invito|amig[oa]|facturacion|facturas?|contabilidad|acompanante|recomendo',
  'refirio|referid[oa]|destinatari[oa]|beneficiari[oa]|companer[oa]|colega|jef[ea]|padre|madre',
  'tu tutor|pareja|conyuge|espos[oa]|asistente|emergencia|hij[oa]|emplead[oa]r?|del familiar',
  // Portuguese.
  'convidad[oa]|convidou|indicou|indicad[oa] por|faturamento|faturacao|faturas?|nota fiscal',
  'contabilidade|financeiro|chefe|do pai(?!s)|dos pais|mae|conjuge|(?:d[oa]|seu|sua) parceir[oa]',
  'assistente|acompanhante|filh[oa]|funcionari[oa]',
  // Italian.
  'invitat[oa]|amic[oa]|fatturazione|fattur[ae]|contabilita|amministrazione|colleg(?:a|hi)|capo',
  'ha (?:consigliato|segnalato)|consigliato da|genitor[ei]|tutore|coniuge|marito|moglie',
  'emergenza|figli[oa]?|dipendente|ospite|accompagnatore',
  // Dutch.
  'uitgenodigde?|vriend(?:in)?|factu(?:ur|ren|ratie)|boekhouding|administratie|doorverwezen',
  'aanbevolen door|ontvanger|collega|baas|leidinggevende|(?:van|een|je|uw) ouder|voogd|assistent',
  'noodcontact|(?:het|je|jouw|uw) kind|werknemer|werkgever|medewerker',
].join('|')

/** Phrases with such a word that are about the one who fills in the form, or about no person. */
const harmless = [
  'our (?:[^ ]+ )?(?:manager|assistant|colleague|partner)s?|(?:as|become|becoming) an? [^ ]+',
  'for (?:your|our|future) (?:reference|invoice)|your gift|gift card',
  'you (?:are|re|(?:have|ve) been) invited(?! by)|you were invited with',
  '(?:guest|partner|referral) (?:account|code|link|list|portal|program(?:me)?)',
].join('|')

/** `Their`, and `your teacher's`, but not `your company's`. */
const whose = 'their|his|her|(?:your|my) (?!business|company|organi[sz]ation|school|team)[^ ]+ s'
const what = 'email|mail|name|first|last|phone|mobile|number|address|contact|details'

const patterns = once(() => ({
  // Also `friends`, and a key such as `friendemail` or `guest2`.
  other: compiled(new RegExp(`(?:^| )(?:${others})s?\\d*(?:email|name|phone)?(?= |$)`)),
  harmless: compiled(new RegExp(`(?:^| )(?:${harmless})(?= |$)`, 'g')),
  theirs: compiled(new RegExp(`(?:^| )(?:${whose}) (?:[^ ]+ ){0,2}(?:${what})(?= |$)`)),
}))

/**
 * Whether a label, as its words, asks for something of another person or of an office: the friend
 * who is invited, who referred one, an assistant, billing.
 */
export const isAboutOther = (words: string): boolean => {
  const { other, harmless, theirs } = patterns()
  return other.test(words.replace(harmless, ' ')) || theirs.test(words)
}
