import { isPlaceholder, shapeOf } from "./token-shape.js";

/** Addresses, paths, templates, algorithms, products, quantities, dates, versions, calls and files. */
const NOT_A_PASSWORD =
  /^(?:https?:|www\.|\/|~|\\|<|\$\{|\$\(|\$[A-Z_]{2,}|%|\{|\[|\(|&|sha-?\d|md5|aes-?\d|rsa-?\d|tls-?\d|ssl-?\d|utf-?\d|iso-?\d|rfc-?\d|cve-|base\d|oauth\d?|x\.?509|bcrypt|argon2\w*|scrypt|pbkdf2|hmac|hs256|rs256|1password|windows|win\d|macos|ios|android|ubuntu|debian|python|node|java|php|mysql|postgres\w*|office\d|iphone|ipad|galaxy|pixel|thinkpad|fritz|tp-link|d-link|netgear|linksys|802\.11|fastboot|pci-?dss|wpa\d|wep|ipv\d|h\.?26\d|mp\d|vpn|rfid|nist|\d+(?:[-.,]?(?:bit|digit|char|char(?:acter)?s?|letters?|words?|zeichen|stellig\w*|caractères?|caracteres|caratteri|tekens|day|days|min|minutes?|hours?|h|s|ms|th|st|nd|rd|x|%|st|kb|mb|gb))$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|v?\d+(?:\.\d+)+$|[\w.]+\(|[\w-]+\.(?:com|org|net|io|txt|js|ts|py|md|json|html?|ya?ml|php|env|conf|db|csv|pdf|zip|docx?|xlsx?)\b)/i;

/** How much a word looks like something a person types as a password. `weak` is also how products are called: "Office365". */
export type PasswordShape = "none" | "weak" | "strong";

/**
 * The shape of one word. `strong`: letters and digits mixed within, or marks between them, as no word of a language has.
 * `weak`: a word with digits at its end.
 */
export function passwordShape(word: string): PasswordShape {
  if (word.length < 6 || word.length > 100 || isPlaceholder(word) || NOT_A_PASSWORD.test(word)) return "none";
  const shape = shapeOf(word);
  if (/[<>(){}[\]|]|\\n|=>|::|:\/\/|@[\w-]+\.\w/.test(word)) return "none"; // code, an address
  if (shape.letters < 2 || shape.digits === 0) {
    if (shape.letters < 4 || word.length < 8) return "none";
    const marks = marksIn(word);
    return marks > 0 && /[A-Z]/.test(word) && /[@#$!^&*]/.test(word) ? "weak" : "none";
  }
  if (/^[A-Z0-9]+(?:[-/][A-Z0-9]+)*$/.test(word) && (word.length < 10 || /-/.test(word))) return "none"; // a model's or part's number
  if (/^[A-Za-zÀ-ÿ]{2,}[-_]?\d{1,4}$/.test(word)) return word.length >= 7 || /\d\d$/.test(word) ? "weak" : "none";
  if (/^\d{1,4}[-_]?[A-Za-zÀ-ÿ]+$/.test(word)) return word.length >= 8 && shape.digits >= 2 ? "weak" : "none";
  if (marksIn(word) > 0 || /[#$*~^&%]$/.test(word)) return "strong";
  if (/^[a-z]+(?:[-_.][a-z]+){2,}[-_.]?\d{1,4}$/i.test(word)) return "strong"; // words of a passphrase and a number
  if (/^[A-Za-z]+[!?]?\d{1,4}[!?]*$/.test(word)) return "weak";
  return word.length >= 8 && (shape.changes >= 2 || (shape.uppers > 0 && shape.lowers > 0)) ? "strong" : "weak";
}

/** Marks that stand inside a word and are no hyphen, dot, slash or apostrophe. */
function marksIn(word: string): number {
  return word
    .slice(0, -1)
    .replace(/[\w'’.,/:-]/g, "")
    .replace(/[^\x21-\x7e]/g, "").length;
}

/** Whether a value that a linking word introduces ("is", ":") is a password. Quotes make even plain words one. */
export function isLinkedPassword(value: string, quoted: boolean): boolean {
  if (value.length < 5 || isPlaceholder(value)) return false;
  const shape = passwordShape(value);
  if (shape === "strong") return true;
  if (shape === "weak")
    return /\d\d/.test(value) || /\d/.test(value) || quoted || marksIn(value) > 1 || /[@#$^&*]/.test(value);
  if (NOT_A_PASSWORD.test(value)) return false;
  const counts = shapeOf(value);
  if (counts.letters === 0) return counts.digits >= 6 && counts.others === 0;
  return (
    quoted &&
    counts.others === 0 &&
    value.length >= 8 &&
    counts.uppers > 0 &&
    counts.lowers > 0 &&
    (counts.changes > 0 || counts.digits > 0)
  );
}
