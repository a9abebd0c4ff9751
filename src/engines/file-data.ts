import type { SharedV4FileData } from "@ai-sdk/provider";

/** Whether a file of this media type is words: `text/*`, JSON, XML, YAML, CSV, JavaScript. */
export function isTextualMedia(mediaType: string): boolean {
  return /^text(?:\/|$)|[/+](?:json|xml|yaml|csv|javascript)$/.test(mediaType);
}

/** The words of a file's data; undefined when they are elsewhere (a URL, a reference). */
export function toText(data: SharedV4FileData): string | undefined {
  if (data.type === "text") return data.text;
  if (data.type !== "data") return undefined;
  if (typeof data.data !== "string") return new TextDecoder().decode(data.data);
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(data.data), (character) => character.charCodeAt(0)));
  } catch {
    return data.data; // not base64 after all: taken as it is
  }
}

const CHUNK = 0x8000; // more arguments than this overflow the stack of some engines

/** Bytes as base64; a string is base64 already. */
export function toBase64(data: Uint8Array | string): string {
  if (typeof data === "string") return data;
  let binary = "";
  for (let start = 0; start < data.length; start += CHUNK) {
    binary += String.fromCharCode(...data.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

// The first base64 characters of each format.
const IMAGE_MAGIC: readonly (readonly [prefix: string, mediaType: string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
];

/** The media type with its subtype: `image` and `image/*` are told by the first bytes, PNG when they say nothing. */
export function fullMediaType(file: { readonly mediaType: string; readonly data: SharedV4FileData }): string {
  const { mediaType, data } = file;
  if (mediaType !== "image" && mediaType !== "image/*") return mediaType;
  const start =
    data.type !== "data" ? "" : toBase64(typeof data.data === "string" ? data.data : data.data.subarray(0, 12));
  return IMAGE_MAGIC.find(([prefix]) => start.startsWith(prefix))?.[1] ?? "image/png";
}
