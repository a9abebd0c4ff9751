import { StoreLockedError } from "../core/cipher.js";
import type { SqlRow } from "../core/sql.js";
import type { Project } from "./project.js";
import { type ProjectRow, readItem, readProject, readTurn, textOf } from "./sql-rows.js";
import type { ItemKind, StoredItem } from "./store.js";
import { decodeText, encodeText } from "./stored-text.js";
import type { Turn } from "./turn.js";

/** The columns of a turn that hold its texts. */
export interface TurnTexts {
  readonly question: string;
  readonly answer: string;
  readonly engine: string;
  readonly ruleIds: string;
  readonly sealed: Uint8Array | null;
}

/** The columns of a project that hold its name. */
export interface ProjectTexts {
  readonly name: string;
  readonly sealed: Uint8Array | null;
}

/** The columns of an item that hold its texts. */
export interface ItemTexts {
  readonly key: string;
  readonly text: string;
  readonly sealed: Uint8Array | null;
}

/** How texts stand in the columns of the store: as they are (`plainRows`), or sealed (`sealedRows`). */
export interface RowCodec {
  turnTexts(turn: Turn): Promise<TurnTexts>;
  readTurn(row: SqlRow): Promise<Turn>;
  projectTexts(project: Pick<Project, "id" | "name" | "private" | "createdAtMs">): Promise<ProjectTexts>;
  readProject(row: SqlRow): Promise<ProjectRow>;
  /** What stands in the column `name`. */
  storedName(name: string): Promise<string>;
  /** What stands in the search index for these terms of one project. */
  storedTerms(project: number, terms: readonly string[]): Promise<readonly string[]>;
  /** Where a value stands among the entries. */
  entryOf(key: string): string;
  storedValue(key: string, value: string): Promise<string>;
  readValue(key: string, stored: string): Promise<string>;
  /** Where an item of a kind stands. */
  storedKey(kind: ItemKind, key: string): Promise<string>;
  itemTexts(kind: ItemKind, item: StoredItem): Promise<ItemTexts>;
  readItem(kind: ItemKind, row: SqlRow): Promise<StoredItem>;
  storedState(projectId: string, state: Uint8Array): Promise<Uint8Array>;
  readState(projectId: string, stored: Uint8Array): Promise<Uint8Array>;
}

/** Begins the key of every value that stands as it is. */
export const PLAIN_VALUE = "value/";

/** Texts as they are. */
export const plainRows: RowCodec = {
  async turnTexts({ question, answer, engine, ruleIds }) {
    return {
      question: encodeText(question),
      answer: encodeText(answer),
      engine: encodeText(engine),
      ruleIds: encodeText(ruleIds.join("\n")),
      sealed: null,
    };
  },
  async readTurn(row) {
    refuse(row["sealed"] !== null);
    return readTurn(row, {
      question: decodeText(textOf(row, "question")),
      answer: decodeText(textOf(row, "answer")),
      engine: decodeText(textOf(row, "engine")),
      ruleIds: decodeText(textOf(row, "rule_ids")).split("\n").filter(Boolean),
    });
  },
  projectTexts: async ({ name }) => ({ name, sealed: null }),
  async readProject(row) {
    refuse(row["sealed"] !== null);
    return readProject(row, textOf(row, "name"));
  },
  storedName: async (name) => name,
  storedTerms: async (_, terms) => terms,
  entryOf: (key) => PLAIN_VALUE + encodeText(key),
  storedValue: async (_, value) => encodeText(value),
  readValue: async (_, stored) => decodeText(stored),
  storedKey: async (_, key) => encodeText(key),
  itemTexts: async (_, { key, text }) => ({ key: encodeText(key), text: encodeText(text), sealed: null }),
  async readItem(_, row) {
    refuse(row["sealed"] !== null);
    return readItem(row, { key: decodeText(textOf(row, "key")), text: decodeText(textOf(row, "text")) });
  },
  storedState: async (_, state) => state,
  readState: async (_, stored) => new Uint8Array(stored),
};

/** Another process has encrypted or decrypted the store since this one opened it. */
export function refuse(changed: boolean): void {
  if (!changed) return;
  throw new StoreLockedError(
    "Cannot use the context store: its encryption was changed by another process since it was opened. Start again",
  );
}
