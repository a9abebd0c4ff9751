/** What a recording is: a wake word, other speech, a lone word that is none (`gsc`, `digit`, `pword`), or noise. */
export type RecordingKind = "kw" | "speech" | "gsc" | "digit" | "pword" | "noise";

/** One line of a data set's `manifest.csv`. */
export interface Recording {
  readonly kind: RecordingKind;
  /** The word spoken, or what the noise is. */
  readonly word: string;
  /** `-` where the source does not say. */
  readonly speaker: string;
  /** Where it comes from, and under which licence. */
  readonly source: string;
  readonly licence: string;
  /** Path below the data set. */
  readonly file: string;
}

const KINDS: readonly string[] = ["kw", "speech", "gsc", "digit", "pword", "noise"];

/** Reads a `manifest.csv`, columns by name (RFC 4180). Throws SyntaxError with the line that cannot be used. */
export function parseManifest(text: string): Recording[] {
  const [head, ...lines] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const names = cells(head ?? "");
  const column = (name: string): number => {
    const at = names.indexOf(name);
    if (at < 0) throw new SyntaxError(`Cannot read the manifest: it has no column "${name}"`);
    return at;
  };
  const at = { kind: column("kind"), word: column("word"), speaker: column("speaker"), file: column("file") };
  const source = names.indexOf("source_repo");
  const licence = names.indexOf("licence");
  const recordings: Recording[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const row = cells(line);
    const kind = row[at.kind] ?? "";
    const file = row[at.file] ?? "";
    if (row.length !== names.length || !isKind(kind) || file === "" || /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]/.test(file)) {
      throw new SyntaxError(`Cannot read line ${index + 2} of the manifest: expected ${names.join(", ")}`);
    }
    recordings.push({
      kind,
      word: row[at.word] ?? "",
      speaker: row[at.speaker] ?? "-",
      source: row[source] ?? "",
      licence: row[licence] ?? "",
      file,
    });
  }
  return recordings;
}

function isKind(kind: string): kind is RecordingKind {
  return KINDS.includes(kind);
}

function cells(line: string): string[] {
  const out: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  for (;;) {
    const match = pattern.exec(line);
    if (match === null) return [];
    out.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
    if (match[3] === "") return out;
  }
}

/**
 * Which part of a data set a recording belongs to: a speaker is wholly in one, in every word. Recordings without a
 * speaker are told apart by their file. About a quarter is `dev`; a hash decides, so more data move nobody.
 */
export function partOf(recording: Recording): "train" | "dev" {
  const known = recording.kind === "kw" || recording.kind === "speech";
  return hash(known && recording.speaker !== "-" ? recording.speaker : recording.file) % 100 < 25 ? "dev" : "train";
}

/** FNV-1a, mixed once more so that its low digits are even. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  return (value ^ (value >>> 15)) >>> 0;
}
