import type { PostingLists } from "./bm25.js";
import type { Project } from "./project.js";
import type { NewTurn, Turn } from "./turn.js";

/** A turn as a snapshot brings it: with the time at which it was said. */
export type ImportedTurn = NewTurn & { readonly createdAtMs: number };

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
   * device-only. Rejects when the project is gone.
   */
  addTurn(
    projectId: string,
    turn: NewTurn,
    options?: { readonly maxTurns?: number },
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
   * project's saved state goes with any of its turns, since it was computed from them.
   */
  forgetTurn(id: string): Promise<number>;
  /** Empties the project; its name and its privacy stay. */
  forgetProject(name: string): Promise<number>;
  /** Removes the project itself as well. Rejects with UnknownProjectError. */
  deleteProject(name: string): Promise<number>;
  /** Removes all projects. */
  forgetAll(): Promise<number>;

  getValue(key: string): Promise<string | undefined>;
  setValue(key: string, value: string): Promise<void>;
  /** Replaces a value by what `change` makes of it; no other writer comes between. */
  updateValue(key: string, change: (old: string | undefined) => string): Promise<string>;
  /** Bytes that belong to a project: the state of its reservoir. */
  loadState(projectId: string): Promise<Uint8Array | undefined>;
  saveState(projectId: string, state: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
