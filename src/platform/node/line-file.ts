import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FileLock } from "./file-lock.js";

const LOCK_ATTEMPTS = 500;
const LOCK_WAIT_MS = 10;
const TAIL_BYTES = 65_536;

/** An append-only file of lines (mode 0600), shared by processes; a line torn by a kill or power cut is dropped. */
export class LineFile {
  readonly #path: string;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends the line made from the last whole one; on disk when it resolves. Rejects naming the file. */
  append(makeLine: (last: string | undefined) => Promise<string>): Promise<void> {
    const turn = this.#tail.then(() => this.#append(makeLine));
    this.#tail = turn.catch(() => {}); // the caller has the rejection; the next append starts anew
    return turn;
  }

  /** All whole lines; none when there is no file. */
  async lines(): Promise<readonly string[]> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // fs errors carry a code
      throw new Error(`Cannot read ${this.#path}`, { cause: error });
    }
    const lines = text.split("\n");
    lines.pop(); // what follows the last line break was never acknowledged
    return lines;
  }

  async #append(makeLine: (last: string | undefined) => Promise<string>): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const lock = new FileLock(`${this.#path}.lock`);
    try {
      for (let attempt = 1; !lock.tryAcquire(); attempt++) {
        if (attempt >= LOCK_ATTEMPTS) throw new Error(`Cannot write ${this.#path}: ${lock.holder()} is writing it`);
        await sleep(LOCK_WAIT_MS);
      }
      // "a+" would write at the end whatever the position; a torn line must be cut off first.
      const file = await open(this.#path, "a+", 0o600);
      try {
        const { last, wholeBytes } = await lastLine(file);
        const line = await makeLine(last);
        if (line.includes("\n"))
          throw new TypeError(`Cannot append to ${this.#path}: a line must not hold a line break`);
        if (wholeBytes !== (await file.stat()).size) await file.truncate(wholeBytes);
        await file.write(`${line}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    } finally {
      lock.close();
    }
  }
}

/** The last line that ends in a line break, and how many bytes of the file are whole lines. */
async function lastLine(file: FileHandle): Promise<{ readonly last: string | undefined; readonly wholeBytes: number }> {
  const { size } = await file.stat();
  for (let span = TAIL_BYTES; ; span *= 4) {
    const length = Math.min(span, size);
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, size - length);
    const end = bytes.lastIndexOf(10);
    const start = end <= 0 ? -1 : bytes.lastIndexOf(10, end - 1);
    if (end === -1 && length === size) return { last: undefined, wholeBytes: 0 };
    if (end !== -1 && (start !== -1 || length === size)) {
      return { last: bytes.subarray(start + 1, end).toString("utf8"), wholeBytes: size - length + end + 1 };
    }
  }
}
