import type { AuditEntry, DecisionLog } from "../core/decision-record.js";
import {
  type ChainedEntry,
  type ChainVerification,
  chainLine,
  EMPTY_CHAIN,
  parseLine,
  type Sha256,
  verifyChain,
} from "./hash-chain.js";

/** An append-only file of lines that several processes may share. */
export interface LineLog {
  /** Appends the line made from the last one (undefined in an empty log) while nobody else appends; durable when it resolves. */
  append(makeLine: (last: string | undefined) => Promise<string>): Promise<void>;
  /** All lines, oldest first. */
  lines(): Promise<readonly string[]>;
}

/** The audit file: every decision in a hash chain. */
export class AuditLog implements DecisionLog {
  readonly #file: LineLog;
  readonly #sha256: Sha256;

  constructor({ file, sha256 }: { readonly file: LineLog; readonly sha256: Sha256 }) {
    this.#file = file;
    this.#sha256 = sha256;
  }

  /** Rejects when the last line is not an entry: a damaged log is not continued as if nothing had happened. */
  append(entry: AuditEntry): Promise<void> {
    return this.#file.append(async (last) => {
      const before = last === undefined ? EMPTY_CHAIN : parseLine(last);
      if (before === undefined)
        throw new Error("Cannot write the audit log: its last line is damaged. Run: mobile-ai audit verify");
      return (await chainLine({ number: before.number, hash: before.hash }, entry, this.#sha256)).line;
    });
  }

  async verify(): Promise<ChainVerification> {
    return verifyChain(await this.#file.lines(), this.#sha256);
  }

  /** The entries of one question, or of the newest one; empty when there is none. */
  async entriesOf(id: string | undefined): Promise<readonly ChainedEntry[]> {
    const entries = (await this.#file.lines()).flatMap((line) => parseLine(line) ?? []);
    const wanted = id ?? entries.at(-1)?.entry.id;
    return entries.filter(
      ({ entry }) => entry.id === wanted || (entry.kind !== "decided" && entry.end.turnId === wanted),
    );
  }
}
