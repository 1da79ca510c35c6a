/**
 * What people and form builders answer, as data; every list is split at `|` and line ends, and
 * compared as `toWords` spells a text: in lower case, without accents and hyphens. A word that means
 * yes in one language and no in another is in neither list.
 */

/** One word, or a fixed phrase, that means yes. Polish "tak" is thanks in Danish, after a no. */
export const yesWords = `
yes|yep|yeah|yup|ok|okay|sure|ja|jawohl|oui|ouais|sí|sim|da|já|kyllä|joo|jah|jaa|jā|taip|tak|ano|áno
igen|evet|bəli|bai|ya|iya|có|vâng|ndiyo|да|так|ναι|այո|კი|כן|نعم|أجل|بله|بلی|آری|جی ہاں|ہاں
हाँ|हां|जी हाँ|जी हां|हा|হ্যাঁ|ஆம்|ใช่|はい|ええ|是|是的|好|好的|예|네`

/** One word, or a fixed phrase, that means no. */
export const noWords = `
no|nope|nah|nein|nö|non|nee|neen|não|nu|nej|nei|ei|nē|ne|nie|nem|hayır|xeyr|ez|tidak|không|hapana
не|нет|ні|όχι|ոչ|არა|לא|لا|كلا|نه|خیر|نخیر|نہیں|جی نہیں|नहीं|नही|जी नहीं|না|இல்லை|ไม่|ไม่ใช่
いいえ|いや|否|不|不是|아니요|아니오|아뇨`

/** What may stand beside a yes or a no without a meaning of its own. */
export const politeWords = `
please|pls|then|thanks|thank you|thx|very much|bitte|danke|dankeschön|vielen dank|gern|gerne|sehr|sehr gerne
s'il vous plaît|s'il te plaît|svp|merci|bien sûr|volontiers|avec plaisir|por favor|gracias|muchas gracias
claro|si us plau|gràcies|moltes gràcies|obrigado|obrigada|per favore|grazie|volentieri|graag|alsjeblieft
alstublieft|dank je|dank u|dank je wel|dank u wel|bedankt|tack|tack så mycket|tak|mange tak|takk
ellers takk|ellers tak|gärna|gjerne|kiitos|mielelläni|mielellään|proszę|dziękuję|dzięki|chętnie
prosím|děkuji|díky|děkuju|ďakujem|rád|ráda|rada|hvala|molim|prosim|kérem|köszönöm|köszi|szívesen
mersi|mulțumesc|vă rog|te rog|cu plăcere|моля|благодаря|пожалуйста|спасибо|будь ласка|дякую|хвала|молим
παρακαλώ|ευχαριστώ|lütfen|teşekkürler|teşekkür ederim|palun|aitäh|tänan|lūdzu|paldies|prašau|ačiū
תודה|תודה רבה|בבקשה|شكرا|شكراً|من فضلك|ممنون|متشکرم|مرسی|لطفا|धन्यवाद|कृपया|terima kasih|tolong
cảm ơn|cám ơn|xin|ขอบคุณ|ค่ะ|ครับ|お願いします|ありがとうございます|結構です|谢谢|謝謝|감사합니다|괜찮습니다`

/** Agreeing in the first person or as a button says it: yes, also with an object behind it. */
export const agreements = `
i agree|i accept|i consent|i hereby agree|i hereby consent|i give my consent|i give consent
i approve|i allow|sign me up|subscribe me|subscribe to|subscribe|notify me|keep me informed
keep me updated|keep me posted|keep me up to date|keep me in the loop|email me|e mail me|opt me in
count me in|i wish to receive
ich stimme|ich stimme zu|stimme zu|ich willige ein|ich bin einverstanden|ich bin damit einverstanden
einverstanden|ich akzeptiere|ich erlaube|ich möchte den newsletter|ich möchte gerne den newsletter
ich möchte gern den newsletter|ich möchte newsletter|ich möchte informiert|ich möchte e mails
ich möchte gerne e mails|ich möchte neuigkeiten|ich will den newsletter|newsletter abonnieren
j'accepte|je suis d'accord|d'accord|je consens|j'autorise|je souhaite recevoir|je veux recevoir
j'aimerais recevoir|je souhaite m'abonner|je veux m'abonner|je m'abonne|je m'inscris|inscrivez moi
abonnez moi|acepto|estoy de acuerdo|de acuerdo|consiento|autorizo|doy mi consentimiento
quiero recibir|deseo recibir|me gustaría recibir|quiero suscribirme|deseo suscribirme|suscríbeme
accepto|d'acord|hi estic d'acord|vull rebre|aceito|concordo|estou de acordo|consinto|quero receber
desejo receber|gostaria de receber|quero me inscrever|quero inscrever me|accetto|acconsento|d'accordo
sono d'accordo|autorizzo|presto il consenso|do il consenso|do il mio consenso|voglio ricevere
desidero ricevere|vorrei ricevere|desidero iscrivermi|voglio iscrivermi|iscrivimi|ik ga akkoord
ik ben akkoord|akkoord|ik stem toe|ik stem in|ik geef toestemming|ik accepteer|ik wil de nieuwsbrief
ik wil graag de nieuwsbrief|ik ontvang graag|ik wil graag op de hoogte|schrijf me in|schrijf mij in
jag godkänner|jag samtycker|jag accepterar|jag går med på|jag vill ha nyhetsbrev|jag vill ha nyhetsbrevet
jag vill få nyhetsbrev|jag vill få nyhetsbrevet|jag vill få nyheter|jag vill prenumerera|jeg accepterer|jeg samtykker|jeg giver samtykke|jeg er enig
jeg vil gerne modtage|jeg vil gerne have nyhedsbrevet|jeg ønsker at modtage|jeg vil modtage|tilmeld mig|jeg godtar
jeg aksepterer|jeg gir samtykke|jeg vil gjerne motta|jeg vil gjerne ha nyhetsbrevet|jeg ønsker å motta|jeg vil motta
meld meg på|ég samþykki|samþykki|ég vil fá|hyväksyn|suostun|annan suostumukseni|haluan vastaanottaa
haluan saada|haluan tilata|zgadzam się|wyrażam zgodę|akceptuję|zgoda|chcę otrzymywać|chcę dostawać
chcę zapisać się|zapisz mnie|souhlasím|přijímám|chci dostávat|chci odebírat|přeji si dostávat
přihlaste mě|súhlasím|prijímam|chcem dostávať|chcem odoberať|strinjam se|soglašam|sprejemam
želim prejemati|slažem se|prihvaćam|prihvatam|pristajem|želim primati|želim da primam|suglasan sam
suglasna sam|saglasan sam|saglasna sam|слажем се|прихватам|пристајем|желим да примам|elfogadom
hozzájárulok|egyetértek|beleegyezem|feliratkozom|szeretnék kapni|szeretnék feliratkozni
sunt de acord|de acord|consimt|vreau să primesc|doresc să primesc|vreau să mă abonez|doresc să mă abonez
съгласен|съгласна|съгласен съм|съгласна съм|приемам|давам съгласие|искам да получавам
желая да получавам|согласен|согласна|я согласен|я согласна|соглашаюсь|даю согласие|я даю согласие
принимаю|я принимаю|разрешаю|хочу получать|я хочу получать|желаю получать|подпишите меня|згоден|згодна
я згоден|я згодна|погоджуюсь|погоджуюся|приймаю|даю згоду|я даю згоду|хочу отримувати|бажаю отримувати
συμφωνώ|αποδέχομαι|δέχομαι|συναινώ|θέλω να λαμβάνω|επιθυμώ να λαμβάνω|kabul ediyorum|onaylıyorum
onay veriyorum|izin veriyorum|abone olmak istiyorum|nõustun|olen nõus|soovin saada|piekrītu
vēlos saņemt|sutinku|noriu gauti|אני מסכים|אני מסכימה|מסכים|מסכימה|אני מאשר|אני מאשרת|מאשר|מאשרת
אשמח לקבל|أوافق|موافق|موافقة|أقبل|موافقم|می پذیرم|می‌پذیرم|قبول دارم|सहमत|मैं सहमत हूँ|मैं सहमत हूं
मुझे स्वीकार है|स्वीकार है|setuju|saya setuju|saya bersedia|saya ingin menerima|đồng ý|tôi đồng ý
chấp nhận|tôi chấp nhận|tôi muốn nhận|ยอมรับ|ยินยอม|ตกลง|ฉันยอมรับ|ข้าพเจ้ายินยอม|同意|同意する|同意します
承諾する|承諾します|希望する|希望します|購読する|購読します|受け取る|受け取ります|登録する|登録します|我同意|接受|我接受|愿意
我愿意|願意|我願意|订阅|訂閱|我要订阅|我要訂閱|동의|동의함|동의합니다|동의해요|수신 동의|수신 동의함|수락|수락합니다`

/** A yes without a comma behind it; alone, `yesWords` has it. */
export const startsOfYes = `
yes i|yes i'd|yes i'll|yes i'm|yes we|yes you|yes me|yes my|yes to|yes for|yes sign|yes add|yes send|yes keep|yes notify
yes email|yes e mail|yes subscribe|yes put|yes let|yes count|yes please sign|yes please add|yes please send|yes please keep
oui je|oui j'aimerais|ja ich|ja bitte|ja ik|ja graag|ja jag|ja jeg|sí quiero|sim eu|sim quero|sì voglio|sì vorrei`

/** A whole answer that agrees to be written to: a state of a sender's list, a button, a sure yes. */
export const consentStates = `
subscribed|sign up|signed up|opt in|opted in|optin|opting in|confirm|confirmed|grant|granted|give|given
consent given|consent granted|consented|consents|consent|allow|allowed|approve|approved|authorized
authorised|permitted|i confirm|i do|accepts|agrees|enabled|gladly|of course|absolutely|definitely|certainly|with pleasure
i'm in|i am in|gern|gerne|sehr gern|sehr gerne|natürlich|klar|selbstverständlich|zugestimmt|akzeptieren
akzeptiert|abonnieren|abonniert|angemeldet|bestätigt|erteilt|bien sûr|volontiers|avec plaisir|accepter
accepté|s'abonner|abonné|abonnée|autorisé|confirmé|claro|claro que sí|por supuesto|aceptar|aceptado
suscribirme|suscribirse|suscrito|confirmado|com certeza|aceitar|aceite|inscrito|certo|volentieri|iscritto
accettato|confermato|graag|accepteren|geaccepteerd|aangemeld|ingeschreven|gärna|absolut|godkänn
godkänner|godkänt|accepterat|prenumerera|gerne|accepteret|tilmeldt|gjerne|godtatt|påmeldt|mielelläni
hyväksytty|chętnie|oczywiście|samozřejmě|samozrejme|naravno|persze|desigur|конечно|звичайно|βεβαίως
φυσικά|tabii|elbette|kabul|istiyorum|abone ol|お願いします|当然|當然|可以|구독|구독합니다|はいお願いします|ใช่ค่ะ|ใช่ครับ|ต้องการ`

/** A whole answer that agrees, whatever the question is about. */
export const agreedWords = `accept|accepted|agree|agreed|consent|i accept|i agree|i consent`

/** A whole answer that refuses to be written to: a state of a sender's list, or a button. */
export const refusalStates = `
unsubscribed|unsubscribe|not subscribed|non subscribed|nonsubscribed|opt out|opted out|optout|opting out
decline|declined|declines|deny|denied|denies|disagree|disagreed|refuse|refused|reject|rejected|revoke
revoked|withdrawn|withdrew|pending|unconfirmed|not confirmed|not given|no consent|blocked|bounced
cleaned|complained|redacted|invalid|inactive|suppressed|cancelled|canceled|expired|never|none|nothing
not now|not yet|not interested|not required|later|abgelehnt|abgemeldet|refusé|désabonné|rechazado
recusado|rifiutato|geweigerd|afgemeld|不用|不用了|不要|不了|不需要|不同意|我不同意|拒绝|拒絕|拒否|不要です|結構です|いいえ結構です`
