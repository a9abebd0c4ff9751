import { isAlphanumeric, isBlank } from "./characters.js";
import { matchAt, type Rule, type Span, spanAt } from "./rule.js";
import { isPlaceholder, looksLikeDigest, looksRandom } from "./token-shape.js";

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const KEY_BODY_CHARS = 16_384;

function findPrivateKey(text: string, start: number): Span | undefined {
  const begin = matchAt(PRIVATE_KEY, text, start);
  if (begin === undefined) return undefined;
  const bodyStart = start + begin[0].length;
  const body = text.slice(bodyStart, bodyStart + KEY_BODY_CHARS);
  const end = KEY_END.exec(body);
  if (end !== null) return { start, end: bodyStart + end.index + end[0].length };
  // No end in sight: a key that was cut off still holds key material; the bare words do not.
  const material =
    /^[\s\\nr"'+]{0,20}[A-Za-z0-9+/=]{20}/.test(body) || /^\s{0,4}(?:Proc-Type|DEK-Info|Version|Comment):/.test(body);
  return material ? { start, end: bodyStart + Math.min(body.length, 4096) } : undefined;
}

const JWT = /ey[A-Za-z0-9_-]{8,400}\.(?:ey|ZXlK?)?[A-Za-z0-9_\\/-]{10,4000}(?:\.[A-Za-z0-9_\\/-]{0,1400}={0,2})?/y;
const ENCODED_JWT = /ZXlK[A-Za-z0-9+/=]{40,4000}/y;

function findJwt(text: string, start: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const match = matchAt(JWT, text, start) ?? matchAt(ENCODED_JWT, text, start);
  return match === undefined ? undefined : { start, end: start + match[0].length };
}

const AUTHORIZATION =
  /["']?\s{0,3}[:=,]\s{0,3}["'`]?(?:(?:Bearer|Basic|Token|Digest|ApiKey|Api-Key|AWS|Bot|Splunk|GenieKey)[ =]{1,3})?["'`]?([^\s"'`,;<>\\]{8,4000})/iy;
const BEARER = /\s{1,3}["'`]?([\w~+/.=-]{16,4000})/y;
const BASIC = /\s{1,3}["'`]?([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9])/y;

function isCredentialValue(value: string): boolean {
  if (isPlaceholder(value) || /^\$|^\{|^</.test(value)) return false;
  return looksRandom(value, 12) || looksLikeDigest(value) || /\d/.test(value.slice(0, 200));
}

function valueAfter(pattern: RegExp): (text: string, start: number, end: number) => Span | undefined {
  return (text, start, end) => {
    if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
    const span = spanAt(pattern, text, end);
    return span !== undefined && isCredentialValue(text.slice(span.start, span.end)) ? span : undefined;
  };
}

const USERINFO = /:\/\/([^\s/?#:"'<>`(){}]{0,128}:[^\s/"'<>`]{1,256})@(?=[\w[.-])/y;

/** A developer's own machine. */
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|host\b|hostname|db\b|0\.0\.0\.0)/i;

/** `scheme://name:password@host`, wherever the scheme's `://` stands. */
function findUserinfo(text: string, start: number): Span | undefined {
  const span = spanAt(USERINFO, text, start);
  if (span === undefined) return undefined;
  const userinfo = text.slice(span.start, span.end);
  const password = userinfo.slice(userinfo.indexOf(":") + 1);
  if (isTemplate(password) || /^\d{1,5}$/.test(password)) return undefined;
  if (
    /^(?:pass(?:word)?|secret|admin|root|postgres|guest)$/i.test(password) &&
    LOCAL_HOST.test(text.slice(span.end + 1, span.end + 24))
  )
    return undefined;
  return span;
}

function isTemplate(value: string): boolean {
  return (
    /^(?:\$.*|%.*%|<.*>?|\{.*\}?|\[.*\]?|[*x.•]+|(?:your|my)?[-_]?(?:password|passwd|pass|pwd|pw|secret|token))$/i.test(
      value,
    ) && !/^password!|^pass$|^password$/i.test(value)
  );
}

const USER_OPTION = /\s{1,3}["']?([^\s:"']{1,80}:["']?[^\s"']{3,200})/y;

function findUserOption(text: string, start: number, end: number): Span | undefined {
  const before = text.charCodeAt(start - 1);
  if (!isBlank(before) && before !== 10 && start > 0) return undefined;
  if (!/\b(?:curl|wget|http|https|ab|httpie)\b/i.test(text.slice(Math.max(0, start - 300), start))) return undefined;
  const span = spanAt(USER_OPTION, text, end);
  if (span === undefined) return undefined;
  const password = text.slice(span.start, span.end).replace(/^[^:]*:["']?/, "");
  return isTemplate(password) || isPlaceholder(password) ? undefined : span;
}

const HEADER_VALUE = /[\w-]{0,24}["']?\s{0,2}[:=]\s{0,2}["'`]?([^\s"'`,;<>\\]{8,400})/y;

/** `X-Api-Key: value` and its like, in a header. */
function findHeader(text: string, start: number, end: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const span = spanAt(HEADER_VALUE, text, end);
  if (span === undefined) return undefined;
  const value = text.slice(span.start, span.end);
  return !isPlaceholder(value) && (looksRandom(value, 12) || looksLikeDigest(value)) ? span : undefined;
}

const critical = { severity: "critical", action: "keep-local", kind: "SECRET" } as const;

/** Credentials that show by their form: keys, tokens in headers, passwords in addresses. */
export const credentialRules: readonly Rule[] = [
  {
    id: "PRIVACY_001",
    description: "a private key",
    ...critical,
    detections: [
      { on: "keyword", keywords: ["-----begin "], find: findPrivateKey },
      {
        on: "keyword",
        keywords: ["putty-user-key-file-"],
        find: (text, start) => spanAt(/PuTTY-User-Key-File-\d: \S{3,40}\s{1,4}Encryption/iy, text, start),
      },
    ],
  },
  {
    id: "PRIVACY_002",
    description: "a JSON web token",
    ...critical,
    detections: [{ on: "keyword", keywords: ["eyj", "eysc", "zxlk"], find: findJwt }],
  },
  {
    id: "PRIVACY_003",
    description: "an HTTP authorization header",
    ...critical,
    detections: [
      { on: "keyword", keywords: ["authorization"], find: valueAfter(AUTHORIZATION) },
      { on: "keyword", keywords: ["bearer"], find: valueAfter(BEARER) },
      { on: "keyword", keywords: ["basic"], find: findBasic },
      { on: "keyword", keywords: ["x-", "private-token", "cookie: "], find: findHeader },
    ],
  },
  {
    id: "PRIVACY_004",
    description: "an address that carries a password",
    ...critical,
    detections: [{ on: "keyword", keywords: ["://"], find: findUserinfo }],
  },
  {
    id: "PRIVACY_005",
    description: "a user name and password on a command line",
    ...critical,
    detections: [
      { on: "keyword", keywords: ["-u", "--user", "--proxy-user"], find: findUserOption },
      {
        on: "keyword",
        keywords: ["sshpass"],
        find: (text, start) => spanAt(/sshpass\s{1,3}-p\s{0,3}["']?([^\s"'$]{3,100})/iy, text, start),
      },
      {
        on: "keyword",
        keywords: ["mysql -", "mysqldump -", "psql -", "mongo -"],
        find: (text, start) =>
          spanAt(/(?:mysql|mysqldump|psql|mongo) [^\n|;]{0,120}?-p([^\s"'$-][^\s"'$]{3,100})/iy, text, start),
      },
    ],
  },
];

function findBasic(text: string, start: number, end: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const span = spanAt(BASIC, text, end);
  if (span === undefined) return undefined;
  const value = text.slice(span.start, span.end);
  if (value.length % 4 === 1) return undefined;
  return (value.endsWith("=") && value.length >= 12) || looksRandom(value, 16) ? span : undefined;
}
