import { once } from '../memoise.ts'

/**
 * Words that a text is searched for, as `toWords` spells it: `words` between word boundaries, in
 * lines only to be read; `anywhere` those of scripts that have no boundaries.
 */
type Searched = { readonly words: string; readonly anywhere: string }

/** Negations: with one a text does not agree. */
const negations: Searched = {
  words: `
no|nope|not|never|none|nothing|nor|cannot|(?:are|ca|could|did|do|does|have|is|should|wo|would)n'?t
nein|nicht|nichts|kein(?:e[mnrs]?)?|nie|niemals|ohne|non|pas|jamais|aucune?|sans|rien|nunca|jamas|tampoco|ningun\\p{L}*
sin|nao|nem|nenhuma?|sem (?:e ?mails?|newsletter|contato|contacto)|nessun\\p{L}*|niente|senza|niet|nee|geen|nooit|zonder
inte|ej|nej|aldrig|inga|inget|ingen|ingenting|utan|ikke|ikkje|uden|uten|nei|ekki|enga|engin|aldrei|ei|en halua|en hyvaksy
en suostu|ala laheta|alkaa lahettako|ilman|nie|nigdy|bez|zadn\\p{L}*|ne|nikdy|nikoli|nocem|nemoj\\p{L}*|necu|nikad|nikak\\p{L}*|ziadn\\p{L}*
ne(?:chc|souhlas|suhlas|posil|prej|prij|zel|moj|slaz|prihva|prista|nori|sutin|grib|piekr|velos|siusk)\\p{L}*|soha|semmi\\p{L}*|nelkul
nu (?:vreau|doresc|sunt|accept|ma|mi|imi|trimite\\p{L}*|prin|pe|este|e)|nicio|niciun|niciodata|fara|не|нет|ні|без|никогда|ніколи
никак\\p{L}*|жодн\\p{L}*|нико\\p{L}*|немо\\p{L}*|нећу|δεν|δε|μη|μην|οχι|χωρις|ποτε|καν(?:ενα|ενας|μια)|καμια|hayir|degil|asla
hicbir|\\p{L}+m[iu]yorum|\\p{L}+m[ae]yin(?:iz)?|istemem|mitte|nav|nekad\\p{L}*|jokiu|tidak|jangan|안
bukan|tanpa|khong|đung|לא|בלי|ללא|لا|لن|ليس|لم|بدون|نه|نمی\\p{L}*|نکنید|نہیں|नहीं|नही|मत|बिना|না|ոչ|არა`,
  anywhere: `不|没|沒|勿|无|無|别发|別發|拒|否|ません|しない|ない|なし|いいえ|ไม่|อย่า|않|아니|아뇨|싫|거부|마세요|미동의|❌`,
}

/** Ending a subscription, or refusing one. */
const endings: Searched = {
  words: `
unsubscrib\\p{L}*|opt(?:ed|ing)? ?(?:me )?out|declin\\p{L}*|den(?:y|ied|ies)|disagree\\p{L}*|refus\\p{L}*|reject\\p{L}*|revok\\p{L}*|withdr\\p{L}*
cancel\\p{L}*|stop|remov\\p{L}*|object(?: to)?|abmeld\\p{L}*|abzumelden|abbestell\\p{L}*|abzubestellen|austragen|widerruf\\p{L}*
widersprech\\p{L}*|widersprich\\p{L}*|ablehn\\p{L}*|lehne|kundigen|desabonn\\p{L}*|desinscri\\p{L}*|darme de baja|baja|rechaz\\p{L}*
recus\\p{L}*|descadastr\\p{L}*|disiscri\\p{L}*|cancellar\\p{L}*|annullar\\p{L}*|rifiut\\p{L}*|afmeld\\p{L}*|uitschrijv\\p{L}*
opzeggen|weiger\\p{L}*|avregistrer\\p{L}*|avprenumerer\\p{L}*|avsluta|avanmal\\p{L}*|frameld\\p{L}*|afvis\\p{L}*|avmeld\\p{L}*|avsla|frav[aæ]lg\\p{L}*
peruut\\p{L}*|kieltayd\\p{L}*|wypis\\p{L}*|rezygn\\p{L}*|zrezygn\\p{L}*|odmaw\\p{L}*|odhlas\\p{L}*|odmit\\p{L}*|odmiet\\p{L}*|zrus\\p{L}*
odjav\\p{L}*|odbij\\p{L}*|zavrac\\p{L}*|leiratkoz\\p{L}*|elutasit\\p{L}*|visszavon\\p{L}*|dezabon\\p{L}*|refuz\\p{L}*|отпис\\p{L}*
отказ\\p{L}*|отмен\\p{L}*|против|відпис\\p{L}*|відмов\\p{L}*|скасув\\p{L}*|διαγραφ\\p{L}*|αρνουμαι|iptal|reddediyorum|cikmak
loobu\\p{L}*|atteik\\p{L}*|atsisak\\p{L}*|huy đang ky|להסיר|הסרה|إلغاء|أرفض|لغو`,
  anywhere: `退订|退訂|取消|配信停止|解除|해지|수신거부|ยกเลิก`,
}

/** At any time: with an ending it says only that the person may change their mind. */
const anyTimes: Searched = {
  words: `
(?:at )?any ?time|(?:you|i|we) (?:can|may)(?! \\p{L}+ me)|whenever|at all times|with one click|later|jederzeit|a tout moment|en cualquier momento|cuando quiera
en qualsevol moment|a qualquer momento|a qualquer altura|in (?:qualsiasi|qualunque|ogni|qualsivoglia) momento|te allen tijde
op (?:elk|ieder) moment|altijd|nar som helst|hvenær sem er|milloin tahansa|w (?:kazdej chwili|dowolnym momencie|dowolnej chwili)
kdykoliv?|kedykolvek|kadarkoli|u (?:bilo kojem|svakom|bilo kom) trenutku|bilo kada|barmikor|oricand|по всяко време|в любо[ей] (?:момент|время)
будь який (?:момент|час)|οποτεδηποτε|ανα πασα στιγμη|οποιαδηποτε στιγμη|her zaman|istediginiz zaman|istedigim zaman|igal ajal
jebkura laika|bet kada|bet kuriuo metu|בכל עת|في أي وقت|هر زمان|kapan saja|bila bila masa|bat cu luc nao`,
  anywhere: `いつでも|随时|隨時|언제든지|ได้ทุกเมื่อ|ตลอดเวลา`,
}

/** A condition, a contrast or a doubt: a yes with one leaves open what it is to. */
const doubts: Searched = {
  words: `
but|however|might|maybe|perhaps|possibly|except|unless|instead|unsure|later|aber|jedoch|sondern|vielleicht|eventuell|statt|ausser
peut etre|sauf|pero|sino|quizas?|tal vez|talvez|excepto|salvo|porem|forse|eccetto|tranne|maar|misschien|behalve|kanske|utom|maske
kanskje|undtagen|unntatt|mutta|ehka|paitsi|moze|lecz|ale|oprocz|krome|mozda|osim|talan|kiveve|poate|insa|может|возможно|но
однако|кроме|може|мабуть|але|крім|αλλα|ομως|ισως|εκτος|ama|fakat|ancak|belki|haric|aga|voib olla|varbut|galbut|אבל|אולי|ربما
لكن|ولكن|شاید|ولی|اما|लेकिन|शायद|tapi|tetapi|mungkin|nhung`,
  anywhere: `ただし|でも|けど|かも|但|可能|也许|也許|하지만|그러나|아마|แต่|อาจ`,
}

/** Another way than e-mail: a yes to it is none to e-mail. */
const otherChannels: Searched = {
  words: `
phone|by text|text me|call me|calls? only|sms|whatsapp|telegram|by post|letters?|telefon\\p{L}*|telephone|telefono|telefone|anruf\\p{L}*
per post|briefpost|per brief|brieflich|courrier postal|par courrier|postal|puhelim\\p{L}*|puhelin|телефон\\p{L}*|τηλεφων\\p{L}*`,
  anywhere: `电话|電話|短信|簡訊|전화|문자|โทรศัพท์`,
}

const mailWords: Searched = {
  words: `e ?mails?|mails?|newsletters?|courriels?|correos?|mejl|e ?post|почт\\p{L}*`,
  anywhere: `メール|邮件|郵件|이메일|อีเมล`,
}

/** Small print beside a yes that takes nothing back: no spam, no obligations. */
const smallPrint: Searched = {
  words: `
(?:no|never|zero|without|keine?n?|ohne|pas de|sans|jamais de|sin|nessun|niente|senza|sem|nada de|geen|ingen|inget|utan|uden|uten
ei|ilman|bez|zadnego|zadny|ziadny|nem|nincs|fara|без|никакого|никакъв|жодного|χωρις|hayir|tanpa) (?:\\p{L}+ )?(?:spam\\p{L}*|спам\\p{L}*)
we (?:do not|don't|won't|will not|will never|never) (?:\\p{L}+ ){0,2}spam|i (?:do not|don't) mind|(?:no|not) more (?:\\p{L}+ )?than
(?:no|zero|without(?: any)?) (?:obligations?|strings(?: attached)?|costs?|charges?|(?:phone )?calls?|problem|worries|commitments?)
no llames|(?:ohne|keine) verpflichtung\\p{L}*|sans engagement|sin compromiso|sem compromisso|senza impegno`,
  anywhere: `スパム(?:なし|はありません|は送りません)|(?:不|不会|绝不)发送?垃圾邮件|스팸 없음`,
}

/** News that is not missed. */
const notMissed: Searched = {
  words: `
(?:never|don't|do not|not) (?:want to )?miss(?: out)?|(?:verpass|versaum)\\p{L}* (?:sie )?(?:keine?n?|nichts)|(?:nichts|keine?n?) (?:\\p{L}+ )?(?:verpassen|versaumen)
(?:ne )?rien (?:\\p{L}+ )?(?:manquer|rater)|(?:ne )?(?:manquez|ratez|manquer|rater) (?:pas|rien|aucune?|plus)|no te pierdas nada`,
  anywhere: `お見逃しなく`,
}

/** Data that is not passed on: not about whether the sender writes. */
const notShared: Searched = {
  words: `
(?:not|never|n't|nicht|nie|pas|jamais|no|nunca|nao|non|mai|niet|nooit|inte|aldrig|ikke|nie|ne|nem|не|none of) (?:(?!e?mail)\\p{L}+ ){0,3}(?:shar(?:e|ed|ing)
sell|sold|disclos\\p{L}*|third part(?:y|ies)|weitergegeben|weitergeben|dritte|partag\\p{L}*|tiers|vendu\\p{L}*|compart\\p{L}*|terceros|tercers|terceiros
partilh\\p{L}*|condivis\\p{L}*|terzi|derden|gedeeld|delas|deles|udostepni\\p{L}*|trzecim|sdil\\p{L}*|tretim|megoszt\\p{L}*|третьим|третім|передава\\p{L}*)`,
  anywhere: `第三者に提供しません`,
}

const separators = "\\s.,;:!?()'–—/|…、。，；：！？（）"
const toPattern = ({ words, anywhere }: Searched, flags = 'u'): RegExp => {
  const letter = `[^${separators}]`
  const list = words.trim().replaceAll('\n', '|').replaceAll('\\p{L}', letter)
  return new RegExp(`(?<!${letter})(?:${list})(?!${letter})|${anywhere}`, flags)
}

/** Made when a text is first read, so that the functions start quickly. */
export const patterns = once(() => ({
  negation: toPattern(negations),
  ending: toPattern(endings),
  anyTime: toPattern(anyTimes),
  doubt: toPattern(doubts),
  otherChannel: toPattern(otherChannels),
  mail: toPattern(mailWords),
  smallPrint: toPattern(smallPrint, 'gu'),
  notMissed: toPattern(notMissed, 'gu'),
  notShared: toPattern(notShared, 'gu'),
}))

/** Whether the words of a text have a negation, or end or refuse something. */
export const saysNo = (words: string): boolean =>
  patterns().negation.test(words) || patterns().ending.test(words)
