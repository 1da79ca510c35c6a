/**
 * What people and form builders answer, as data; every list is split at `|` and line ends, and
 * compared as `toWords` spells a text: in lower case, without accents and hyphens. A word that means
 * yes in one language and no in another is in neither list.
 */

/** One word, or a fixed phrase, that means yes. Danish "tak" is thanks, Polish "tak" is yes. */
export const yesWords = `
yes|yep|yeah|yup|ok|okay|sure|ja|jawohl|ja tak|oui|ouais|sí|sim|da|já|kyllä|joo|jah|jaa|jā|taip|tak|ano|áno|igen
evet|ya|iya|có|vâng|да|так|ναι|כן|نعم|أجل|بله|بلی|آری|हाँ|हां|जी हाँ|जी हां|ใช่|はい|ええ|是|是的|好|好的|예|네`

/** One word, or a fixed phrase, that means no. */
export const noWords = `
no|nope|nah|nein|nö|non|nee|neen|não|nu|nej|nej tak|nei|ei|nē|ne|nie|nem|hayır|tidak|không|не|нет|ні|όχι|לא|لا|كلا
نه|خیر|نخیر|नहीं|नही|जी नहीं|ไม่|ไม่ใช่|いいえ|いや|否|不|不是|아니요|아니오|아뇨`

/** What may stand beside a yes or a no without a meaning of its own. */
export const politeWords = `
please|pls|then|thanks|thank you|thx|very much|i don't mind|i do not mind|bitte|danke|dankeschön|vielen dank|gern
gerne|sehr gern|sehr gerne|s'il vous plaît|s'il te plaît|svp|merci|bien sûr|volontiers|avec plaisir|por favor
gracias|muchas gracias|claro|si us plau|gràcies|moltes gràcies|obrigado|obrigada|per favore|grazie|volentieri|graag
alsjeblieft|alstublieft|dank je|dank u|dank je wel|dank u wel|bedankt|tack|tack så mycket|mange tak|takk|ellers takk
ellers tak|gärna|gjerne|kiitos|mielelläni|proszę|dziękuję|dzięki|chętnie|prosím|děkuji|díky|ďakujem|rád|ráda|hvala
molim|prosim|kérem|köszönöm|köszi|szívesen|mersi|mulțumesc|vă rog|te rog|cu plăcere|моля|благодаря|пожалуйста
спасибо|будь ласка|дякую|хвала|молим|παρακαλώ|ευχαριστώ|lütfen|teşekkürler|teşekkür ederim|palun|aitäh|tänan|lūdzu
paldies|prašau|ačiū|תודה|תודה רבה|בבקשה|شكرا|من فضلك|ممنون|متشکرم|مرسی|لطفا|धन्यवाद|कृपया|terima kasih|tolong|cảm ơn
xin|ขอบคุณ|ค่ะ|ครับ|お願いします|ありがとうございます|結構です|谢谢|謝謝|감사합니다|괜찮습니다`

/** Agreeing in the first person or as a button says it: yes, also with an object behind it. */
export const agreements = `
i agree|i accept|i consent|i give my consent|i approve|i allow|sign me up|subscribe me|notify me|keep me informed
keep me updated|keep me posted|keep me up to date|keep me in the loop|email me|e mail me|opt me in|count me in
subscribe to|please sign me up|please add me|please subscribe me|send me news|send me the newsletter
send me your newsletter|send me updates|send me email|send me emails|send me e mails|i want to receive
i'd like to receive|i would like to receive|i wish to receive|i want to subscribe|i'd like to subscribe
i would like to subscribe|yes i|yes i'd|yes i'm|yes please|yes sign|yes add|yes send|yes keep|yes notify|yes email
yes e mail|yes subscribe|yes put|yes let|yes count|ja ich|ja bitte|ja ik|ja graag|ja jag|ja jeg|oui je|sí quiero
sim quero|sì voglio|ich stimme|ich stimme zu|ich willige ein|ich bin einverstanden|einverstanden|ich akzeptiere
ich möchte den newsletter|ich möchte e mails|ich will den newsletter|newsletter abonnieren|j'accepte
je suis d'accord|d'accord|j'autorise|je souhaite recevoir|je veux recevoir|j'aimerais recevoir|je souhaite m'abonner
je m'abonne|je m'inscris|inscrivez moi|acepto|estoy de acuerdo|de acuerdo|consiento|autorizo|doy mi consentimiento
quiero recibir|deseo recibir|quiero suscribirme|suscríbeme|accepto|d'acord|hi estic d'acord|aceito|concordo
estou de acordo|quero receber|accetto|acconsento|d'accordo|sono d'accordo|autorizzo|do il mio consenso
voglio ricevere|iscrivimi|ik ga akkoord|ik ben akkoord|akkoord|ik stem toe|ik geef toestemming|ik accepteer
ik wil de nieuwsbrief|ik wil graag de nieuwsbrief|schrijf me in|jag godkänner|jag samtycker|jag accepterar
jag vill ha nyhetsbrev|jeg accepterer|jeg samtykker|jeg giver samtykke|jeg vil gerne modtage
jeg vil gerne have nyhedsbrevet|jeg godtar|jeg aksepterer|jeg gir samtykke|jeg vil gjerne motta
jeg vil gjerne ha nyhetsbrevet|ég samþykki|samþykki|hyväksyn|suostun|haluan vastaanottaa|zgadzam się|wyrażam zgodę
akceptuję|zgoda|chcę otrzymywać|souhlasím|chci dostávat|súhlasím|chcem dostávať|strinjam se|sprejemam|slažem se
prihvaćam|prihvatam|želim primati|слажем се|elfogadom|hozzájárulok|szeretnék kapni|sunt de acord|de acord|consimt
vreau să primesc|съгласен|съгласна|съгласен съм|съгласна съм|приемам|давам съгласие|искам да получавам|согласен
согласна|я согласен|я согласна|соглашаюсь|даю согласие|принимаю|хочу получать|я хочу получать|згоден|згодна|я згоден
я згодна|погоджуюсь|погоджуюся|хочу отримувати|συμφωνώ|αποδέχομαι|συναινώ|θέλω να λαμβάνω|kabul ediyorum|onaylıyorum
onay veriyorum|nõustun|piekrītu|sutinku|אני מסכים|אני מסכימה|מסכים|מסכימה|אני מאשר|אני מאשרת|מאשר|מאשרת|أوافق|موافق
موافقة|أقبل|موافقم|می پذیرم|قبول دارم|सहमत|मैं सहमत हूँ|मैं सहमत हूं|स्वीकार है|setuju|saya setuju|saya bersedia
đồng ý|tôi đồng ý|chấp nhận|tôi chấp nhận|ยอมรับ|ยินยอม|ตกลง|ฉันยอมรับ|同意|同意する|同意します|希望する|希望します
登録する|登録します|我同意|接受|我接受|愿意|我愿意|願意|我願意|订阅|訂閱|동의|동의함|동의합니다|수신 동의
수신 동의함`

/** A whole answer that agrees to be written to: a state of a sender's list, a button, a sure yes. */
export const consentStates = `
sign up|signed up|opting in|confirm|confirmed|i confirm|grant|granted|consent given|consent granted|consented
consents|allow|allowed|approve|approved|authorized|authorised|permitted|i do|accepts|agrees|gladly|of course
absolutely|definitely|certainly|with pleasure|i'm in|i am in|gern|gerne|sehr gern|sehr gerne|natürlich|klar
selbstverständlich|zugestimmt|akzeptieren|akzeptiert|abonnieren|abonniert|angemeldet|bestätigt|bien sûr|volontiers
avec plaisir|accepter|accepté|s'abonner|abonné|abonnée|autorisé|confirmé|claro|claro que sí|por supuesto|aceptar
aceptado|suscribirme|suscribirse|suscrito|confirmado|com certeza|aceitar|inscrito|certo|volentieri|iscritto
accettato|confermato|graag|accepteren|geaccepteerd|aangemeld|ingeschreven|gärna|absolut|godkänn|godkänt|accepterat
prenumerera|accepteret|tilmeldt|gjerne|godtatt|påmeldt|mielelläni|hyväksytty|chętnie|oczywiście|samozřejmě
samozrejme|persze|desigur|конечно|звичайно|βεβαίως|φυσικά|tabii|elbette|kabul|istiyorum|abone ol|ใช่ค่ะ|ใช่ครับ
ต้องการ|お願いします|はいお願いします|当然|當然|可以|구독|구독합니다`

/** A whole answer that agrees, whatever the question is about. */
export const agreedWords = `
accept|accepted|agree|agreed|consent|i accept|i agree|i consent`

/** A whole answer that is on the list: a yes to consent, a no to an opt-out. */
export const listedWords = `
subscribed|subscribe|opt in|opted in|optin`

/** A whole answer that is off the list: a no to consent, a yes to an opt-out. */
export const unlistedWords = `
unsubscribed|un subscribed|unsubscribe|unsubscribe me|unsubscribe from all|unsubscribe from all emails
unsubscribe from all e mails|i want to unsubscribe|not subscribed|opt out|opted out|optout|opting out`

/** A whole answer that refuses to be written to: a state of a sender's list, or a button. */
export const refusalStates = `
nonsubscribed|non subscribed|decline|declined|declines|i decline|deny|denied|disagree|disagreed|i disagree|refuse
refused|i refuse|reject|rejected|rejects|revoke|revoked|withdrawn|pending|unconfirmed|not confirmed|not given
no consent|blocked|bounced|cleaned|complained|redacted|invalid|inactive|suppressed|cancelled|canceled|expired|never
none|nothing|not now|not yet|not interested|rather not|later|i do not agree|i don't agree|no emails|no e mails
no newsletter|abgelehnt|abgemeldet|kein|keine|bitte nicht|lieber nicht|refusé|désabonné|pas maintenant|rechazado
recusado|rifiutato|geweigerd|afgemeld|no quiero|no acepto|je refuse|je ne veux pas|je n'accepte pas|ich möchte nicht
ich stimme nicht zu|ik wil niet|não quero|não aceito|non accetto|non voglio|jag vill inte|jeg vil ikke|nie chcę
nie zgadzam się|nechci|nesouhlasím|nesúhlasím|nočem|ne želim|neću|nem kérek|не хочу|не согласен|не согласна
не погоджуюсь|δεν θέλω|δεν συμφωνώ|istemiyorum|kabul etmiyorum|nesutinku|לא מסכים|لا أوافق|tidak setuju|không đồng ý
ไม่ค่ะ|ไม่ครับ|ไม่ยอมรับ|同意しない|同意しません|希望しません|동의하지 않음|동의하지 않습니다|不用|不用了|不要|不了
不需要|不同意|我不同意|拒绝|拒絕|拒否|不要です|結構です`

/** Words that take a yes back, or make a text a no, beside `noWords`; `*` is the rest of a word. */
export const contraryWords = `
not|never|none|nothing|nor|neither|cannot|without|*n't|dont|wont|cant|isnt|unsubscrib*|opt* out|optout|opt me out
declin*|deny|denied|disagree*|refus*|reject*|revok*|withdr*|cancel*|stop|remov*|i object|only|by phone|call me|sms|text me|whatsapp|whats app|but|however|maybe|perhaps
might|except|unless|instead|later|nicht|nichts|kein*|nie|niemals|ohne|dagegen|abmeld*|abzumelden|abbestell*
abzubestellen|austragen|widerruf*|widersprech*|ablehn*|lehne|aber|jedoch|sondern|vielleicht|außer|n|pas|jamais
aucun*|sans|rien|désabonn*|désinscri*|mais pas|mais par|peut être|sauf|nada|nunca
jamás|tampoco|ningun*|sin|baja|rechaz*|pero|sino|quizá*|tal vez|excepto|salvo|nenhum*|sem e mail*|sem newsletter
recus*|descadastr*|porém|talvez|nessun*|niente|senza|disiscri*|annull*|rifiut*|forse
tranne|cap correu|niet|geen|nooit|zonder|afmeld*|uitschrij*|weiger*|maar|misschien|behalve|inte|ej|aldrig|inga|inget
ingen|utan|avregistr*|avprenumer*|avanmäl*|kanske|utom|ikke|ikkje|aldri|intet
uden|uten|frameld*|avmeld*|måske|kanskje|ekki|enginn|engan|aldrei|en halua|en hyväksy|en suostu|älä|ilman|peruut*
mutta|ehkä|nigdy|żadn*|bez|rezygn*|wypis*|odmaw*|ale|lecz|może|oprócz|nechc*|nesouhlas*|nesúhlas*|nepřej*|neposíl*
neželám|žádn*|žiadn*|nikdy|odhl*|odmít*|odmiet*|zruš*|nočem|neću|nemoj*|brez|nikoli|nikad*|odjav*|ampak
možda|soha|semmi*|nélkül|leiratkoz*|visszavon*|elutasít*|talán|kivéve|fără|nici*|dezabon*|refuz*|însă|poate|нећу
немој*|без|ни|никог*|никак*|отпис*|отпиш*|отказ*|отмен*|против|но|однако|может|може|кроме|ніколи|жодн*|відпис*|відпиш*|відмов*|але
δεν|δε|μη|μην|χωρίς|ποτέ|καμία|κανένα*|διαγραφ*|αλλά|όμως|ίσως|değil|*miyorum|*muyorum|istemem|asla|*mayın|*meyin
*mayınız|*meyiniz|iptal|ama|fakat|ancak|belki|mitte|ära|loobu*|aga|nevēl*|nepiekr*|nekad|nenor*|nesutin*|niekada
atsisak*|bukan|jangan|tanpa|tak mau|tak nak|tak setuju|tapi|tetapi|mungkin|chưa|đừng|hủy|nhưng|ולא|שלא|אל|בלי|ללא
להסיר|אבל|ولا|لن|ليس|لم|بدون|أرفض|إلغاء|لكن|ولكن|نمی*|نخواه*|نکن*|لغو|اما|न|मत|बिना|लेकिन|안
nur|seulement|uniquement|solo|sólo|solamente|apenas|só|somente|soltanto|alleen|bara|endast|kun|bare|vain|tylko|pouze
samo|csak|doar|только|лише|само|μόνο|sadece|yalnızca|hanya`

/** The same in scripts that set no blanks between words: a part of any word. */
export const contraryParts =
  'ません|ない|なし|いいえ|不|拒|ただし|でも|けど|解除|停止|没|沒|勿|未同意|别发|別發|别再|无需|無需|無用|但|可能|也许|也許|取消|退订|退訂|않|아니|아뇨|없|미동의|싫|거부|마세요|해지|하지만|ไม่|อย่า|แต่|ยกเลิก|❌'
