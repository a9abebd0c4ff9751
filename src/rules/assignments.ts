import { isAlphanumeric } from "./characters.js";
import { matchAt, type Rule, type Span, spanAt } from "./rule.js";
import { isPlaceholder, looksLikeDigest, looksLikeName, looksRandom, shapeOf } from "./token-shape.js";

/** How much the name says: `password` makes a weak value a secret, `key` needs one that looks random. */
type Strength = "password" | "secret" | "key";

const PASSWORD_WORDS = [
  "passw",
  "passphrase",
  "pass",
  "pwd",
  "passwort",
  "kennwort",
  "contrase",
  "mot_de_passe",
  "senha",
  "wachtwoord",
  "пароль",
  "密码",
  "密碼",
];
const SECRET_WORDS = [
  "secret",
  "token",
  "apikey",
  "api_key",
  "api-key",
  "api key",
  "accesskey",
  "access_key",
  "access-key",
  "privatekey",
  "private_key",
  "credential",
  "auth",
  "bearer",
  "clientid",
  "client_id",
  "tenant_id",
  "license_key",
  "licence_key",
  "webhook",
  "encryption_key",
  "signing_key",
  "sas_",
];
const KEY_WORDS = [
  "key",
  "client",
  "account",
  "session",
  "cookie",
  "login",
  "salt",
  "dsn",
  "connectionstring",
  "connection_string",
  "conn_str",
];

const NAME_REST = /[\w.-]{0,48}/y;
/** Closing of the name, a type, and the operator: `=`, `:=`, `=>`, `?=`, `.=`, `==`, `!=`, `:`, `", "`, `">`, ` value="`. */
const OPERATOR =
  /(?:\[\d{0,4}\])?[)]?["'`\]]{0,2}(?:\s{0,8}(?:string|str|String|&str|const char \*|: ?(?:str|string|String|&str)(?=\s*=)))?(?:\s{0,16}(?:[!=]==?|:{0,3}=|[?.+|]=|=>|->|:|->|=)(?:[ \t]{0,16}(?:\r?\n[ \t]{0,16}(?=["'`]))?)|,\s{0,4}(?=["'`])|\((?=["'`])|\s{0,3}value\s{0,2}=\s{0,2}|(?:\s[\w-]{1,20}="[^"\n]{0,40}"){0,3}>\s{0,40}|\s{1,3}(?=[A-Za-z0-9_.~+/-]{20}))/y;
const QUOTED = /(?:[brfu@]?"([^"\n]{1,320})["\n]?|[brfu@]?'([^'\n]{1,320})['\n]?|`([^`\n]{1,320})[`\n]?)/y;
const BARE = /[^\s"'`<>]{1,200}/y;
const REVERSED = /["'`]([^"'`\n]{6,256})["'`]\s{0,4}[!=]==?\s{0,4}[\w.>-]{0,40}$/;

function finder(strength: Strength) {
  return (text: string, start: number, end: number): Span | undefined => {
    if (
      strength !== "password" &&
      end - start <= 4 &&
      isAlphanumeric(text.charCodeAt(end)) &&
      !/[A-Z_]/.test(text[end]!) &&
      !/\d/.test(text[end]!)
    )
      return undefined;
    if (end - start === 4 && /^(?:[a-z](?<![wpck])|[A-Z]{2}(?<!W.|P.|C.|K.)|-arg)/.test(text.slice(end, end + 4)))
      return undefined; // passthrough
    const rest = matchAt(NAME_REST, text, end);
    let at = end + (rest?.[0].length ?? 0);
    // A name may hold a colon's or dot's neighbour only inside; "password." ends a sentence.
    while (at > end && !isAlphanumeric(text.charCodeAt(at - 1))) at--;
    const operator = matchAt(OPERATOR, text, at);
    if (operator === undefined) return strength === "key" ? undefined : comparedBefore(text, start, strength);
    at += operator[0].length;
    // Only a space between: declarations read the same, so the value must be random and no name.
    const spaced = /^\s+$/.test(operator[0]);
    const quoted = matchAt(QUOTED, text, at);
    if (quoted !== undefined) {
      const value = quoted[1] ?? quoted[2] ?? quoted[3] ?? "";
      const valueStart = at + quoted[0].indexOf(value, 1);
      return isSecretValue(value, strength, true, operator[0]) && isName(text, start, at)
        ? { start: valueStart, end: valueStart + value.length }
        : undefined;
    }
    const bare = matchAt(BARE, text, at);
    if (bare === undefined) return undefined;
    const value = bare[0].replace(/(?:\\n.*|[,;)\]}]+|&(?:\w+=).*)$/, "");
    if (value === "" || (spaced && (!looksRandom(value, 20) || looksLikeName(value)))) return undefined;
    if (/^[A-Za-z_]{2,24}[=:]+[A-Za-z_]{2,24}[=:]/.test(value)) return undefined; // names and no value
    if (value[0] === "@" && text[start - 1] === "<") return undefined; // `<user>:<password>@host`
    return isSecretValue(value, strength, false, operator[0]) && isName(text, start, at)
      ? { start: at, end: at + value.length }
      : undefined;
  };
}

/** Whether what stands before the value reads like a name: in base64 every short word occurs by chance. */
function isName(text: string, start: number, valueStart: number): boolean {
  if (!isAlphanumeric(text.charCodeAt(start - 1)) && !/[+/]/.test(text[start - 1] ?? "")) return true;
  const name = /[\w+/-]{1,80}/.exec(text.slice(start, valueStart))?.[0] ?? "";
  const before = /[\w+/-]{0,40}$/.exec(text.slice(Math.max(0, start - 40), start))![0];
  return !looksRandom(before + name, 16);
}

/** `ftp.login("name", "password")`. */
const CALL = /\(\s{0,4}["'][^"'\n]{1,80}["']\s{0,4},\s{0,4}["']([^"'\n]{6,80})["']/y;
/** What a server or a shell calls it: `requirepass value`, `IDENTIFIED BY 'value'`, `/user:bob value`. */
const ARGUMENT = /(?:[^\s"']{0,40}\s{1,3})["']?([^\s"']{6,80})/y;

function afterKeyword(pattern: RegExp) {
  return (text: string, start: number, end: number): Span | undefined => {
    if (isAlphanumeric(text.charCodeAt(start - 1)) && pattern === ARGUMENT) return undefined;
    // SQL, with a value in quotes that has a digit.
    if (
      /^identified/i.test(text.slice(start, end)) &&
      !/^\s{0,2}["'`](?=[^"'`\n]{0,40}\d)/.test(text.slice(end, end + 48))
    )
      return undefined;
    const span = spanAt(pattern, text, end);
    return span !== undefined &&
      !/^[$%<{@]/.test(text[span.start]!) &&
      isSecretValue(text.slice(span.start, span.end), "password", true, "(,")
      ? span
      : undefined;
  };
}

/** `if ("value" == password)`. */
function comparedBefore(text: string, start: number, strength: Strength): Span | undefined {
  if (start < 8) return undefined;
  const from = Math.max(0, start - 300);
  const before = text.slice(from, start);
  if (!/[!=]==?\s{0,4}[\w.>-]{0,40}$/.test(before.slice(-50))) return undefined;
  const match = REVERSED.exec(before);
  if (match === null || !isSecretValue(match[1]!, strength, true, "==")) return undefined;
  const valueStart = from + match.index + 1;
  return { start: valueStart, end: valueStart + match[1]!.length };
}

/** Decides by the name's strength and the value's shape. */
function isSecretValue(value: string, strength: Strength, quoted: boolean, operator: string): boolean {
  if (value.length < 6 || isPlaceholder(value)) return false;
  if (/^(?:https?:\/\/|\/|\.{1,2}\/|~\/|[A-Za-z]:\\)/.test(value)) return false; // an address or a path; userinfo has its own rule
  if (/^sha\d{3}-|^h1:/.test(value)) return false;
  // A cache's key: words, then a digest.
  if (
    strength === "key" &&
    /^(?:v\d+[-_.])?(?:[A-Za-z]{2,20}[-_.]){1,6}(?:[0-9a-f]{8,64}|v?\d[\w.]{0,12})$/.test(value)
  )
    return false;
  if (
    !quoted &&
    /^(?:this|self|process|config|options|props|state|ctx|context|req|request|res|env|args|data|params|window|os|System|settings|user|app|client|session)[?!]?\./.test(
      value,
    )
  )
    return false;
  if (looksRandom(value, 14)) return true;
  const shape = shapeOf(value.length > 256 ? value.slice(0, 256) : value);
  if (strength === "key") return shape.hex && shape.length >= 32 && shape.distinct >= 8 && quoted;
  if (looksLikeDigest(value)) return true;
  const comma = /[,(]/.test(operator);
  const space = /\s/.test(value);
  if (space) return false;
  if (
    !quoted &&
    (/^[\w.$[\]]+[([]|^[&*!|<{[(]|=>|::|\(\)|;$/.test(value) ||
      /^[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$][\w$]*)+$/.test(value))
  ) {
    return false; // code: a call, a type, a property
  }
  const special = shape.others - countOf(value, /[_.-]/g);
  if (
    special >= 4 &&
    shape.distinct >= 8 &&
    !/\$\{[\w.]+\}|\(\)|^[[({<]|<\||\\n/.test(value) &&
    (quoted || !/["'`]/.test(value))
  )
    return true;
  if (strength === "password") {
    if (shape.digits > 0 && shape.letters > 0 && !/^[A-Za-z]+_?\d?$/.test(value.length < 8 ? value : "1"))
      return !/^(?:v?\d+(?:\.\d+)+|\d+(?:px|ms|em|rem|s|min|chars?))$/.test(value);
    if (special > 0 && shape.letters > 0 && shape.distinct >= 6 && !/^[\w]+[=:][\w]*$/.test(value))
      return quoted || !/[({[\]})<>=|&?:;,]/.test(value);
    return (
      quoted &&
      !comma &&
      shape.letters >= 7 &&
      shape.distinct >= 4 &&
      shape.lowers > 0 &&
      shape.others === 0 &&
      !/^(?:field|input|label|string|reset|forgot|change|confirm|current|repeat|update|invalid|missing|required|password\w{0,8}|credential\w*|identifier|optional|username)$/i.test(
        value,
      ) &&
      !/^[a-z]+(?:[A-Z][a-z]+){2,}$/.test(value)
    );
  }
  if (
    shape.digits >= 3 &&
    shape.letters >= 3 &&
    shape.length >= 12 &&
    shape.changes >= 3 &&
    shape.others <= shape.length / 4
  )
    return true;
  if (
    shape.letters >= 20 &&
    shape.others === 0 &&
    shape.lowers > 0 &&
    shape.uppers > 3 &&
    shape.changes >= shape.length * 0.3
  )
    return true;
  if (
    shape.digits > 0 &&
    shape.lowers > 2 &&
    shape.uppers > 2 &&
    shape.length >= 20 &&
    shape.changes >= shape.length * 0.15
  )
    return true;
  if (shape.digits === shape.length && shape.length >= 15) return true;
  // A long unbroken lower-case run with too few vowels is no word.
  return (
    quoted && shape.lowers === shape.length && shape.length >= 16 && countOf(value, /[aeiou]/g) < shape.length * 0.25
  );
}

function countOf(value: string, pattern: RegExp): number {
  return value.match(pattern)?.length ?? 0;
}

/** A name that promises a secret, an assignment, and a value that looks like one. */
export const assignmentRules: readonly Rule[] = [
  {
    id: "PRIVACY_010",
    description: "a password set in code or configuration",
    severity: "critical",
    action: "keep-local",
    kind: "PASSWORD",
    detections: [
      { on: "keyword", keywords: PASSWORD_WORDS, find: finder("password") },
      {
        on: "keyword",
        keywords: ["login", "authenticate", "basic_auth", "auth=", "basicauth"],
        find: afterKeyword(CALL),
      },
      {
        on: "keyword",
        keywords: ["requirepass", "masterauth", "identified by", "/user:"],
        find: afterKeyword(ARGUMENT),
      },
    ],
  },
  {
    id: "PRIVACY_011",
    description: "a secret or token set in code or configuration",
    severity: "critical",
    action: "keep-local",
    kind: "SECRET",
    detections: [{ on: "keyword", keywords: SECRET_WORDS, find: finder("secret") }],
  },
  {
    id: "PRIVACY_012",
    description: "a key set in code or configuration",
    severity: "high",
    action: "keep-local",
    kind: "SECRET",
    detections: [{ on: "keyword", keywords: KEY_WORDS, find: finder("key") }],
  },
];
