import { isLetter, isWholeWord } from "./characters.js";
import { matchAt, type Rule, type Span, spanAt } from "./rule.js";

/** Words that name a secret number by themselves, in seven languages. */
const SECRET_NUMBER_WORDS = [
  "pin",
  "pins",
  "otp",
  "2fa",
  "mfa",
  "totp",
  "cvv",
  "cvc",
  "tan",
  "mtan",
  "puk",
  "passcode",
  "pincode",
  "pin-code",
  "digicode",
  "geheimzahl",
  "combination",
  "zahlenkombination",
  "combinazione",
  "combinación",
  "combinaison",
  "combinação",
  "authenticator",
  "keypad",
  "one-time password",
  "one time password",
  "one-time code",
  "einmalpasswort",
  "einmalcode",
  "bestätigungscode",
  "sicherheitscode",
  "zugangscode",
  "türcode",
  "verificatiecode",
  "toegangscode",
  "beveiligingscode",
  "bevestigingscode",
  "freigabecode",
  "entsperrcode",
  "combo",
];
/** Words that name any code: what stands beside them must say which. */
const CODE_WORDS = ["code", "codes", "código", "codigo", "codice", "pin code", "senha", "clave"];

const CODE_OF =
  /(?:2fa|digit|stelliger?|mfa|otp|totp|verification|verify|security|access|door|entry|gate|garage|alarm|unlock|lock|safe|login|log-in|sign-in|sms|one[- ]time|authenticat\w*|confirmation|backup|recovery|sicherheits|bestätigungs|einmal|zugangs|tür|haustür|pairing|vault|card|phone|sim|bank|debit|credit|atm|puk|pin|whatsapp|telegram|signal|google|apple|amazon|paypal|lockbox|entrance|building|bike|suitcase|locker|voicemail|keypad|verificatie|toegangs|beveiligings|tu|su|votre|ton|mon|your|my|our|dein|mein|ihr|euer|unser|seu|teu|meu|tuo|suo|mio|uw|je|mijn|il)[- ]?$/i;
/** "Your Uber code": somebody's, of a name. */
const NAMED_CODE =
  /\b(?:[Yy]our|[Mm]y|[Dd]ein|[Ii]hr|[Vv]otre|[Tt]on|[Mm]on|[Tt]u|[Ss]u|[Tt]uo|[Ii]l|[Ss]eu|[Jj]e|[Uu]w|[Mm]ijn)\s[A-Z][\w&-]{2,14}\s$/;
/** What a compound of "code" is for: "Haustürcode", "alarmcode". */
const COMPOUND =
  /(?:alarm|t(?:ü|ue)r|tor|handy|entsperr|freigabe|garagen?|tresor|safe|zugangs?|schloss|fach|einlass|deur|poort|kluis|slot|telefoon|sms|login|bank|karten|kaart|app|eingangs?|gebäude)-?$/i;
const SENT_AFTER =
  /^s?\s(?:(?:reçu|recibido|ricevuto|recebido|ontvangen|erhalten|received|sent|texted|que (?:me|recib[íi]|recebi|ho|mi)|qui m['’]a|que j['’]ai|die ik|den ich)\s|(?:por|par|per|via|del|dell[ao]|do|da|by|from|from the)\s?sms|(?:à|a)\susage|de un solo|monouso|\d{6} from\s)/i;
const LOCKED =
  /^s?\s(?:to|for|of|on|de|der|des|du|del|della|dell['’]|do|da|di|für|fürs|vom|am|im|zum|zur|van|voor)?\s?(?:d['’])?(?:my|the|our|your|a|la|le|el|il|o|as|mein\w*|die|das|den|dem|unser\w*|mi|mia|mio|minha|meu|de|het|mijn|l['’])?\s?(?:front |back |main |garage |car |office |safe|big )?(?:doors?|gates?|garage|alarm\w*|safe|key ?box|lock ?box|lockers?|lock|building|house|flat|apartment|card|phone|sim|account|bank\w*|vault|suitcase|bike|entrance|(?:haus)?tür|tor|tresor|schrank\w*|fahrrad\w*|karte|handy|konto|portes?|portail|alarme|coffre|immeuble|entrée|hall|boîte|cadenas|vélo|valise|casier|hek|schuur|fiets|slot|koffer|schloss|bici\w*|maleta|buzón|taquilla|valigia|lucchetto|cassetta|mala|cadeado|garagem|ascensor|lift|appartement|prédio|edifício|edificio|cajero|multibanco|alarma|schließfach|spind|haus|garage|carte(?: bleue)?|téléphone|puerta|portal|portón|garaje|caja fuerte|tarjeta|móvil|cancello|porta|portone|cassaforte|allarme|carta|telefono|bancomat|portão|cofre|cartão|telemóvel|celular|(?:voor)?deur|poort|kluis|kaart|telefoon|vérification|verificaci[oó]n|acceso|verifica|accesso|acesso|verificação|seguridad|sécurité|sicurezza|segurança|confirmation|confirmación|conferma|confirmação)(?![\wà-ÿ])/i;
const SENT =
  /^s? (?:they|you|he|she|it|google|apple|the bank|that was|i (?:just )?(?:got|received)) ?(?:just )?(?:texted|sent|emailed|messaged|gave)?/i;
const SENT_BEFORE =
  /(?:ask(?:s|ed|ing)? (?:me )?for|sent|texted|gave|got|received|messaged|forwarded|geschickt|bekommen|envoyé|reçu|enviado|recibido|mandado|ricevuto|recebi|gestuurd|gekregen) (?:me |him |her |us |mir |m['’]a |ein\w* |den |un |il |el |le |o |de |een )?(?:the |a |this )?$/i;
/** Codes that are no secret. */
const PUBLIC_CODE =
  /(?:zip|postal|post|area|country|dial\w*|error|status|exit|return|http|product|promo|promotion|discount|coupon|voucher|gift|gpio|pin[- ]?out|arduino|esp|raspberry|bowling|hair|safety|cotter|rolling|drawing|source|morse|qr|bar|dress|colou?r|hex|tax|building|airport|booking|stock|hs|icd|unicode|char\w*|key|event|oder|fehler|post|ländervor|fehl|vor|strich|farb|d['’]erreur|erreur|postal|fiscal|de error|di errore|de erro|fout|land)[- ]?$/i;

const PUBLIC_AFTER =
  /^\s(?:postale?|fiscale?|de barras|[aà] barre|d['’]erreur|di errore|de erro|de error|promo\w*|source|fuente|fonte|couleur|de color|de cor)\b/i;

const CODE_LINK =
  /[^\d\n.?!]{0,40}?(?:(?:^|\s)(?:is|are|was|now|jetzt|lautet|ist|est|c['’]est|es|è|é|to|shows|says|zeigt|ser[áà]|will be|wird)\s{1,2}|[:=]\s{0,2}|\?\s{1,2}|\s)(?:G-)?(?=\d)/iy;
const CODE_VALUE =
  /(?:\d{3}[ -]\d{3}|\d{3,8})(?![\d.,/:]?\d|\s?(?:px|ms|kg|km|%|€|\$|eur|usd|am\b|pm\b|error|st\b|th\b|digits?|characters?|stellen|chiffres|cifras|cifre|dígitos|cijfers|mm|cm|v\b|volts?|years?|times|people|users?|lines?|zeilen|lignes|líneas|righe|linhas|regels|words?|commits?|files?|bytes|chars?|loc\b))/iy;
const SURE_LINK =
  /(?:(?:^|\s)(?:(?:changed|reset|set) to|is|was|are|lautet|ist|war|est|es|è|é|era|c['’]est)\s{1,2}(?:le |la |el |il |o |de |the |now )?|[:=]\s{0,2}|\?\s{1,2})(?:G-)?$/i;

function findCode(text: string, start: number, end: number): Span | undefined {
  const plural = text[end] === "s" && !/s$/i.test(text.slice(start, end)) ? 1 : 0;
  const compound =
    isLetter(text.charCodeAt(start - 1)) &&
    COMPOUND.test(text.slice(Math.max(0, start - 12), start)) &&
    end - start === 4;
  if (!compound && !isWholeWord(text, start, end + plural)) return undefined;
  if (!/\d{3}/.test(text.slice(Math.max(0, start - 72), end + 64))) return undefined;
  const word = text.slice(start, end).toLowerCase();
  const before = text.slice(Math.max(0, start - 40), start).toLowerCase();
  if (PUBLIC_CODE.test(before) || text[start - 1] === "." || text[start - 1] === "$") return undefined;
  const general = /^(?:codes?|c[óo]digo|codice|senha|clave)$/.test(word);
  const after = text.slice(end + plural, end + 60);
  if (PUBLIC_AFTER.test(after)) return undefined;
  const sure =
    !general ||
    compound ||
    CODE_OF.test(before) ||
    NAMED_CODE.test(text.slice(Math.max(0, start - 24), start)) ||
    SENT_AFTER.test(after) ||
    LOCKED.test(after) ||
    SENT.test(after) ||
    SENT_BEFORE.test(before);
  return codeAfter(text, end + plural, word, before, sure) ?? (sure ? codeBefore(text, start) : undefined);
}

function codeAfter(text: string, end: number, word: string, before: string, sure: boolean): Span | undefined {
  const link = matchAt(CODE_LINK, text, end);
  if (link === undefined) return undefined;
  const at = end + link[0].length;
  const value = matchAt(CODE_VALUE, text, at);
  if (value === undefined) return undefined;
  const { length } = value[0];
  if (/^comb|^zahlen/.test(word) && !LOCK_NEAR.test(before + text.slice(end, end + 40))) return undefined;
  const shortest = /^comb|^zahlen/.test(word) && SURE_LINK.test(link[0]) ? 3 : 4;
  if (/^(?:cvv|cvc)$/.test(word) ? length > 4 : length < shortest) return undefined;
  const linked = SURE_LINK.test(link[0]);
  if (
    !sure &&
    !(linked && length >= 4 && /(?:\b(?:my|our|the|mein|der|mon|le|mi|el|il mio|il|meu|o|mijn|de)\s)$/.test(before))
  )
    return undefined;
  if (!sure && !(length >= 5 && link[0].trim().length <= 4)) return undefined;
  if (/^tan$/.test(word) && !linked && !/(?:meine|die|sms|mobile|bank|push|photo|chip)\W{1,2}$/.test(before))
    return undefined;
  if (/^(?:19|20)\d\d$/.test(value[0]) && !linked) return undefined;
  // "A 4 digit PIN in 1998", "2FA since 2016": a number some words away needs a linking word.
  const named =
    !/^code|^c[óo]dig|^codice|^senha|^clave/.test(word) &&
    /^\s(?:of|for|to|van|voor|du|de|del|della|do|da|für|zum|zur)\s(?:\S+\s){1,3}$/i.test(link[0]);
  if (!linked && !named && /\s\S+\s\S|\b(?:in|of|on|for|at|from|and|or|with|per|than|about|over)\s$/i.test(link[0]))
    return undefined;
  return { start: at, end: at + length };
}

const OWNED =
  /(?:^|[^\w.-])(?:G-)?(\d{4,8}|\d{3}[- ]\d{3})\s(?:is|ist|est|es|è|é|c['’]est|as|als|comme|como|come|[-–—] (?:that|this|it) is)\s(?:your|my|our|the|a|one|dein|ihr|meine?|unsere?|der|die|notre|nuestr[oa]|votre|ton|mon|le|tu|su|mi|el|la|il tuo|il suo|il mio|mio|il|ons|onze|o seu|o teu|seu|teu|meu|o|je|uw|mijn|de)\s(?:\S{2,20}\s(?:de |di )?){0,3}$|(?:^|[^\w.-])(?:G-)?(\d{6})\s(?:as|als|comme|como|come)\s(?:\S{2,20}\s){0,2}$/i;

/** "365508 is your bank OTP". */
function codeBefore(text: string, start: number): Span | undefined {
  const from = Math.max(0, start - 72);
  const match = OWNED.exec(text.slice(from, start));
  if (match === null) return undefined;
  const value = match[1] ?? match[2]!;
  const at = from + match.index + match[0].indexOf(value);
  return { start: at, end: at + value.length };
}

/** "Enter 421960 to confirm your sign-in." */
function findEntered(text: string, start: number): Span | undefined {
  const from = Math.max(0, start - 32);
  const match =
    /(?:enter|use|type|press|punch in|dial|input|reply with|gib|geben sie|saisissez|entrez|introduce|usa|inserisci|digite|use o|voer)\s(?:the code |code |den code |le code |el código |il codice |o código )?(?:G-)?(\d{4,8}|\d{3}[- ]\d{3})\s(?:ein,?\s|(?:then|and|followed by) #\s)?$/i.exec(
      text.slice(from, start),
    );
  if (match === null) return undefined;
  const at = from + match.index + match[0].lastIndexOf(match[1]!);
  return { start: at, end: at + match[1]!.length };
}

const RECOVERY_WORDS = [
  "recovery code",
  "backup code",
  "scratch code",
  "rescue code",
  "emergency code",
  "recovery-code",
  "backup-code",
  "backupcode",
  "recovery key",
  "one-time codes",
  "wiederherstellungscode",
  "wiederherstellungsschlüssel",
  "notfallcode",
  "ersatzcode",
  "code de secours",
  "codes de secours",
  "code de récupération",
  "codes de récupération",
  "código de recuperación",
  "códigos de recuperación",
  "códigos de respaldo",
  "código de respaldo",
  "códigos de seguridad",
  "codici di recupero",
  "codice di recupero",
  "codici di backup",
  "codice di backup",
  "códigos de recuperação",
  "código de recuperação",
  "códigos de backup",
  "código de backup",
  "herstelcode",
  "back-upcode",
];
const RECOVERY_CODE =
  /(?<![\w-])(?=[\w-]{0,60}\d)(?:[A-Za-z0-9]{4,8}(?:-[A-Za-z0-9]{4,8}){1,7}|[A-Za-z0-9]{8,12}|\d{4} ?\d{4})(?![\w-])/g;
const LONG_KEY = /^\w{4,8}(?:-\w{4,8}){4,}$/;
const ONE_LINK = /^\w{0,2}[^\n.?!]{0,24}?(?:\s(?:is|was|ist|lautet|est|es|è|é)\s{1,2}|[:=]\s{0,2})$/i;

function findRecoveryCodes(text: string, _start: number, end: number): Span | undefined {
  const window = text.slice(end, end + 320);
  if (!/\d/.test(window)) return undefined;
  let first = -1;
  let last = -1;
  let count = 0;
  for (const match of window.matchAll(RECOVERY_CODE)) {
    const code = match[0];
    const mixed = /\d/.test(code) && (/^\d{8,12}$|^\d{4} \d{4}$/.test(code) || /[A-Za-z]/.test(code) || /-/.test(code));
    if (!mixed || /^\d{4}-\d{2,4}/.test(code)) continue;
    if (first < 0) first = match.index;
    last = match.index + code.length;
    count++;
  }
  if (
    count === 0 ||
    (count === 1 && !LONG_KEY.test(window.slice(first, last)) && !ONE_LINK.test(window.slice(0, first)))
  )
    return undefined;
  return { start: end + first, end: end + last };
}

const LOCK_NEAR =
  /lock|safe|box|cassaforte|armadietto|spind|casier|taquilla|cacifo|suitcase|luggage|vault|bike|gate|door|cabinet|schloss|koffer|tresor|schrank|rad|coffre|valise|vélo|candado|caja|maleta|lucchetto|valigia|cofre|mala|slot|kluis|koffer|fiets/i;

const LOCK_VALUE =
  /(?:s|ed)?(?:[^\n.?!\d]{0,24}?\swith)?(?:\sis)?[\s:]{1,3}(?:code\s)?(\d{4,6})(?![\d.,:]?\d|\s?(?:[ap]m\b|times|db|hz|volts?|euros?|dollars?))/iy;

const OPENS =
  /(?:opens?|unlocks?|öffnet|geht auf|(?:s['’]ouvre|se (?:abre|apaga|desactiva)|si (?:apre|spegne|disattiva)|se désactive|desliga-se)|abre|gaat open)\s(?:with|mit|avec|con|com|met)\s(?:the code |code )?["']?(\d{4,8})(?![\d.,]?\d)/iy;

/** A note: the thing, a colon, the code and nothing more. */
const NOTED =
  /(?:\s(?:code|combination|combo|is|ist|est|es|è|é)){0,2}(?:\s{0,2}[:=]\s{0,2}|\s)(\d{4,6}#?|\d{1,2}([- ])\d{1,2}\2\d{1,2})(?=$|\s?[\n,;#)]|\.(?:\s|$))/iy;
const CHECKED =
  /(?:(?:enter|type in)\s(?:the code )?(?!\d{3}000)(?=\d{6}\s(?:on|in|into|at|when)\b)|(?:sent|texted|messaged) me\s(?:the code )?(?=\d{6}(?:$|[.,!?]| (?:to|as|by|for|via|when|but|and|is)\b))|(?:verify|confirm|log ?in|sign ?in)\s(?:it )?with\s(?:the )?(?:code )?)(\d{6})(?!\d)/iy;

/** A thing that opens with a code, in a note of its own or a list of such. */
function findNoted(text: string, start: number, end: number): Span | undefined {
  if (isLetter(text.charCodeAt(start - 1)) || isLetter(text.charCodeAt(end))) return undefined;
  const match = matchAt(NOTED, text, end);
  if (match === undefined) return undefined;
  const value = match[1]!;
  const sure = /box|schloss|combination|combina|alarmanlage|lucchetto|cadenas|candado|cadeado|slot/i.test(
    text.slice(start, end),
  );
  const linked = match[0].length > value.length + 1;
  if (!sure && !(linked && (match[2] !== undefined || /[:=]/.test(match[0])))) return undefined;
  if (/^(?:19|20)\d\d$/.test(value) && !/[:=]/.test(match[0])) return undefined;
  const at = end + match[0].length - value.length;
  return { start: at, end: at + value.length };
}

const critical = { severity: "critical", action: "keep-local", kind: "CODE" } as const;

/** PINs, door codes, one-time codes and recovery codes as people and text messages write them. */
export const codeRules: readonly Rule[] = [
  {
    id: "PRIVACY_021",
    description: "a PIN or one-time code",
    ...critical,
    detections: [
      { on: "keyword", keywords: [...SECRET_NUMBER_WORDS, ...CODE_WORDS], find: findCode },
      {
        on: "keyword",
        keywords: [
          "to confirm",
          "to verify",
          "to log in",
          "to sign in",
          "to complete",
          "to open",
          "to unlock",
          "to disarm",
          "to reset",
          "to approve",
          "to authori",
          "at the door",
          "at the gate",
          "um zu bestätigen",
          "um dich anzumelden",
          "pour confirmer",
          "para confirmar",
          "per confermare",
          "om te bevestigen",
        ],
        find: findEntered,
      },
      {
        on: "keyword",
        keywords: [
          "door",
          "locker",
          "gate",
          "garage",
          "lockbox",
          "keybox",
          "key safe",
          "safe",
          "safe combination",
          "locker combination",
          "combination",
          "alarmanlage",
          "zahlenschloss",
          "tresor",
          "portail",
          "coffre",
          "cassaforte",
          "caja fuerte",
          "cofre",
          "kluis",
        ],
        find: findNoted,
      },
      {
        on: "keyword",
        keywords: [
          "enter ",
          "type in ",
          "sent me ",
          "texted me ",
          "messaged me ",
          "verify with",
          "confirm with",
          "log in with",
          "sign in with",
          "login with",
        ],
        find: (text, start) => spanAt(CHECKED, text, start),
      },
      {
        on: "keyword",
        keywords: ["alarm", "lock is", "lock:", "disarm"],
        find(text, start, end) {
          if (isLetter(text.charCodeAt(start - 1))) return undefined;
          const match = matchAt(LOCK_VALUE, text, end);
          if (
            match === undefined ||
            !/\b(?:my|our|the|bike|door|house|office|locker|suitcase|gate)\b/i.test(
              text.slice(Math.max(0, start - 30), end),
            )
          )
            return undefined;
          const at = end + match[0].length - match[1]!.length;
          return { start: at, end: at + match[1]!.length };
        },
      },
      {
        on: "keyword",
        keywords: [
          "open",
          "unlock",
          "öffnet",
          "geht auf",
          "s'ouvre",
          "se abre",
          "si apre",
          "abre",
          "gaat open",
          "se apaga",
          "se desactiva",
          "si spegne",
          "si disattiva",
          "se désactive",
        ],
        find(text, start) {
          if (isLetter(text.charCodeAt(start - 1))) return undefined;
          const match = matchAt(OPENS, text, start);
          if (match === undefined) return undefined;
          const at = start + match[0].length - match[1]!.length;
          return { start: at, end: at + match[1]!.length };
        },
      },
    ],
  },
  {
    id: "PRIVACY_023",
    description: "account recovery codes",
    ...critical,
    detections: [{ on: "keyword", keywords: RECOVERY_WORDS, find: findRecoveryCodes }],
  },
];
