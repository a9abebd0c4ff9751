import { isBlank, isLetter, isWholeWord, isWord } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";
import { isPlaceholder, looksRandom, shapeOf } from "./token-shape.js";

/** Password in English, German, French, Spanish, Italian, Portuguese, Dutch, Russian, Chinese, Japanese, Polish, Turkish. */
const PASSWORD_WORDS = [
  "password",
  "passwort",
  "kennwort",
  "passphrase",
  "passcode",
  "pass",
  "passwd",
  "pwd",
  "pw",
  "mot de passe",
  "mdp",
  "contraseña",
  "contrasena",
  "clave",
  "parola d'ordine",
  "palavra-passe",
  "senha",
  "wachtwoord",
  "hasło",
  "lösenord",
  "şifre",
  "пароль",
  "密码",
  "密碼",
  "口令",
  "パスワード",
  "비밀번호",
  "wifi key",
  "wlan-schlüssel",
  "logins",
  "credentials",
];

const LINK =
  /(?:\s{0,3}[:=＝：]\s{0,3}|\s{0,2}(?:->|=>)\s{0,2}|\s{1,3}(?:is|was|are|be|to|as|lautet|ist|war|auf|est|es|era|è|é|era|is:|lautet:|zijn|jest|är|on|использовать|это|—|-)\s{1,3}|\s{0,2}(?:は|は、|是|为|為|는|은)\s{0,2}|\s{1,3}(?=["'`“„«]))/y;
const VALUE = /(?:["'`“„«]([^\s"'`”“»]{3,100})["'`”“»]|[^\s"'`“”,、。，]{4,100})/y;

/** A value within 60 characters after the word, on the same line, that a linking word introduces or that follows at once. */
function findPassword(text: string, start: number, end: number): Span | undefined {
  if (isWord(text.charCodeAt(start - 1)) && isWord(text.charCodeAt(start))) return undefined;
  if (isLetter(text.charCodeAt(end)) && text[end] !== "s") return undefined;
  // "Pass" is a verb as well: it counts only before a colon or an equals sign.
  if (end - start === 4 && text.slice(start, end).toLowerCase() === "pass" && !/[:=]/.test(text.slice(end, end + 2)))
    return undefined;
  const limit = Math.min(text.length, end + 60);
  let first = true;
  for (let at = end; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 && !first) return undefined;
    if (code === 46 || code === 63 || code === 33) return undefined;
    const boundary =
      isBlank(code) || code === 58 || code === 61 || code > 0x2000 || (code === 45 && first) || code === 10;
    if (!boundary) continue;
    const link = matchAt(LINK, text, at);
    const gap = link?.[0].length ?? (first && isBlank(code) ? 1 : 0);
    if (gap === 0) continue;
    const value = matchAt(VALUE, text, at + gap);
    first = false;
    if (value === undefined) continue;
    const raw = value[1] ?? (/[぀-ヿ一-鿿]/.test(value[0]) ? value[0].replace(/[぀-ヿ一-鿿].*$/, "") : value[0]);
    const core = raw.replace(/[)\]}.:;]+$/, "");
    const linked = link !== undefined;
    if (!looksLikePassword(core, linked, value[1] !== undefined)) continue;
    const valueStart = at + gap + (value[1] === undefined ? 0 : 1);
    return { start: valueStart, end: valueStart + core.length };
  }
  return undefined;
}

const NOT_A_PASSWORD =
  /^(?:https?:|www\.|\/|~|\\|<|\$|%|\{|\[|\(|sha-?\d|md5|aes-?\d|rsa-?\d|utf-?\d|base\d|oauth\d?|x\.?509|bcrypt|argon2\w*|scrypt|pbkdf2|1password|windows|win\d|ios|android|python|node|java|php|ipv\d|\d+(?:[-.,]?(?:bit|digit|char|char(?:acter)?s?|letters?|words?|day|days|min|minutes?|hours?|h|s|ms|th|st|nd|rd|x|%|st|kb|mb|gb))$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|v?\d+(?:\.\d+)+$|[\w.]+\(|[\w-]+\.(?:com|org|net|io|txt|js|ts|py|md|json|html?|ya?ml|php|env|conf|db|csv|pdf)\b)/i;

function looksLikePassword(value: string, linked: boolean, quoted: boolean): boolean {
  if (value.length < 5 || isPlaceholder(value) || NOT_A_PASSWORD.test(value)) return false;
  const shape = shapeOf(value);
  if (/[<>(){}[\]]|=>|::/.test(value) && shape.digits < 2) return false; // code
  if (shape.letters === 0) return linked && shape.digits >= 6 && shape.others === 0;
  const inner = value
    .slice(0, -1)
    .replace(/[\w'’.,/-]/g, "")
    .replace(/[^\x21-\x7e]/g, "");
  if (shape.digits >= 2 || (shape.digits === 1 && (inner.length > 0 || quoted || linked))) {
    if (/^[A-Z][A-Za-z]{0,14}[-_ ]?\d{1,2}$/.test(value) && !quoted && !linked) return false;
    return value.length >= 6 && (linked || quoted || shape.digits >= 3 || inner.length > 0 || looksRandom(value, 8));
  }
  if (inner.length > 0 && shape.letters >= 4 && value.length >= 8 && linked)
    return /[A-Z]/.test(value) || inner.length > 1 || /[@#$!^&*]/.test(inner);
  return (
    quoted &&
    linked &&
    shape.others === 0 &&
    value.length >= 8 &&
    shape.uppers > 0 &&
    shape.lowers > 0 &&
    shape.changes > 0
  );
}

const CODE_WORDS = [
  "pin",
  "otp",
  "2fa",
  "totp",
  "cvv",
  "cvc",
  "tan",
  "passcode",
  "code",
  "código",
  "codigo",
  "codice",
  "geheimzahl",
  "combination",
  "zahlenkombination",
  "pincode",
  "bestätigungscode",
  "sicherheitscode",
  "zugangscode",
  "türcode",
  "einmalcode",
  "verificatiecode",
  "toegangscode",
];
const CODE_CONTEXT =
  /(?:2fa|mfa|otp|totp|verification|verify|security|access|door|entry|gate|garage|alarm|unlock|lock|safe|login|log-in|sign-in|sms|one[- ]time|authenticat\w*|confirmation|backup|recovery|sicherheits|bestätigungs|einmal|zugangs|tür|haustür|de vérification|de verificaci[oó]n|de acceso|di verifica|de acesso|verificatie|toegangs|pairing|vault|card|phone|sim|bank|debit|credit|atm|puk|whatsapp|lockbox|entrance|building|bike|suitcase|bestätigungs)[- ]?$/i;
const CODE_LINK = /[^\d\n.?!]{0,28}?(?:\b(?:is|was|lautet|ist|es|est|è|é|to)\s{1,2}|[:=]\s{0,2}|\s)(?:G-)?(?=\d)/y;
const CODE_VALUE =
  /(?:\d{3}[ -]\d{3}|\d{3,8})(?![\d.,/]?\d|\s?(?:px|ms|kg|km|%|€|\$|eur|usd|am\b|pm\b|error|st\b|th\b))/iy;

/** A PIN or one-time code: a word for it, and three to eight digits that follow. */
function findCode(text: string, start: number, end: number): Span | undefined {
  if (!isWholeWord(text, start, end)) return undefined;
  const word = text.slice(start, end).toLowerCase();
  const before = text.slice(Math.max(0, start - 40), start).toLowerCase();
  if (/^c|^tan$/.test(word) && !/^cv/.test(word) && !/^combination/.test(word)) {
    const after =
      /^\s(?:de|di)\s(?:vérification|verificaci[oó]n|acceso|verifica|accesso|acesso|seguridad|sécurité|sicurezza|segurança)/i.test(
        text.slice(end, end + 20),
      );
    const sent =
      /^ (?:they|you|he|she|it|google|apple|the bank|that was) (?:just )?(?:texted|sent|emailed|messaged|gave)/i.test(
        text.slice(end, end + 40),
      );
    if (
      !after &&
      !sent &&
      !CODE_CONTEXT.test(before) &&
      !(word === "tan" && /(?:meine|die|sms|mobile)\W{1,2}$/.test(before))
    )
      return undefined;
  }
  if (
    /(?:zip|postal|area|country|error|status|exit|http|product|promo|discount|coupon|gpio|pin[- ]?out|arduino|esp|raspberry|bowling|hair|safety|cotter|rolling|drawing)[- ]?$/.test(
      before,
    )
  )
    return undefined;
  const link = matchAt(CODE_LINK, text, end);
  if (link === undefined) return undefined;
  const at = end + link[0].length;
  const value = matchAt(CODE_VALUE, text, at);
  if (value === undefined) return undefined;
  if (/^(?:cvv|cvc)$/.test(word) ? value[0].length > 4 : value[0].length < 4) return undefined;
  if (/^(?:19|20)\d\d$/.test(value[0]) && !/\b(?:is|lautet|ist|es|est)\s{1,2}$|[:=]\s{0,2}$/.test(link[0]))
    return undefined;
  return { start: at, end: at + value[0].length };
}

const WALLET_WORDS = [
  "seed phrase",
  "seed word",
  "recovery phrase",
  "recovery word",
  "mnemonic",
  "wallet",
  "ledger",
  "trezor",
  "metamask",
  "phrase de récupération",
  "frase semilla",
  "frase di recupero",
  "frase de recuperación",
  "herstelzin",
  "wiederherstellungsphrase",
  "bip39",
  "bip-39",
];
const COMMON = new Set(
  "the and for are was were this that with have has had from you your its not but all can her his him she they them will would could should what when where which who how why than then there their been into some more very just like about over also only other after before because while these those does did said says our out one two".split(
    " ",
  ),
);

/** Twelve or more lower-case words in a row, none of them a function word, within 300 characters of a wallet's word. */
function findSeedPhrase(text: string, start: number, end: number): Span | undefined {
  if (
    isLetter(text.charCodeAt(start - 1)) ||
    isLetter(text.charCodeAt(end) === 115 ? Number.NaN : text.charCodeAt(end))
  )
    return undefined;
  return seedIn(text, end, Math.min(text.length, end + 320)) ?? seedIn(text, Math.max(0, start - 320), start);
}

function seedIn(text: string, from: number, to: number): Span | undefined {
  const words = /[a-z]{3,8}(?=[\s,;]|$)|\S+/g;
  const window = text.slice(from, to);
  let first = 0;
  let count = 0;
  for (let match = words.exec(window); match !== null; match = words.exec(window)) {
    const word = match[0];
    const numbered = /^\d{1,2}[.):]?$/.test(word);
    if (numbered) continue;
    if (/^[a-z]{3,8}$/.test(word) && !COMMON_SHORT.has(word)) {
      if (count === 0) first = match.index;
      count++;
      const last = match.index + word.length;
      if (
        count >= 12 &&
        (count === 24 || !/^[\s,;]{1,3}(?:\d{1,2}[.):]?\s)?[a-z]{3,8}(?![\w'])/.test(window.slice(last, last + 20)))
      )
        return { start: from + first, end: from + last };
    } else if (count >= 12) return { start: from + first, end: from + match.index };
    else count = 0;
  }
  return undefined;
}
/** Function words that the BIP-39 list does not hold: any of them ends a phrase. */
const COMMON_SHORT: ReadonlySet<string> = new Set(
  [...COMMON].filter(
    (word) =>
      !"will there this that can you about just into then when what only other some also very like because before after one two over all"
        .split(" ")
        .includes(word),
  ),
);

const RECOVERY_WORDS = [
  "recovery code",
  "backup code",
  "scratch code",
  "recovery-code",
  "wiederherstellungscode",
  "codes de récupération",
  "códigos de recuperación",
  "codici di recupero",
  "códigos de recuperação",
  "herstelcode",
  "backup-code",
  "emergency code",
];

function findRecoveryCodes(text: string, _start: number, end: number): Span | undefined {
  const window = text.slice(end, end + 320);
  const codes =
    /(?<![\w-])(?=[\w-]{0,30}\d)(?:[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,4}|[A-Za-z0-9]{8,12}|\d{4} ?\d{4})(?![\w-])/g;
  let first = -1;
  let last = -1;
  let count = 0;
  for (let match = codes.exec(window); match !== null; match = codes.exec(window)) {
    if (!/\d/.test(match[0]) || (/^\d+$/.test(match[0]) && match[0].length < 8)) continue;
    if (first < 0) first = match.index;
    last = match.index + match[0].length;
    count++;
  }
  return count >= 2 ? { start: end + first, end: end + last } : undefined;
}

const critical = { severity: "critical", action: "keep-local" } as const;

/** Passwords, PINs, one-time codes, seed phrases and recovery codes as people write them. */
export const passwordRules: readonly Rule[] = [
  {
    id: "PRIVACY_020",
    description: "a password",
    ...critical,
    kind: "PASSWORD",
    detections: [{ on: "keyword", keywords: PASSWORD_WORDS, find: findPassword }],
  },
  {
    id: "PRIVACY_021",
    description: "a PIN or one-time code",
    ...critical,
    kind: "CODE",
    detections: [{ on: "keyword", keywords: CODE_WORDS, find: findCode }],
  },
  {
    id: "PRIVACY_022",
    description: "a wallet's recovery phrase",
    ...critical,
    kind: "SEED_PHRASE",
    detections: [{ on: "keyword", keywords: WALLET_WORDS, find: findSeedPhrase }],
  },
  {
    id: "PRIVACY_023",
    description: "account recovery codes",
    ...critical,
    kind: "CODE",
    detections: [{ on: "keyword", keywords: RECOVERY_WORDS, find: findRecoveryCodes }],
  },
];
