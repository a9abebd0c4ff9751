// The first characters in base64 of PNG, JPEG, GIF, RIFF (WebP, WAV), MP3 (ID3 tag, bare frames) and PDF.
const MAGIC = /^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|SUQz|\/\/[uvs]|JVBERi0)/;
const DATA_URL = /^data:[a-z]+\/[a-z0-9.+-]+;base64,/;
const MIN_LENGTH = 256;

/**
 * Whether a string of a request is an image, a sound or a PDF in base64 (bare or as a data URL). Rules read words; a
 * megabyte of pixels would only cost time and look like a key. Shorter strings than 256 characters never count. O(length).
 */
export function isBinaryPayload(text: string): boolean {
  if (text.length < MIN_LENGTH) return false;
  const start = DATA_URL.exec(text.slice(0, 100))?.[0].length ?? 0;
  return (
    MAGIC.test(text.slice(start, start + 16)) && /^[A-Za-z0-9+/]+={0,2}$/.test(start === 0 ? text : text.slice(start))
  );
}
