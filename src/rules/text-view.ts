/** A text as the rules read it, and where each of its code units stood in the original. */
export interface TextView {
  readonly text: string;
  /** Original offset of each code unit of `text`, and the original length at the end. Absent when nothing was changed. */
  readonly offsets?: Uint32Array;
}

/** Characters that hide or disguise others: zero-width marks, soft hyphens, full-width forms, digits of other scripts. */
const DISGUISE =
  /\u034f|\u180b|\u180c|\u180d|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\uff01-\uff5e\u2000-\u200a\u202f\u205f\u3000\u00a0\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u2460-\u2468\u2080-\u2089\u2070\u00b9\u00b2\u00b3\u2074-\u2079]|\ufe0f|\ufe0e|\ud835[\udfce-\udfff\udc00-\udeff]/;

/**
 * Removes zero-width characters and reads full-width letters, digits of other scripts and mathematical alphabets as
 * ASCII. Returns the text itself when it holds none of them. O(length).
 */
export function plainView(text: string): TextView {
  if (!DISGUISE.test(text)) return { text };
  const offsets = new Uint32Array(text.length + 1);
  const parts: string[] = [];
  let copied = 0;
  let length = 0;
  const copyUntil = (end: number): void => {
    if (end > copied) parts.push(text.slice(copied, end));
    for (let index = copied; index < end; index++) offsets[length++] = index;
  };
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0xa0) continue;
    let width = 1;
    let replacement = replacementOf(code);
    if (code === 0xd835) {
      replacement = mathematical(text.charCodeAt(index + 1));
      if (replacement !== undefined) width = 2;
    }
    if (replacement === undefined) continue;
    copyUntil(index);
    if (replacement !== "") {
      parts.push(replacement);
      offsets[length++] = index;
    }
    copied = index + width;
    index += width - 1;
  }
  copyUntil(text.length);
  offsets[length] = text.length;
  return { text: parts.join(""), offsets };
}

/** The ASCII character that a code unit disguises, "" for one that shows nothing, undefined for one that stays. */
function replacementOf(code: number): string | undefined {
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000)
    return " ";
  if (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5
  )
    return "";
  if ((code >= 0x180b && code <= 0x180e) || (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e))
    return "";
  if ((code >= 0x2060 && code <= 0x206f && code !== 0x2065) || (code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff)
    return "";
  for (const zero of [0x660, 0x6f0, 0x966, 0x2080])
    if (code >= zero && code <= zero + 9) return String.fromCharCode(48 + code - zero);
  if (code >= 0x2460 && code <= 0x2468) return String.fromCharCode(49 + code - 0x2460);
  if (code === 0x2070 || (code >= 0x2074 && code <= 0x2079)) return String.fromCharCode(48 + code - 0x2070);
  if (code === 0xb9) return "1";
  return code === 0xb2 ? "2" : code === 0xb3 ? "3" : undefined;
}

/** Mathematical alphanumerics: bold, italic, monospace letters and digits (U+1D400 to U+1D7FF). */
function mathematical(low: number): string | undefined {
  if (low >= 0xdfce && low <= 0xdfff) return String.fromCharCode(48 + ((low - 0xdfce) % 10));
  if (low >= 0xdc00 && low <= 0xdea3) {
    const letter = (low - 0xdc00) % 52;
    return String.fromCharCode(letter < 26 ? 65 + letter : 71 + letter);
  }
  return undefined;
}
