/** Marks an escape in stored text: U+001A, "substitute". */
const ESCAPE = "\u001a";

/**
 * Text as every database returns it unchanged. PostgreSQL refuses U+0000 and node-sqlite3-wasm cuts there; both lose half
 * surrogate pairs, and the latter a leading byte order mark. Each of these, and the escape itself, becomes U+001A and
 * four hexadecimal digits; other text stays as it is, readable in any database tool. O(length).
 */
export function encodeText(text: string): string {
  // With the flag u a surrogate in a class matches only where it stands alone.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return text.replace(/[\u0000\u001a\ufeff\ud800-\udfff]/gu, (unit) => {
    return ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, "0");
  });
}

/** The text that `encodeText` was given. */
export function decodeText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is one
  return stored.replace(/\u001a([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
