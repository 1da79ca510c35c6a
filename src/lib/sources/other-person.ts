import { once } from '../memoise.ts'

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
  'finance (?:contact|department|team)|someone else|somebody else|someone s|somebody s',
  '(?:another|other|second|additional) (?:applicant|attendee|contact|participant|person|travell?er)',
  '(?:applicant|attendee|contact|participant|person|travell?er) ?(?:[2-9]|1\\d)',
  // German, French, Spanish, Portuguese, Italian, Dutch.
  'eingeladene?n?|freund(?:e|es|in)?|rechnung(?:en)?',
  '(?:a|d|l|de|ton|votre) invite|amie?|parraine?|facturation',
  'invitad[oa]|te invito|amig[oa]|facturacion',
  'convidad[oa]|convidou|faturamento',
  'invitat[oa]|amic[oa]|fatturazione',
  'uitgenodigde?|vriend(?:in)?|factuur',
].join('|')

/** Phrases with such a word that are about the one who fills in the form, or about no person. */
const harmless = [
  'our (?:[^ ]+ )?(?:manager|assistant|colleague|partner)s?|(?:as|become|becoming) an? [^ ]+',
  'for (?:your|our|future) (?:reference|invoice)|your gift|gift card|you (?:are|re) invited(?! by)',
  'you were invited with|(?:guest|partner|referral) (?:account|code|link|list|portal|program(?:me)?)',
].join('|')

/** `Their`, and `your teacher's`, but not `your company's`. */
const whose = 'their|his|her|(?:your|my) (?!business|company|organi[sz]ation|school|team)[^ ]+ s'
const what = 'email|mail|name|first|last|phone|mobile|number|address|contact|details'

const patterns = once(() => ({
  // Also `friends`, and a key such as `friendemail` or `guest2`.
  other: new RegExp(`(?:^| )(?:${others})s?\\d*(?:email|name|phone)?(?= |$)`),
  harmless: new RegExp(`(?:^| )(?:${harmless})(?= |$)`, 'g'),
  theirs: new RegExp(`(?:^| )(?:${whose}) (?:[^ ]+ ){0,2}(?:${what})(?= |$)`),
}))

/**
 * Whether a label, as its words, asks for something of another person or of an office: the friend
 * who is invited, who referred one, an assistant, billing.
 */
export const isAboutOther = (words: string): boolean => {
  const { other, harmless, theirs } = patterns()
  return other.test(words.replace(harmless, ' ')) || theirs.test(words)
}
