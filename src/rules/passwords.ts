import { isBlank, isLetter, isWord } from "./characters.js";
import { isLinkedPassword, passwordShape } from "./password-shape.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** English, German, French, Spanish, Italian, Portuguese, Dutch, Russian, Chinese, Japanese, Korean, Polish, Turkish, Swedish. */
const PASSWORD_WORDS = [
  "password",
  "passwort",
  "kennwort",
  "passphrase",
  "pasword",
  "passwrd",
  "passwrot",
  "paßwort",
  "pword",
  "psw",
  "ww",
  "mot de pass",
  "phrase de passe",
  "decryption key",
  "encryption key",
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
  "palavra passe",
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
];

/** The end of what introduces a value: "is", ":", "lautet", "sera", or an opening quote. */
const LINK_BEFORE =
  /(?:^['’]s\s{1,3}|[:=＝：]\s{0,3}|(?:->|=>)\s{0,2}|(?:^|[\s,])(?:is|was|are|be|to|as|now|remains|lautet|heißt|heisst|ist|war|wird|auf|jetzt|c['’]est|est|sera|es|será|era|è|sarà|é|luidt|wordt|zijn|jest|är|on|использовать|это|—|–|-)\s{1,3}|(?:は、?|是|为|為|는|은)\s{0,2})$/i;
/** The same, written together with the value in scripts without spaces. */
const JOINED_LINK = /^(?:は、?|是|为|為|는|은|：|＝)/;
const QUOTED = /^["'`“„«(]([^\s"'`”“»()]{3,100})["'`”“»)]/;
/** What changes one: then "to", "in", "a", "para" introduce the new one. */
const CHANGED =
  /\b(?:chang|set|updat|reset|made|put|switch|geändert|gesetzt|ändere|chang[ée]|mis |cambi|puse|puesto|mess|impost|réinit|reimpost|redefin|restable|zurückges|mud|alter|troqu|coloqu|verander|gewijzig|ingesteld|zet)/i;
const CHANGE_LINK = /\s(?:to|from|von|van|desde|in|en|a|à|por|para|pra|auf|zu|su|naar)\s{1,3}$/i;

/** A value within 80 characters after the word, on the same line: linked, directly behind it, or clearly one by its shape. */
function findPassword(text: string, start: number, end: number): Span | undefined {
  if (isWord(text.charCodeAt(start - 1)) && isWord(text.charCodeAt(start))) return undefined;
  if (text[start - 1] === "+" || text[start - 1] === "/") return undefined; // base64, a path
  if (isLetter(text.charCodeAt(end)) && text[end] !== "s") return undefined;
  if (text[end] === ")" && !/\([^()\n]{0,40}$/.test(text.slice(Math.max(0, start - 42), start))) return undefined;
  if (/[@/\\\];]/.test(text[end] ?? "") || (text[start - 1] === "." && isWord(text.charCodeAt(start - 2))))
    return undefined;
  // "Pass" is a verb as well, and the shortest abbreviations stand for much else: they count before a link only.
  if (end - start <= 4 && SHORT_WORD.test(text.slice(start, end)) && !SHORT_LINK.test(text.slice(end, end + 40)))
    return undefined;
  return passwordAfter(text, start, end) ?? passwordBefore(text, start, end);
}

const SHORT_WORD = /^(?:pass|psw|ww)$/i;
const SHORT_LINK = /^(?:\s?[:=]|\sis\s|\s(?:for|of)\s(?:the |my |our )?(?:[\w-]{2,14} ){1,2}(?:is|was|=|:)\s)/i;

/** A digit, a mark or a quote: without any there is no value to be found. */
const NO_WORD = /[\d"'`“„«#$%&*+!?@^~]/;
/** How many words may stand between the word and its value. */
const WORDS_BETWEEN = 12;

function passwordAfter(text: string, start: number, end: number): Span | undefined {
  const limit = Math.min(text.length, end + 80);
  if (!NO_WORD.test(text.slice(end, limit + 24))) return undefined;
  let asks: boolean | undefined;
  let words = 0;
  for (let at = end; at < limit; ) {
    const code = text.charCodeAt(at);
    if (code === 63 || code === 33) return afterQuestion(text, at);
    if (code === 10 && words > 0) return undefined;
    if (isGap(code)) {
      at++;
      continue;
    }
    // The word that begins here, and whether it holds anything but letters.
    let to = at;
    let plain = true;
    for (; to < at + 104 && to < text.length; to++) {
      const unit = text.charCodeAt(to);
      if (isBlank(unit) || unit === 10 || unit === 13 || unit === 0x3002 || unit === 0x3001) break;
      if (
        !isLetter(unit) &&
        !(unit >= 0xc0 && unit < 0x2000) &&
        !(to > at && (unit === 46 || unit === 39 || unit === 44))
      )
        plain = false;
    }
    if (!plain && to - at >= 4) {
      const word = text.slice(at, to);
      const gap = text.slice(end, at);
      const joined = JOINED_LINK.exec(word)?.[0] ?? "";
      const quoted = QUOTED.exec(word.slice(joined.length));
      let core = quoted?.[1] ?? word.slice(joined.length).replace(/["'`”“»,、。，()].*$/, "");
      if (/[぀-ヿ一-鿿]/.test(core)) core = core.replace(/[぀-ヿ一-鿿].*$/, "");
      core = core.replace(/[)\]}.:;]+$/, "");
      const direct = words === 0;
      const linked =
        joined !== "" ||
        quoted !== null ||
        LINK_BEFORE.test(gap) ||
        (CHANGE_LINK.test(gap) && CHANGED.test(text.slice(Math.max(0, start - 40), at)));
      // "My password, V, does not work."
      const apposed =
        !linked &&
        /,\s$/.test(gap) &&
        /^(?:$|[\s,.;])/.test(text.slice(at + core.length, at + core.length + 1)) &&
        /\d{3}/.test(core);
      const valueStart = at + joined.length + (quoted === null ? 0 : 1);
      if (linked || apposed ? isLinkedPassword(core, quoted !== null) : isPasswordByShape(core, direct)) {
        // "How do I set a password on my X1Yoga9?" names a thing; "the password X" states one.
        if (!linked) asks ??= isHowTo(text, start);
        const owned = direct && OWN_BEFORE.test(text.slice(Math.max(0, start - 24), start));
        if (linked || !asks || owned) return { start: valueStart, end: valueStart + core.length };
      }
    }
    if (text[to - 1] === "?") return afterQuestion(text, to - 1);
    if (++words > WORDS_BETWEEN || /[.?!]/.test(text[to - 1]!)) return undefined;
    at = to;
  }
  return undefined;
}

/** "pw for the db? V": an answer that is nothing but the value. */
function afterQuestion(text: string, at: number): Span | undefined {
  const answer = /^[?!]\s{1,2}["'`]?([^\s"'`]{6,64})["'`.]?(?=\n|$)/.exec(text.slice(at, at + 80));
  if (answer === null || passwordShape(answer[1]!) === "none") return undefined;
  const start = at + answer[0].indexOf(answer[1]!);
  return { start, end: start + answer[1]!.length };
}

/** What stands between words and introduces values: white space, `:`, `=`, `,`, dashes and arrows. */
function isGap(code: number): boolean {
  return (
    isBlank(code) ||
    code === 10 ||
    code === 13 ||
    code === 58 ||
    code === 61 ||
    code === 44 ||
    code === 45 ||
    code === 62 ||
    code === 0xff1a ||
    code === 0xff1d ||
    code === 0x2013 ||
    code === 0x2014
  );
}

function isPasswordByShape(core: string, direct: boolean): boolean {
  const shape = passwordShape(core);
  return shape === "strong" || (shape === "weak" && direct);
}

const OWN_BEFORE = /\b(?:my|our|mein\w?\w?|mon|mi|la mia|minha|mijn)\s(?:\S{2,12}\s)?$/i;

const FUNCTION_WORDS =
  "is|was|as|at|in|into|that['’]s|thats|that|this|it['’]s|should|must|be|of|to|<-|<--|=|->|—|–|-|c['’]est|initial|current|default|temporary|temp|bank|email|gmail|netflix|vpn|server|laptop|a|an|the|my|his|her|your|our|their|for|good|strong|safe|secure|new|old|valid|correct|better|really|admin|root|wifi|wi-fi|als|ist|ein|mein|das|ein|gutes|sicheres|starkes|starke|neues|est|comme|un|le|mon|bon|fort|sûr|nouveau|es|como|una|la|mi|buena|segura|fuerte|nueva|è|come|buona|sicura|forte|la|mia|nuova|é|uma|a|boa|segura|minha|nova|is|een|het|mijn|goed|sterk|veilig|nieuw|goede";
const BEFORE_VALUE = new RegExp(
  `(?:^|[\\s"'\`“„«¿(])([^\\s"'\`”“»(]{6,60})["'\`”“»)]?(?:\\s\\(?(?:${FUNCTION_WORDS})){1,5}\\s$`,
  "iu",
);
const THING_AFTER =
  /^s?[-\s]{1,2}(?:manager|hash|hashing|polic\w+|generator|field|length|prompt|reset|manag\w+|algorithm|standard|protocol|store|database|app|tool|program|library|entry|check\w*|input|box|for the (?:example|test))/i;

/** What one does with a password: "I keep typing V but", "enter V when it asks for". */
const HANDLED =
  /(?:^|[\s(])(?:enter(?:ed)?|typ(?:e|ed|es|ing)|us(?:e|ed|es|ing)|try|tried|remember|replaced?|g[ai]ve(?: me| us)?|got|received|sent(?: me| us)?|set|cho[os]se|picked|does|saved?|note|put|with|nehme|nutze|verwende|gib|ersetze|merk dir|mit|utilise|tape|entre|mets|avec|uso|usa|usar|pon|puse|con|metti|inserisci|com|coloca|gebruik|met|voer)\s["'`“„«]?([^\s"'`”“»(]{7,60})["'`”“»)]?,?(?:\s[^\s.!?]{1,14}){1,6}\s["(]?$/iu;

/** "Is V a good password?", "use V as my password", "V è una buona password?". */
function passwordBefore(text: string, start: number, end: number): Span | undefined {
  const from = Math.max(0, start - 96);
  if (!/[\d#$%&*@!]/.test(text.slice(from, start))) return undefined;
  const before = text.slice(Math.max(from, text.lastIndexOf("\n", start - 1) + 1), start);
  const after = text.slice(end, end + 24);
  const stated = BEFORE_VALUE.exec(before);
  const thing = THING_AFTER.test(after);
  if (
    stated !== null &&
    (!thing || /\b(?:enter|type|typed|entered|use)\s\S+\s(?:at|in|as)\s/i.test(before.slice(-90)))
  ) {
    const value = valueIn(stated[1]!);
    if (value !== undefined) return spanOf(value, text, from, start);
  }
  const handled = HANDLED.exec(before);
  if (handled === null || (thing && !/^\s(?:polic|prompt|field|check|box|input)/i.test(after))) return undefined;
  const value = valueIn(handled[1]!);
  return value === undefined ||
    (passwordShape(value) !== "strong" && !/[!?]$|(?!19|20)\d{3,4}$/.test(value)) ||
    (isHowTo(text, start) && !/[!#$%&*?@^~+=]/.test(value))
    ? undefined
    : spanOf(value, text, from, start);
}

function valueIn(word: string): string | undefined {
  const value = word.replace(/[,;:]+$/, "");
  if (passwordShape(value) !== "none") return value;
  const bare = value.replace(/[?!.]$/, "");
  return passwordShape(bare) === "none" ? undefined : bare;
}

function spanOf(value: string, text: string, from: number, before: number): Span | undefined {
  const at = text.lastIndexOf(value, before - 1);
  return at < from ? undefined : { start: at, end: at + value.length };
}

const HOW_TO =
  /(?:^|[.!?\n]\s*)\s*(?:(?:so|and|ok|hi|hey|hello|please)[,\s]+)?(?:how|what|why|which|where|when|can (?:i|you)|could you|should i|do i|is there|wie|was|warum|wo|wann|kann ich|comment|pourquoi|quel\w*|qu['’]est|où|puis-je|cómo|como|qué|que es|por qué|cuál|dónde|come|cosa|perché|quale|dove|o que|por que|qual|onde|hoe|wat|waarom|welke|waar)\b[^.!?\n]{0,120}$/i;

function isHowTo(text: string, start: number): boolean {
  return HOW_TO.test(text.slice(Math.max(0, start - 120), start));
}

/** A network's key, by whatever name: "the Wi-Fi is called Attic and the key is V". */
const NETWORK_KEY =
  /[^\n]{0,60}?(?:\b(?:key|code|password|passphrase|psk|clave|chiave|chave|sleutel|sleutelcode|schlüssel|contraseña|senha|wachtwoord)|cl[ée])(?:\s(?:du|del|do|van de|for the|of the)\s\S{1,20})?(?:\s{0,2}[:=]\s{0,2}|,?\s(?:is|ist|lautet|c['’]est|est|es|è|é|now|jetzt)\s{1,2})["'“]?([^\s"'”]{6,64})/iy;
const NETWORK_SHORT =
  /(?:\s{0,2}:\s{0,2}[\w-]{2,24}\s{0,2}[/|,]\s{0,2}|[-\s]?(?:\d\s)?(?:key|code|schlüssel|sleutel|psk)?(?:\s{0,2}[:=]\s{0,2}|\s(?:is|ist|lautet|est|es|è|é)\s))["'“]?([^\s"'”]{6,64})/iy;

function findNetworkKey(text: string, start: number, end: number): Span | undefined {
  if (isLetter(text.charCodeAt(start - 1)) || !/\d|[#$%&*@!]/.test(text.slice(end, end + 160))) return undefined;
  const before = text.slice(Math.max(0, start - 24), start);
  const keyed =
    /(?:key|code|clé|cle|clave|chiave|chave|sleutel|schlüssel)\s(?:du|del|do|de la|van de|van het|for the|of the|vom|für das)?\s?$/i.test(
      before,
    );
  const match =
    matchAt(NETWORK_KEY, text, end) ??
    matchAt(NETWORK_SHORT, text, end) ??
    (keyed ? matchAt(KEYED, text, end) : undefined);
  return networkValue(match, end, false) ?? networkValue(matchAt(NETWORK_LOOSE, text, end), end, true);
}

function networkValue(match: RegExpExecArray | undefined, end: number, loose: boolean): Span | undefined {
  if (match === undefined) return undefined;
  const value = match[1]!.replace(/[.,;:)]+$/, "");
  if (!isLinkedPassword(value, false)) return undefined;
  const named = /(?:[:=]|\s(?:is|ist|lautet|c['’]est|est|es|è|é))\s{0,2}["'“]?$/i.test(
    match[0].slice(0, -match[1]!.length),
  );
  if (loose && passwordShape(value) !== "strong" && !(named && /\d{2}/.test(value))) return undefined;
  const at = end + match[0].lastIndexOf(match[1]!);
  return { start: at, end: at + value.length };
}
/** "the wifi here is V", "wifi de la maison : V", "guest wifi V": the last needs a shape no word has. */
const NETWORK_LOOSE =
  /(?:[-\s]?[^\s\d:=]{1,12}){0,3}(?:\s{0,2}[:=]\s{0,2}|\s(?:is|ist|lautet|c['’]est|est|es|è|é)\s{1,2}|\s)["'“]?([^\s"'”]{7,64})/iy;
const KEYED = /[-\s]?(?:fi|lan)?,?\s(?:is|ist|c['’]est|est|es|è|é|:)\s{1,2}["'“]?([^\s"'”]{6,64})/iy;

/** What gives a name and a password together: "credentials: anna / V", "log in as admin with V". */
const SIGN_IN_WORDS = [
  "login",
  "log in",
  "log on",
  "sign in",
  "credentials",
  "creds",
  "logins",
  "user",
  "username",
  "user name",
  "unlocks with",
  "unlock",
  "decrypt",
  "logindaten",
  "login details",
  "codes d'accès",
  "zugangsdaten",
  "anmeldedaten",
  "benutzername",
  "anmelden",
  "identifiant",
  "connexion",
  "credenciales",
  "usuario",
  "iniciar sesión",
  "credenziali",
  "nome utente",
  "accedere",
  "accedi",
  "credenciais",
  "usuário",
  "utilizador",
  "inloggegevens",
  "gebruikersnaam",
  "inloggen",
];
const SIGN_IN =
  /[^\n.?!]{0,50}?(?:\s(?:with|mit|avec|con|com|met)\s{1,2}(?:the (?:password|code)\s)?|[\s:][\w.@+-]{2,40}\s{0,2}[/|]\s{0,2}|(?:\s(?:is|are|sind|ist|lauten|sont|son|sono|são|zijn)|:)\s[\w.@+-]{2,40}\s(?:and|und|et|y|e|en)\s|:\s[\w.@+-]{2,24}[\s,]{1,2}|[:,;]?\s(?:pass|pw|pwd|kennwort)[:\s]{1,3})["'“(]?([^\s"'”)]{6,64})/iy;

function findSignIn(text: string, start: number, end: number): Span | undefined {
  if (isWord(text.charCodeAt(start - 1)) || !/[\s:=,s]/.test(text[end] ?? "")) return undefined;
  if (!/\d|[#$%&*@!]/.test(text.slice(end, end + 130))) return undefined;
  const match = matchAt(SIGN_IN, text, end - (/with$/i.test(text.slice(start, end)) ? 5 : 0));
  if (match === undefined) return undefined;
  const value = match[1]!.replace(/[.,;:]+$/, "");
  const shape = passwordShape(value);
  if (
    shape === "none" ||
    (shape === "weak" && !/[/|]\s{0,2}["'“(]?$/.test(match[0].slice(0, -match[1]!.length)) && isHowTo(text, start))
  )
    return undefined;
  if (/\/|^\d+$/.test(value)) return undefined;
  if (shape === "weak" && /^(?:unlock|decrypt)/i.test(text.slice(start, end)) && !/\d{3}/.test(value)) return undefined;
  const at = end - (/with$/i.test(text.slice(start, end)) ? 5 : 0) + match[0].lastIndexOf(match[1]!);
  return { start: at, end: at + value.length };
}

const critical = { severity: "critical", action: "keep-local" } as const;

/** Passwords as people write them in sentences. */
export const passwordRules: readonly Rule[] = [
  {
    id: "PRIVACY_020",
    description: "a password",
    ...critical,
    kind: "PASSWORD",
    detections: [
      { on: "keyword", keywords: PASSWORD_WORDS, find: findPassword },
      {
        on: "keyword",
        keywords: ["wifi", "wi-fi", "wlan", "wpa", "router", "hotspot", "ssid"],
        find: findNetworkKey,
      },
      { on: "keyword", keywords: SIGN_IN_WORDS, find: findSignIn },
    ],
  },
];
