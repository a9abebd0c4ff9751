import type { AuditEntry } from "../core/decision-record.js";

/** SHA-256 of a text's UTF-8 bytes as lower-case hexadecimal. A port, because not every runtime has Web Crypto. */
export type Sha256 = (text: string) => Promise<string> | string;

/** One line of an audit file: an entry, its number from 1, the hash of the line before, and its own. */
export interface ChainedEntry {
  readonly number: number;
  readonly previous: string;
  readonly entry: AuditEntry;
  /** SHA-256 of the canonical JSON of the three fields above. */
  readonly hash: string;
}

/** `previous` of the first entry. */
export const CHAIN_START: string = "0".repeat(64);

/** Where a chain stands: what the next entry needs to know. */
export interface ChainHead {
  readonly number: number;
  readonly hash: string;
}

/** The head of a chain without entries. */
export const EMPTY_CHAIN: ChainHead = { number: 0, hash: CHAIN_START };

/** The next line of a chain, without its line break. */
export async function chainLine(
  head: ChainHead,
  entry: AuditEntry,
  sha256: Sha256,
): Promise<{ readonly line: string; readonly head: ChainHead }> {
  const number = head.number + 1;
  const hash = await sha256(canonicalJson({ number, previous: head.hash, entry }));
  return { line: canonicalJson({ number, previous: head.hash, entry, hash }), head: { number, hash } };
}

/** What verifying a chain found. */
export type ChainVerification =
  | { readonly kind: "intact"; readonly entries: readonly ChainedEntry[]; readonly head: ChainHead }
  | {
      readonly kind: "broken";
      readonly line: number;
      readonly problem: string;
      readonly entries: readonly ChainedEntry[];
    };

/**
 * Reads every line and recomputes every hash. A changed, removed, inserted or reordered line breaks the chain at its place.
 * Lines cut off at the end keep a chain intact but shorter: keep a head elsewhere to notice. O(length).
 */
export async function verifyChain(lines: Iterable<string>, sha256: Sha256): Promise<ChainVerification> {
  const entries: ChainedEntry[] = [];
  let head = EMPTY_CHAIN;
  let line = 0;
  for (const text of lines) {
    line++;
    const broken = (problem: string): ChainVerification => ({ kind: "broken", line, problem, entries });
    const read = parseLine(text);
    if (read === undefined) return broken("it is not an entry");
    if (read.number !== head.number + 1) return broken(`its number is ${read.number}, expected ${head.number + 1}`);
    if (read.previous !== head.hash) return broken("it does not follow the entry before it");
    const { number, previous, entry } = read;
    if ((await sha256(canonicalJson({ number, previous, entry }))) !== read.hash)
      return broken("its content was changed");
    entries.push(read);
    head = { number, hash: read.hash };
  }
  return { kind: "intact", entries, head };
}

/** An entry by its line; undefined when the line is not one. Its content is checked by its hash alone. */
export function parseLine(text: string): ChainedEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { number, previous, hash, entry } = value as Record<string, unknown>; // an object: any field may be missing
  if (!Number.isSafeInteger(number) || typeof previous !== "string" || typeof hash !== "string") return undefined;
  if (typeof entry !== "object" || entry === null || !("kind" in entry)) return undefined;
  return value as ChainedEntry; // the fields used here were checked, the rest is as it was hashed
}

/** JSON with the keys of every object in code-unit order, so that the same value is the same text everywhere. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
