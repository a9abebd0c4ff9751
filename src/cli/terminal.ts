import type { Readable, Writable } from "node:stream";
import pc from "picocolors";

/** What the commands know of the world outside: streams, environment, interruption. A test hands in its own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly color: boolean;
  /** Calls back on Ctrl-C instead of aborting, until the returned function is called. */
  onInterrupt(callback: () => void): () => void;
}

/** Writes to standard output. */
export function print(terminal: Terminal, text: string): void {
  terminal.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Writes a remark to standard error, where it does not mix with what a pipe reads. */
export function remark(terminal: Terminal, text: string): void {
  terminal.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Colours for this terminal; none when the output is not one. */
export function colors(terminal: Terminal): ReturnType<typeof pc.createColors> {
  return pc.createColors(terminal.color);
}

/** A table with columns padded to their widest cell; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join("  "),
    )
    .join("\n");
}

/** Everything on standard input, as text. Rejects with the signal's reason when interrupted. */
export async function readAll(terminal: Terminal): Promise<string> {
  const chunks: Buffer[] = [];
  const onAbort = (): void => void terminal.stdin.destroy();
  terminal.signal.addEventListener("abort", onAbort, { once: true });
  try {
    for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk));
  } catch (error) {
    terminal.signal.throwIfAborted();
    throw error;
  } finally {
    terminal.signal.removeEventListener("abort", onAbort);
  }
  terminal.signal.throwIfAborted();
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Control characters of a text made visible, and marks that turn the direction of writing, so that a remembered or remote
 * text can neither drive the terminal nor read as another.
 */
export function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** A duration for a person: `0.4 ms`, `12 ms`, `3.1 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A size for a person, in powers of 1024. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = count / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(1)} ${units[unit]}`;
}

/** A number with its noun: `1 turn`, `2 turns`. */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** One line for a list: white space folded, cut to a width. */
export function oneLine(text: string, width: number): string {
  const line = safe(text.slice(0, width * 4))
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
