import { isAlphanumeric } from "./characters.js";
import type { Rule, Span } from "./rule.js";
import { isPlaceholder, looksLikeDigest, looksRandom, shapeOf } from "./token-shape.js";

/** Words beside a token that say what it is. */
const STRONG =
  /revok|rotat|credential|api[-_ ]?key|access[-_ ]?key|secret|token|\bkey\b|log ?in to|logging in|sign in to|x-[a-z-]{0,12}key|auth|passw|bearer|sent me, is it|client[-_ ]?id|schlüssel|clave|clé|chiave|chave|sleutel/i;
/** Services whose tokens have no mark of their own. Beside their name a random token is one. */
const VENDOR =
  /adafruit|airtable|algolia|alibaba|amazon|asana|atlassian|artifactory|authress|azure|beamer|bitbucket|bittrex|cisco|cloudflare|codecov|cohere|coinbase|confluent|contentful|databricks|datadog|discord|drone|dropbox|duffel|dynatrace|easypost|etsy|facebook|fastly|figma|finicity|finnhub|flickr|freshbooks|frame\.?io|gitter|gocardless|grafana|harness|heroku|hubspot|instagram|intercom|jfrog|jira|kraken|kucoin|launchdarkly|linear|linkedin|lob\b|looker|mailchimp|mailgun|mapbox|mattermost|maxmind|meraki|messagebird|microsoft teams|netlify|new ?relic|notion|npm\b|nytimes|okta|openai|openshift|paypal|plaid|planetscale|postman|rapidapi|salesforce|sendbird|sendgrid|sentry|shopify|slack|snyk|sonar|spotify|square|stripe|sumo ?logic|supabase|telegram|travis|trello|twilio|twitch|twitter|typeform|vercel|yandex|zendesk|zoom\b/i;
/** Words beside a token that say it is a digest, an identifier or an address. */
const INNOCENT =
  /sha-?\d|md5|checksum|integrity|digest|commit|\bhash|uuid|guid|etag|go\.(?:mod|sum)|\bh1:|cache|resolved|registry|docker|image|@[0-9a-f]{7}|actions\/|version|build|trace|request[-_ ]?id|session id|fingerprint|public key|nonce|base64|regex|test(?:s|ing)? (?:vector|data)|-----begin public/i;

const BEFORE = 120;
const AFTER = 60;

function findBareToken(text: string, runStart: number, runEnd: number): Span | undefined {
  let start = runStart;
  let end = runEnd;
  while (start > runStart - 96 && isTokenUnit(text.charCodeAt(start - 1))) start--;
  while (end < runEnd + 160 && isTokenUnit(text.charCodeAt(end))) end++;
  while (end > runEnd && !isAlphanumeric(text.charCodeAt(end - 1)) && text[end - 1] !== "=") end--;
  while (start < runStart && !isAlphanumeric(text.charCodeAt(start)) && text[start] !== "_") start++;
  if (end - start > 2048) return undefined;
  const run = text.slice(runStart, runEnd);
  const token = text.slice(start, end);
  if (
    /:\/\/|^\.{0,2}\/|^[\w-]{2,}\.[a-z]{2,4}\/|sha\d{3}[-:]|^h1:|\.(?:js|ts|json|html?|png|jpe?g|svg|py|md|css|ya?ml)\b/i.test(
      token,
    )
  )
    return undefined;
  if (isPlaceholder(run)) return undefined;
  const random = looksRandom(run) || looksRandom(token, 16);
  const digest = looksLikeDigest(run);
  if (!random && !digest) return undefined;
  const before = text.slice(Math.max(0, start - BEFORE), start);
  const after = text.slice(end, end + AFTER);
  const around = `${before.slice(before.lastIndexOf("\n\n") + 1)} ${after.split("\n", 1)[0]}`;
  if (INNOCENT.test(around)) return undefined;
  const strong = STRONG.test(around);
  if (digest) return strong || (VENDOR.test(before) && /[=:]\s{0,2}["'`]?$/.test(before)) ? { start, end } : undefined;
  if (strong || VENDOR.test(around)) return { start, end };
  const shape = shapeOf(run);
  const standsAlone = run.length >= 20 && shape.distinct >= 12 && shape.changes >= (shape.length - shape.others) * 0.25;
  return standsAlone && !/[/=+]/.test(token) ? { start, end } : undefined;
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
