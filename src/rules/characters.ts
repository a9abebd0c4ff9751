/** ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII letter. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** ASCII letter or digit; false for NaN, so that reading past either end of a text is a border. */
export function isAlphanumeric(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

/** ASCII letter, digit, or any code unit beyond ASCII that may belong to a word (a border for words in any script). */
export function isWord(code: number): boolean {
  return isAlphanumeric(code) || code === 95 || (code >= 0xc0 && code < 0x2000);
}

/** Hexadecimal digit. */
export function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

/** Space, tab, no-break space. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 0xa0;
}

/** Whether a word begins at `start` and ends before `end`. */
export function isWholeWord(text: string, start: number, end: number): boolean {
  return !isWord(text.charCodeAt(start - 1)) && !isWord(text.charCodeAt(end));
}

/** Value of a base64 or base64url digit, 0 to 63; -1 for any other code unit. */
export function base64Value(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43 || code === 45) return 62;
  return code === 47 || code === 95 ? 63 : -1;
}
