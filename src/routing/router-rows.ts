/** One question with how well either model answered it. */
export interface RouterRow {
  readonly prompt: string;
  /** Quality of the answers, 0 to 1. */
  readonly local: number;
  readonly remote: number;
  /** The local model's answer, where it is known. */
  readonly response?: string;
  /** Another local model's answer to the same question, where there is one. */
  readonly second?: string;
  readonly dataset: string;
  /** The two models, `local / remote`. */
  readonly pair: string;
}

/** The fold of each row, 0 up to `count`: by the question's text, so that the same question never stands on both sides. */
export function foldsOf(rows: readonly RouterRow[], count: number, seed: number): Uint8Array {
  return Uint8Array.from(rows, ({ prompt }) => textHash(prompt, seed) % count);
}

/** FNV-1a over UTF-16 units with MurmurHash3's finaliser. */
export function textHash(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) | 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
