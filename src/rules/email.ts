import { isAlphanumeric } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";

const DOMAIN =
  /(?:[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff-]{0,62})\.){1,6}(?:[A-Za-z\u00a1-\uffff]{2,24}|xn--[A-Za-z0-9-]{2,40})(?![A-Za-z0-9-])/y;
/** Domains that RFC 2606 and RFC 6761 keep for documentation and tests, and addresses nobody reads. */
const RESERVED =
  /^(?:[\w.-]*\.)?(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local|internal|(?:domain|company|yourdomain|your-?company|email|server|host|site|mail)\.(?:com|org|net)|[\w-]+\.(?:test|example|invalid|localhost|local)|(?:[\w-]+\.)*no-?reply\.[\w.-]+)$/i;
const NOBODY = /^(?:no-?reply|do-?not-?reply|git|foo|bar|you|your-?name|your\.name|actions|bot)$/i;
const FILE = /\.(?:png|jpe?g|gif|svg|webp|js|ts|css|map)$/i;

function isLocalPart(code: number): boolean {
  return (
    isAlphanumeric(code) ||
    code === 46 ||
    code === 95 ||
    code === 43 ||
    code === 45 ||
    code === 37 ||
    code === 39 ||
    code === 33 ||
    code === 35 ||
    code === 38 ||
    code >= 0xc0
  );
}

function findEmail(text: string, at: number): Span | undefined {
  let start = at;
  while (start > at - 64 && start > 0 && isLocalPart(text.charCodeAt(start - 1))) start--;
  while (start < at && !/[\w\u00c0-\uffff]/.test(text[start]!)) start++;
  if (start === at || text[at - 1] === ".") return undefined;
  const before = text[start - 1];
  if (before === "/" && text[start - 2] !== "/") return undefined;
  if (before === ":" && text[start - 2] === "/") return undefined;
  const domain = matchAt(DOMAIN, text, at + 1);
  if (domain === undefined) return undefined;
  const local = text.slice(start, at);
  const end = at + 1 + domain[0].length;
  if (RESERVED.test(domain[0]) || NOBODY.test(local) || FILE.test(domain[0])) return undefined;
  if (text[end] === ":" && /^git$|^[a-z]{1,8}$/.test(local) && /[\w~/]/.test(text[end + 1] ?? "")) return undefined; // scp-style remote
  return { start, end };
}

/** E-mail addresses, apart from those that standards keep for examples. */
export const emailRules: readonly Rule[] = [
  {
    id: "PRIVACY_030",
    description: "an e-mail address",
    severity: "medium",
    action: "keep-local",
    kind: "EMAIL",
    redactable: true,
    detections: [{ on: "at", find: findEmail }],
  },
];
