import { isAlphanumeric } from "./characters.js";
import type { Rule, Span } from "./rule.js";
import { isPlaceholder, looksLikeDigest, looksLikeName, looksRandom, shapeOf } from "./token-shape.js";

/** Words beside a token that say what it is. */
const STRONG =
  /revok|rotat|credential|api[-_ ]?key|access[-_ ]?key|secret|token|\bkey\b|log ?in to|logging in|sign in to|x-[a-z-]{0,12}key|auth|passw|bearer|sent me, is it|client[-_ ]?id|schlüssel|clave|clé|chiave|chave|sleutel/i;
/** Services whose tokens have no mark of their own. Beside their name a random token is one. */
const VENDOR =
  /adafruit|airtable|algolia|alibaba|amazon|asana|atlassian|artifactory|authress|azure|beamer|bitbucket|bittrex|cisco|cloudflare|codecov|cohere|coinbase|confluent|contentful|databricks|datadog|discord|drone|dropbox|duffel|dynatrace|easypost|etsy|facebook|fastly|figma|finicity|finnhub|flickr|freshbooks|frame\.?io|gitter|gocardless|grafana|harness|heroku|hubspot|instagram|intercom|jfrog|jira|kraken|kucoin|launchdarkly|linear|linkedin|lob\b|looker|mailchimp|mailgun|mapbox|mattermost|maxmind|meraki|messagebird|microsoft teams|netlify|new ?relic|notion|npm\b|nytimes|okta|openai|openshift|paypal|plaid|planetscale|postman|rapidapi|salesforce|sendbird|sendgrid|sentry|shopify|slack|snyk|sonar|spotify|square|stripe|sumo ?logic|supabase|telegram|travis|trello|twilio|twitch|twitter|typeform|vercel|yandex|zendesk|zoom\b/i;
/** Words in the same sentence that say it is a digest, an identifier or an address. */
const INNOCENT =
  /sha-?\d|shasum|md5|checksum|integrity|digest|commit|\bhash(?:es|ed)?\b|uuid|guid|\bulid|etag|go\.(?:mod|sum)|\bh1:|cache|resolved|registry|docker|@[0-9a-f]{7}|actions\/|trace|span[-_ ]?id|request[-_ ]?id|session id|fingerprint|public key|nonce|base64|regex|test(?:s|ing)? (?:vector|data)|-----begin (?:public|certificate|pgp (?:signature|message|public))|\btx(?:id|n)?\b|\beth\b|transaction|ipfs|mappings|sourcemap/i;
/** The same, where only the words right before it say so: "build 4f…", "image: …". */
const INNOCENT_BEFORE =
  /(?:build|version|image|revision|\brev|release|chunk|bundle|snapshot|asset|layer|blob|tree|parent|branch|tag|file|data)[-_ ]?(?:id|no\.?|number|name)?["']?\s{0,2}[:=#]?\s{0,2}["'`]?$/i;
/** Public keys and the first bytes of pictures, fonts and archives in base64. */
const PUBLIC_START = /^(?:AAAA[BCE]|iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|d09GM|AAEAAAA|UEsDB|JVBER|PHN2Zy|PD94bW|H4sI)/;
/** Identifiers that services give to requests, objects and messages, by their prefix. They open nothing. */
const IDENTIFIER =
  /^(?:req|evt|cus|pi|ch|in|sub|prod|price|pm|seti|txn|tx|msg|run|step|thread|asst|file|call|toolu|chatcmpl|cmpl|resp|batch|job|task|trace|span|user|usr|org|proj|project|team|wf|exec|inv|ord|order|item|acct|evtx|img|doc|node|chunk|build|css|v|id|uid|gid|ref|rev|sha|md5|hash|layer|snap|ami|vol|vpc|subnet|sg|eni|igw|rtb|i|dpl|deploy|deployment|release|x|data|main|index|app|vendor|runtime|polyfills|test|tmp|temp|cache|linux|darwin|windows|ubuntu|macos|node-cache|setup|npm|yarn|pnpm|pip|cargo|gradle|maven)[-_.]/i;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
/** A short mark and a long random body, as vendors have made their tokens since GitHub began to. */
const MARKED = /^[A-Za-z]{2,12}(?:[_-][A-Za-z0-9]{1,8}){0,3}_([A-Za-z0-9]{28,})$/;

const BEFORE = 120;
const AFTER = 60;

function findBareToken(text: string, runStart: number, runEnd: number): Span | undefined {
  let start = runStart;
  let end = runEnd;
  while (start > runStart - 96 && isTokenUnit(text.charCodeAt(start - 1))) start--;
  if (start > 0 && isTokenUnit(text.charCodeAt(start - 1))) return undefined; // deep inside a longer run: data
  if (text[start - 1] === "%") return undefined; // percent escapes are read decoded
  while (end < runEnd + 160 && isTokenUnit(text.charCodeAt(end))) end++;
  while (end > runEnd && !isAlphanumeric(text.charCodeAt(end - 1)) && text[end - 1] !== "=") end--;
  while (start < runStart && !isAlphanumeric(text.charCodeAt(start)) && text[start] !== "_") start++;
  if (end - start > 2048) return undefined;
  const run = text.slice(runStart, runEnd);
  const token = text.slice(start, end);
  if (
    /:\/\/|^\.{0,2}\/|^v?\d+\.\d+\.\d+|^[\w-]{2,}\.[a-z]{2,4}\/|sha\d{3}[-:]|^h1:|\.(?:js|ts|json|html?|png|jpe?g|svg|py|md|css|ya?ml|tgz|whl|map|woff2?)\b/i.test(
      token,
    )
  )
    return undefined;
  if (isPlaceholder(run) || PUBLIC_START.test(token) || IDENTIFIER.test(run)) return undefined;
  const digest = looksLikeDigest(run) || /^0x[0-9a-fA-F]{8,}[uUlL]{0,3}$/.test(run) || ULID.test(run);
  const body = digest ? undefined : MARKED.exec(run)?.[1];
  const marked = body !== undefined && (looksRandom(body, 20) || looksLikeDigest(body));
  if (!digest && !marked && !looksRandom(run) && !looksRandom(token, 16)) return undefined;
  const window = text.slice(Math.max(0, start - BEFORE), start);
  const lineStart = window.lastIndexOf("\n") + 1;
  const line = window.slice(lineStart);
  const sentence = line.slice(line.search(/[^.!?]*(?:[.!?]\S[^.!?]*)*$/));
  const after = text.slice(end, end + AFTER).split("\n", 1)[0]!;
  const innocent = `${sentence} ${after.split(/[.!?]\s/, 1)[0]}`;
  if (INNOCENT.test(innocent) || INNOCENT_BEFORE.test(line)) return undefined;
  if (marked) return { start, end };
  if (/^[+/=\s]*$/.test(line) && isBlockLine(text, start - line.length, end)) return undefined;
  // A name on the line before speaks for a value that stands alone on its own.
  const named = /^\W*$/.test(line) ? window.slice(window.lastIndexOf("\n", lineStart - 2) + 1) : line;
  const around = `${named} ${after}`;
  const strong = STRONG.test(around);
  if (digest) return strong || (VENDOR.test(named) && /[=:]\s{0,2}["'`]?$/.test(named)) ? { start, end } : undefined;
  if (looksLikeName(run) && !/[=:]\s{0,2}["'`]$/.test(named)) return undefined;
  if (strong || VENDOR.test(around)) return { start, end };
  const shape = shapeOf(run);
  const standsAlone = run.length >= 20 && shape.distinct >= 12 && shape.changes >= (shape.length - shape.others) * 0.25;
  return standsAlone && !/[/=+]/.test(token) ? { start, end } : undefined;
}

/** Whether a whole line is part of a block of base64: a public key, a certificate, a mail's attachment. */
function isBlockLine(text: string, lineStart: number, end: number): boolean {
  let lineEnd = end;
  while (lineEnd < end + 4 && /[+/=]/.test(text[lineEnd] ?? "")) lineEnd++;
  if (lineEnd < text.length && text[lineEnd] !== "\n" && text[lineEnd] !== "\r") return false;
  const width = lineEnd - lineStart;
  const above = text.slice(Math.max(0, lineStart - 100), Math.max(0, lineStart - 1)).trimEnd();
  if (/-----BEGIN (?!.{0,30}PRIVATE)[A-Z0-9 ]{3,40}-----(?:\n.{0,60})?$/.test(above)) return true;
  const full = /(?:^|\n)[A-Za-z0-9+/=]{56,}$/;
  if (full.test(above)) return true;
  const below = text
    .slice(lineEnd, lineEnd + 2 + width)
    .trimStart()
    .split(/\r?\n/, 1)[0]!;
  return width >= 56 && below.length >= width - 1 && full.test(below);
}

/** What may stand inside a token besides letters, digits, `_` and `-`. */
function isTokenUnit(code: number): boolean {
  return (
    isAlphanumeric(code) ||
    code === 45 ||
    code === 95 ||
    code === 46 ||
    code === 47 ||
    code === 43 ||
    code === 61 ||
    code === 126 ||
    code === 124 ||
    code === 58
  );
}

/** Tokens without a vendor's mark or a name: known by their randomness and the words around them. */
export const bareTokenRules: readonly Rule[] = [
  {
    id: "PRIVACY_013",
    description: "a secret token",
    severity: "high",
    action: "keep-local",
    kind: "SECRET",
    detections: [{ on: "run", find: findBareToken }],
  },
];
