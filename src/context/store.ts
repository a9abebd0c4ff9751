import type { PostingLists } from "./bm25.js";
import type { Project } from "./project.js";
import type { NewTurn, Turn } from "./turn.js";

/** A turn as a snapshot brings it: with the time at which it was said. */
export type ImportedTurn = NewTurn & { readonly createdAtMs: number };

/** What is kept of a project beside its turns: a question that waits, an answer that may be given again. */
export interface StoredItem {
  /** Unique within its kind. */
  readonly key: string;
  readonly projectId: string;
  readonly text: string;
  readonly createdAtMs: number;
}

/** The kinds of items; each has its own keys and its own order. */
export type ItemKind = "queued" | "cached";

/**
 * Where projects and their turns are kept. Each call is atomic, and durable when it resolves. Names are as
 * `projectName` returns them. Several processes may use one store; `Project.revision` tells a reader that it changed.
 */
export interface ContextStore {
  /** Last used first. */
  projects(): Promise<readonly Project[]>;
  project(name: string): Promise<Project | undefined>;
  /** Rejects with ProjectExistsError when the name is taken, unless `ifAbsent`: then that project is returned as it is. */
  createProject(name: string, options?: { readonly private?: boolean; readonly ifAbsent?: boolean }): Promise<Project>;
  /** Rejects with UnknownProjectError, or ProjectExistsError when the new name is taken. */
  changeProject(name: string, change: { readonly name?: string; readonly private?: boolean }): Promise<Project>;
  /** Creates a project with all its turns, oldest first, or nothing at all. */
  importProject(content: {
    readonly name: string;
    readonly private: boolean;
    readonly createdAtMs: number;
    readonly turns: readonly ImportedTurn[];
  }): Promise<Project>;

  /**
   * Adds the newest turn and removes the oldest ones (never notes) beyond `maxTurns`. In a private project it becomes
   * device-only. Rejects when the project is gone. With `completes` the queued item of that key goes in the same step;
   * when it is gone already nothing is added, and the call rejects with ItemGoneError.
   */
  addTurn(
    projectId: string,
    turn: NewTurn,
    options?: { readonly maxTurns?: number; readonly completes?: string | undefined },
  ): Promise<{ readonly turn: Turn; readonly project: Project }>;
  /** Newest first; `maxCharacters` of text ends the list early, but not before the first turn. */
  turns(
    projectId: string,
    options: { readonly limit: number; readonly beforeSeq?: number; readonly maxCharacters?: number },
  ): Promise<readonly Turn[]>;
  /** Those of the asked that exist, in any order. */
  turnsBySeq(projectId: string, seqs: readonly number[]): Promise<readonly Turn[]>;
  /** Of the terms that `rarestTerms` chooses. */
  postings(
    projectId: string,
    terms: readonly string[],
    options?: { readonly maxPostings?: number },
  ): Promise<PostingLists>;

  /**
   * Forgetting leaves no byte of the text in the store. Each resolves to the number of turns and notes removed. A
   * project's saved state and cached answers go with any of its turns, since they were made from them.
   */
  forgetTurn(id: string): Promise<number>;
  /** Empties the project; its name and its privacy stay. */
  forgetProject(name: string): Promise<number>;
  /** Removes the project itself as well. Rejects with UnknownProjectError. */
  deleteProject(name: string): Promise<number>;
  /** Removes all projects. */
  forgetAll(): Promise<number>;

  /** Those of a kind, oldest first. */
  items(kind: ItemKind): Promise<readonly StoredItem[]>;
  item(kind: ItemKind, key: string): Promise<StoredItem | undefined>;
  /** Makes an item the newest of its kind. */
  touchItem(kind: ItemKind, key: string): Promise<void>;
  /** Removes the oldest items of a kind until both bounds hold; resolves to their number. */
  trimItems(kind: ItemKind, bounds: { readonly maxItems: number; readonly maxCharacters: number }): Promise<number>;
  /** Adds the newest item of a kind, in place of one with the same key. Rejects when the project is gone. */
  putItem(kind: ItemKind, item: Omit<StoredItem, "createdAtMs">): Promise<void>;
  /** Replaces an item's text by what `change` makes of it; no other writer comes between. False when it is gone. */
  updateItem(kind: ItemKind, key: string, change: (old: string) => string): Promise<boolean>;
  /** Removes some items of a kind, or all; resolves to their number. They also go with their project and its forgetting. */
  deleteItems(kind: ItemKind, keys?: readonly string[]): Promise<number>;

  getValue(key: string): Promise<string | undefined>;
  setValue(key: string, value: string): Promise<void>;
  /** Replaces a value by what `change` makes of it; no other writer comes between. */
  updateValue(key: string, change: (old: string | undefined) => string): Promise<string>;
  /** Bytes that belong to a project: the state of its reservoir. */
  loadState(projectId: string): Promise<Uint8Array | undefined>;
  /** With `ifRevision` only while the project has that revision, so that what was forgotten meanwhile does not come back. */
  saveState(projectId: string, state: Uint8Array, options?: { readonly ifRevision?: number }): Promise<void>;
  close(): Promise<void>;
}

/** The queued item that a turn was to complete is gone: another process completed or dropped it. */
export class ItemGoneError extends Error {
  override readonly name: string = "ItemGoneError";
}
