/**
 * What people and form builders answer, as data; every list is split at `|` and line ends, and
 * compared as `toWords` spells a text: in lower case, without accents and hyphens. A word that means
 * yes in one language and no in another is in neither list.
 */

/** One word, or a fixed phrase, that means yes. Danish "tak" is thanks, Polish "tak" is yes. */
export const yesWords = `
yes|yep|yeah|yup|ok|okay|sure|ja|jawohl|ja tak|oui|ouais|sí|sim|da|já|kyllä|joo|jah|jaa|jā|taip|tak|ano|áno|igen
evet|ya|iya|có|vâng|да|так|ок|окей|ναι|כן|نعم|أجل|بله|بلی|آری|हाँ|हां|जी हाँ|जी हां|ใช่|はい|ハイ|ええ|うん
是|是的|好|好的|对|對|嗯|예|네`

/** One word, or a fixed phrase, that means no. */
export const noWords = `
no|nope|nah|nahi|nahin|nein|nö|non|nee|neen|não|nu|nej|nej tak|nei|ei|nē|ne|nie|nem|hayır|yok|tidak|enggak|nggak|gak|không|не|нет|ні|όχι|לא|لا|كلا
نه|خیر|نخیر|नहीं|नही|जी नहीं|ไม่|ไม่ใช่|いいえ|イイエ|いや|否
不|不是|아니요|아니오|아뇨|아니`

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
keep me updated|keep me posted|keep me up to date|keep me in the loop|i give consent|i hereby consent|i opt in|email me|e mail me|opt me in|count me in
subscribe to|please sign me up|please add me|please subscribe me|send me news|send me the newsletter
send me your newsletter|send me updates|send me email|send me emails|send me e mails|i want to receive
i'd like to receive|i would like to receive|i wish to receive|i want to subscribe|i'd like to subscribe
i would like to subscribe|yes i|yes i'd|yes i'm|yes please|yes sign|yes add|yes send|yes keep|yes notify|yes email
yes e mail|yes subscribe|yes put|yes let|yes count|ja ich|ja bitte|ja ik|ja graag|ja jag|ja jeg|oui je|sí quiero
sim quero|sì voglio|ich stimme|ich stimme zu|ich willige ein|ich bin einverstanden|einverstanden|ich akzeptiere
ich möchte den newsletter|ich möchte e mails|ich will den newsletter|newsletter abonnieren|j'accepte
je suis d'accord|je consens|d'accord|j'autorise|je souhaite recevoir|je veux recevoir|j'aimerais recevoir|je souhaite m'abonner
je m'abonne|je m'inscris|inscrivez moi|acepto|estoy de acuerdo|de acuerdo|consiento|autorizo|doy mi consentimiento
quiero recibir|deseo recibir|quiero suscribirme|suscríbeme|accepto|d'acord|hi estic d'acord|aceito|eu aceito|concordo|eu concordo
estou de acordo|quero receber|accetto|acconsento|d'accordo|sono d'accordo|autorizzo|do il mio consenso|do il consenso|presto il consenso
voglio ricevere|iscrivimi|ik ga akkoord|ik ben akkoord|akkoord|ik stem toe|ik geef toestemming|ik accepteer
ik wil de nieuwsbrief|ik wil graag de nieuwsbrief|schrijf me in|jag godkänner|jag samtycker|jag accepterar
jag vill ha nyhetsbrev|jeg accepterer|jeg samtykker|jeg giver samtykke|jeg vil gerne modtage
jeg vil gerne have nyhedsbrevet|jeg godtar|jeg aksepterer|jeg gir samtykke|jeg vil gjerne motta
jeg vil gjerne ha nyhetsbrevet|ég samþykki|samþykki|hyväksyn|suostun|haluan vastaanottaa|zgadzam się|wyrażam zgodę
akceptuję|zgoda|chcę otrzymywać|souhlasím|chci dostávat|súhlasím|chcem dostávať|strinjam se|sprejemam|slažem se
prihvaćam|prihvatam|pristajem|suglasan sam|suglasna sam|želim primati|слажем се|elfogadom|egyetértek|hozzájárulok|szeretnék kapni|sunt de acord|de acord|consimt
vreau să primesc|съгласен|съгласна|съгласен съм|съгласна съм|приемам|давам съгласие|искам да получавам|согласен
согласна|я согласен|я согласна|соглашаюсь|даю согласие|принимаю|хочу получать|я хочу получать|подтверждаю|разрешаю|згоден|згодна|я згоден
я згодна|погоджуюсь|погоджуюся|хочу отримувати|συμφωνώ|αποδέχομαι|δέχομαι|συναινώ|θέλω να λαμβάνω|kabul ediyorum|onaylıyorum
onay veriyorum|nõustun|piekrītu|sutinku|אני מסכים|אני מסכימה|מסכים|מסכימה|אני מאשר|אני מאשרת|מאשר|מאשרת|أوافق|موافق
موافقة|أقبل|موافقم|می پذیرم|قبول دارم|सहमत|मैं सहमत हूँ|मैं सहमत हूं|स्वीकार है|setuju|saya setuju|saya bersedia
đồng ý|tôi đồng ý|chấp nhận|tôi chấp nhận|ยอมรับ|ยินยอม|ตกลง|เห็นด้วย|ฉันยอมรับ|ฉันยินยอม|ข้าพเจ้ายินยอม|同意|同意する|同意します|同意しました|承諾します|希望する|希望します
登録する|登録します|我同意|接受|我接受|愿意|我愿意|願意|我願意|订阅|訂閱|동의|동의함|동의합니다|수신 동의
수신동의|수신 동의함`

/** A whole answer that agrees to be written to: a state of a sender's list, a button, a sure yes. */
export const consentStates = `
sign up|signed up|opting in|confirm|confirmed|i confirm|grant|granted|consent given|consent granted|consented
consents|allow|allowed|approve|approved|authorized|authorised|permitted|i do|accepts|agrees|gladly|of course
absolutely|definitely|certainly|with pleasure|i'm in|i am in|sure thing|sounds good|gern|gerne|sehr gern|sehr gerne|natürlich|klar|na klar
ja klar|zustimmen|selbstverständlich|zugestimmt|akzeptieren|akzeptiert|abonnieren|abonniert|angemeldet|bestätigt|bien sûr|volontiers
avec plaisir|accepter|accepté|s'abonner|abonné|abonnée|autorisé|confirmé|claro|claro que sí|por supuesto|aceptar
aceptado|suscribirme|suscribirse|suscrito|confirmado|com certeza|com prazer|aceitar|inscrito|certo|certamente|va bene|volentieri|iscritto
accettato|confermato|graag|accepteren|geaccepteerd|aangemeld|ingeschreven|zeker|jazeker|ja hoor|natuurlijk|gärna|självklart|javisst|selvfølgelig|absolut|godkänn|godkänt|accepterat
prenumerera|accepteret|tilmeldt|gjerne|godtatt|påmeldt|mielelläni|hyväksytty|totta kai|chętnie|oczywiście|jasne|samozřejmě
samozrejme|jasně|naravno|seveda|persze|rendben|desigur|sigur|конечно|хочу|хорошо|подписаться|звичайно|добре|разбира се
βεβαίως|φυσικά|θέλω|tabii|tabii ki|tamam|elbette|kabul|istiyorum|evet istiyorum|בטח|בשמחה|بالتأكيد|طبعا|ठीक है
abone ol|ใช่ค่ะ|ใช่ครับ
ต้องการ|お願いします|はいお願いします|もちろん|もちろんです|当然|當然|可以|要|我要
需要|同意接收邮件|我同意接收邮件|구독|구독합니다|희망|희망합니다|받겠습니다|네 동의합니다`

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

/** Refusing in the first person or as a request: no, also with an object behind it. */
export const refusals = `
no i|no emails|no e mails|no mail|no newsletter|no newsletters|no marketing|i do not agree|i don't agree|i dont agree
i do not accept|i don't accept|i do not consent|i don't consent|i do not give|i don't give|i do not want any
i don't want any|i do not want to receive|i don't want to receive|i do not want to be|i don't want to be
i do not want email|i do not want emails|i do not want e mails|i don't want email|i don't want emails
i don't want e mails|i do not wish|i don't wish|i'd rather not|i would rather not|i prefer not|do not contact
don't contact|do not email|don't email|do not e mail|don't e mail|do not send|don't send|do not subscribe
don't subscribe|please do not|please don't|nein ich|ich stimme nicht|ich willige nicht|ich bin nicht einverstanden
nicht einverstanden|ich lehne|ich möchte nicht|ich möchte keine e mails|ich möchte keine emails
ich möchte keine mails|ich möchte keinen newsletter|ich will keine e mails|ich will keine emails
ich will keinen newsletter|keine e mails|keine emails|keine mails|keinen newsletter|kein newsletter|keine werbung
je refuse|je ne veux pas|je ne souhaite pas|je ne suis pas d'accord|je n'accepte pas|pas d'accord|no acepto|no deseo
no autorizo|no consiento|no estoy de acuerdo|no quiero recibir|no quiero correos|não aceito|não concordo|não desejo
não autorizo|não quero receber|non accetto|non acconsento|non desidero|non voglio ricevere|non sono d'accordo
ik ga niet akkoord|niet akkoord|ik wil geen e mails|ik wil geen nieuwsbrief|geen e mails|geen nieuwsbrief
jag samtycker inte|jag godkänner inte|jag vill inte ha|inga mejl|jeg samtykker ikke|jeg accepterer ikke
jeg godtar ikke|jeg ønsker ikke|jeg vil ikke have|jeg vil ikke ha|ingen e post|en halua|en hyväksy|en suostu|ei soovi
ei nõustu|nevēlos|nepiekrītu|nenoriu|nesutinku|nie chcę|nie wyrażam|nie zgadzam się|nie akceptuję|nechci|nesouhlasím
nechcem|nesúhlasím|nočem|ne želim|neću|ne slažem se|ne strinjam se|nem kérek|nem kérem|nem szeretnék|nem fogadom el
nem járulok hozzá|nem értek egyet|nu vreau|nu doresc|nu accept|nu sunt de acord|не хочу|не желаю|не согласен
не согласна|не надо|не нужно|я не хочу|отказываюсь|не згоден|не згодна|не погоджуюсь|не потрібно|не треба|не искам
не желая|не съм съгласен|не съм съгласна|не желим|нећу|не слажем се|δεν θέλω|δεν επιθυμώ|δεν συμφωνώ|δεν αποδέχομαι
לא רוצה|אני לא רוצה|אני לא מסכים|אני לא מסכימה|לא מסכים|לא מעוניין|לא מעוניינת|لا أريد|لا أوافق|غير موافق|أرفض
نمی‌خواهم|موافق نیستم|मैं सहमत नहीं|असहमत|tidak mau|tidak ingin|tidak setuju|không muốn|không đồng ý`

/** A whole answer that refuses to be written to: a state of a sender's list, or a button. */
export const refusalStates = `
nonsubscribed|non subscribed|decline|declined|declines|i decline|deny|denied|disagree|disagreed|i disagree|refuse
refused|i refuse|reject|rejected|rejects|revoke|revoked|withdrawn|pending|unconfirmed|not confirmed|not given
no consent|blocked|bounced|cleaned|complained|redacted|invalid|inactive|suppressed|cancelled|canceled|expired|never
none|nothing|not now|not yet|not interested|not really|not for me|not right now|not at this time|not at the moment
rather not|later|no way|absolutely not|definitely not|certainly not|of course not|❌ no|no ❌|abgelehnt|abgemeldet
ablehnen|kein|keine|bitte nicht|lieber nicht|auf keinen fall|refusé|refuser|désabonné|jamais|pas maintenant
rechazado|rechazar|nunca|ahora no|no quiero|recusado|recusar|agora não|não quero|rifiutato|rifiutare|non voglio
geweigerd|afgemeld|weigeren|liever niet|nooit|ik wil niet|nee hoor|aldrig|inte nu|jag vill inte|ikke nu|jeg vil ikke
aldri|nigdy|nie teraz|nikdy|odmítám|soha|niciodată|никогда|спасибо не надо|ποτέ|istemiyorum|kabul etmiyorum
onaylamıyorum|hayır istemiyorum|asla|לא עכשיו|không đồng ý nhận|ไม่ค่ะ|ไม่ครับ|ไม่ยอมรับ|ไม่ยินยอม|ไม่ต้องการ
ไม่เห็นด้วย|ไม่เป็นไร|同意しない|同意しません|希望しない|希望しません|登録しない|受信しない|受け取らない|いりません|拒否する
不用|不用了|不要|不了|不想|不愿意|不願意|不需要|不接受|不同意|我不同意|不订阅|不訂閱|拒绝|拒絕|拒否|不要です|結構です
いいえ結構です|거부|수신 거부|수신거부|비동의|미동의|동의 안 함|동의하지 않음|동의하지 않습니다|원하지 않음|원하지 않습니다
받지 않음|싫어요`

/** Words that take a yes back, or make a text a no, beside `noWords`; `*` is the rest of a word. */
export const contraryWords = `
not|never|none|nothing|nor|neither|cannot|without|*n't|dont|wont|cant|isnt|unsubscrib*|false|0|opt* out|optout|opt me out
declin*|deny|denied|disagree*|refus*|reject*|revok*|withdr*|cancel*|stop|remov*|delete*|erase*|exclud*|skip|avoid|quit|fewer|forget me|leave me|take me off|i object|oppos*|only
phone|telephone|call|calls|be called|ring me|sms|text me|text messages|by text|by post|by letter|push|in person
whatsapp|whats app|telegram|but|however|maybe|perhaps
might|probably|possibly|i guess|i suppose|sometimes|someday|for now|in theory|unfortunately|hate|sign me out|except|unless|instead|later|nicht|nichts|kein*|nie|niemals|ohne|dagegen|abmeld*|abzumelden|abbestell*
abzubestellen|austragen|widerruf*|widersprech*|widerspruch|ablehn*|lehne|losch*|entfern*|kündig*|stopp*|verzicht*|weder|ungern|telefon*|anruf*
angerufen|rufen sie|ruft mich|per post|per brief|postalisch|später|irgendwann|eventuel*|weniger|ausgenommen|ausschließlich|aber|jedoch|sondern|vielleicht|außer|n|pas|jamais
aucun*|sans|rien|désabonn*|désinscri*|supprim*|retirer|retirez*|arrêt*|cessez|moins|telephon*|appelez*|appelé|par courrier|plus tard
mais pas|mais par|peut être|sauf|nada|nunca
elimin*|borrar*|borra*|opongo|dejar de|dejen de|llam*|correo postal|por carta|más tarde|a lo mejor|menos|únicamente
jamás|tampoco|ningun*|sin|baja|rechaz*|pero|sino|quizá*|tal vez|excepto|salvo|nenhum*|sem e mail*|sem emails|sem newsletter|excluir|exclua*|apagar|apague*|sair|oponho|ligaç*|liguem|exceto|contudo
mais tarde
recus*|descadastr*|porém|talvez|nessun*|niente|senza|disiscri*|annull*|rifiut*|forse
tranne|eccetto|neanche|nemmeno|nulla|rimuov*|togli*|oppongo|chiamat*|per posta|più tardi|meno
cap correu|niet|niets|niks|geen|nooit|verwijder*|opzeg*|schrijf me uit|meld me af|bezwaar|telefoon|bellen|bel mij|bel me
enkel|uitsluitend|slechts|tenzij|zonder|afmeld*|uitschrij*|weiger*|maar|misschien|behalve|inte|ingenting|avsluta|sluta|ta bort|avstår|avböj*|ring mig|ring meg|ring til mig|senare|förutom|enbart|ej|aldrig|inga|inget
ingen|utan|avregistr*|avprenumer*|avanmäl*|kanske|utom|ikke|ikkje|aldri|intet
uden|uten|slet mig|slett meg|fjern*|reserver meg|reserver mig|meld meg av|meld meg ut|senere|bortset|undtag*|unntatt|frameld*|avmeld*|måske|kanskje|ekki|enginn|engan|aldrei|afskrá*|kannski|en halua|en mitään|lopeta*|poista*|kiell*|vähemmän|puhelim*|soitta*|myöhemmin|paitsi|älkää|en hyväksy|en suostu|älä|ilman|peruut*
mutta|ehkä|nigdy|żadn*|bez|rezygn*|wypis*|odmaw*|ale|lecz|może|później|usuń*|anuluj*|sprzeciw*|przestań*|nic|zadzwoń*|poza|jedynie|oprócz|nechc*|nesouhlas*|nesúhlas*|nepřej*|neposíl*
neželám|žádn*|žiadn*|nikdy|odhl*|odmít*|odmiet*|zruš*|smaž*|smaz*|vymaz*|nezas*|zavolejte|později|neskôr|možná|možno|kromě|okrem|jen|jenom|iba|len|neželim|nočem|neću|nemoj*|brez|nikoli|nikad*|odjav*|ampak
vendar|obriš*|izbriš*|ništa|nič|kasnije|kasneje|osim|razen|mogoče|можда|никад*|ништа|одјав*|možda|soha|semmi*|nélkül|leiratkoz*|visszavon*|elutasít*|talán|később|töröl*|mégsem|kivéve|fără|nici*|dezabon*|refuz*|însă|poate|ștergeți*|nimic|sunați*|mai târziu|excepția|numai|нећу
немој*|без|ни|никог*|никак*|отпис*|отпиш*|отказ*|отмен*|удал*|отзываю|прекрат*|хватит|ничего|меньше|телефон*|звон*|позвон*|смс|возможно|позже|потом|лишь
исключительно|против|но|однако|может|може|кроме|ніколи|жодн*|відпис*|відпиш*|відмов*|видал*|нічого|дзвін*|можливо|пізніше|тільки|крім|окрім|але|ама|нищо|освен|изтри*|обажд*|по късно
δεν|δε|μη|μην|χωρίς|ποτέ|καμία|κανένα*|διαγρα*|απεγγρα*|αρνούμαι|τίποτα|τηλεφων*|αργότερα|εκτός|πλην|αλλά|όμως|ίσως|değil|*miyorum|*muyorum|istemem|asla|*mayın|*meyin
*mayınız|*meyiniz|iptal|sil|silin|çıkar*|çık|hiç|hiçbir|olmaz|reddet*|reddedi*|gönderme|durdur*|sonra|hariç|ama|fakat|ancak|belki|mitte|ära|loobu*|kustuta*|tühista*|hiljem|ainult|võib olla|aga|tikai|varbūt|atteik*|atcel*|tik|galbūt|atšauk*|vėliau|nevēl*|nepiekr*|nekad|nenor*|nesutin*|niekada
atsisak*|bukan|jangan|tanpa|tak mau|tak nak|tak setuju|tapi|tetapi|namun|mungkin|belum|tolak|hapus|berhenti*|batal*|telepon|nanti|kecuali|cuma|chưa|đừng|hủy|nhưng|xóa|từ chối|điện thoại|gọi điện|sau này|ngoại trừ|trừ|ולא|שלא|אל|בלי|ללא
להסיר|הסר|הסירו|מחק|מחקו|כלום|ביטול|מסרב|אף פעם|בטלפון|רק|אולי|מאוחר|למעט|חוץ|אך|אבל|ولا|لست|غير|عدم|أبدا|توقف|احذف*|حذف
بالهاتف|فقط|ربما|لاحقا|عدا|إلا|باستثناء|لن|ليس|لم|بدون|أرفض|إلغاء|لكن|ولكن|نمی*|نخواه*|نکن*|نفرست*|نیست*|ندارم|هرگز|هیچ|لغو|تلفن*|پیامک|شاید|بعدا|جز|اما|ولی|न|ना|रद्द|हटा*|इनकार|केवल|सिर्फ|शायद|बाद में|मगर|मत|बिना|लेकिन|안
nur|seulement|uniquement|solo|sólo|solamente|apenas|só|somente|soltanto|alleen|bara|endast|kun|bare|vain|tylko|pouze
samo|csak|doar|только|лише|само|μόνο|sadece|yalnızca|hanya`

/** The same in scripts that set no blanks between words: a part of any word. */
export const contraryParts =
  'ません|ない|なし|いいえ|不|拒|ただし|でも|けど|解除|停止|削除|退会|撤|やめ|お断り|断ります|遠慮|嫌|無理|だめ|せず|かねます|しかし|のみ|以外|後で|あとで|たぶん|電話|郵送|没|沒|勿|未同意|别发|別發|别再|无需|無需|無用|但|可能|也许|也許|取消|退订|退訂|删除|刪除|除了|算了|别寄|別寄|电话|短信|簡訊|只|仅|僅|稍后|稍後|않|아니|아뇨|없|미동의|싫|거부|마세요|말아|해지|취소|삭제|중단|철회|그만|제외|안받|안함|못|전화|문자|나중|아마|하지만|그러나|그런데|ไม่|อย่า|แต่|ยกเลิก|หยุด|ลบ|ปฏิเสธ|ยกเว้น|เฉพาะ|โทร|อาจ|ภายหลัง|❌'
