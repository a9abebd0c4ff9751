import { type Clock, systemClock } from "../core/clock.js";
import { newId, type Random, systemRandom } from "../core/random.js";
import { type Posting, type PostingLists, rarestTerms } from "./bm25.js";
import { charactersOf } from "./history.js";
import { type Project, ProjectExistsError, UnknownProjectError } from "./project.js";
import { type ContextStore, type ImportedTurn, ItemGoneError, type ItemKind, type StoredItem } from "./store.js";
import { countTerms, type TermCounts } from "./terms.js";
import type { NewTurn, Turn } from "./turn.js";

interface Shelf {
  project: Project;
  nextSeq: number;
  /** By sequence number, oldest first. */
  readonly turns: Map<number, Turn>;
  /** Below it no turn is left, only notes: where pruning goes on. */
  oldestTurn: number;
  readonly terms: Map<number, TermCounts>;
  /** The terms of later turns have not been counted yet: that waits for a search. */
  countedUntil: number;
  totalLength: number;
  state: Uint8Array | undefined;
}

/** A store that lives and dies with the process. */
export class MemoryStore implements ContextStore {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #random: Random;
  readonly #shelves = new Map<string, Shelf>();
  readonly #values = new Map<string, string>();
  readonly #items: Readonly<Record<ItemKind, Map<string, StoredItem>>> = { queued: new Map(), cached: new Map() };

  constructor({
    clock = systemClock,
    random = systemRandom,
  }: { readonly clock?: Pick<Clock, "nowMs">; readonly random?: Random } = {}) {
    this.#clock = clock;
    this.#random = random;
  }

  async projects(): Promise<readonly Project[]> {
    return [...this.#shelves.values()]
      .map(({ project }) => project)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.name < b.name ? -1 : 1));
  }

  async project(name: string): Promise<Project | undefined> {
    return this.#shelfNamed(name)?.project;
  }

  async createProject(
    name: string,
    options: { readonly private?: boolean; readonly ifAbsent?: boolean } = {},
  ): Promise<Project> {
    const existing = this.#shelfNamed(name);
    if (existing !== undefined) {
      if (options.ifAbsent === true) return existing.project;
      throw new ProjectExistsError(name);
    }
    return this.#addShelf(name, options.private ?? false, this.#clock.nowMs()).project;
  }

  async changeProject(name: string, change: { readonly name?: string; readonly private?: boolean }): Promise<Project> {
    const shelf = this.#shelfNamed(name);
    if (shelf === undefined) throw new UnknownProjectError(name);
    const newName = change.name ?? name;
    if (newName !== name && this.#shelfNamed(newName) !== undefined) throw new ProjectExistsError(newName);
    return touch(shelf, { ...change, updatedAtMs: this.#clock.nowMs() });
  }

  async importProject(content: {
    readonly name: string;
    readonly private: boolean;
    readonly createdAtMs: number;
    readonly turns: readonly ImportedTurn[];
  }): Promise<Project> {
    if (this.#shelfNamed(content.name) !== undefined) throw new ProjectExistsError(content.name);
    const shelf = this.#addShelf(content.name, content.private, content.createdAtMs);
    let { turns, notes } = shelf.project;
    for (const turn of content.turns) {
      this.#append(shelf, turn, turn.createdAtMs);
      if (turn.kind === "turn") turns++;
      else notes++;
    }
    return touch(shelf, { turns, notes, updatedAtMs: this.#clock.nowMs() });
  }

  async addTurn(
    projectId: string,
    turn: NewTurn,
    {
      maxTurns = Number.POSITIVE_INFINITY,
      completes,
    }: { readonly maxTurns?: number; readonly completes?: string | undefined } = {},
  ): Promise<{ readonly turn: Turn; readonly project: Project }> {
    if (completes !== undefined && !this.#items.queued.has(completes)) {
      throw new ItemGoneError("Cannot remember the turn: the queued question it answers is gone");
    }
    const shelf = this.#shelves.get(projectId);
    if (shelf === undefined) throw new Error("Cannot remember the turn: its project was deleted meanwhile");
    if (completes !== undefined) this.#items.queued.delete(completes);
    const nowMs = this.#clock.nowMs();
    const added = this.#append(shelf, turn, nowMs);
    let { turns, notes } = shelf.project;
    if (turn.kind === "turn") turns++;
    else notes++;
    for (; turns > maxTurns; turns--) removeOldestTurn(shelf);
    return { turn: added, project: touch(shelf, { turns, notes, updatedAtMs: nowMs }) };
  }

  async turns(
    projectId: string,
    options: { readonly limit: number; readonly beforeSeq?: number; readonly maxCharacters?: number },
  ): Promise<readonly Turn[]> {
    const { limit, beforeSeq = Number.POSITIVE_INFINITY, maxCharacters = Number.POSITIVE_INFINITY } = options;
    const shelf = this.#shelves.get(projectId);
    const found: Turn[] = [];
    if (shelf === undefined) return found;
    let characters = 0;
    const oldest = shelf.turns.keys().next().value ?? Number.POSITIVE_INFINITY;
    for (let seq = Math.min(beforeSeq, shelf.nextSeq) - 1; seq >= oldest && found.length < limit; seq--) {
      const turn = shelf.turns.get(seq);
      if (turn === undefined) continue;
      characters += charactersOf(turn);
      if (characters > maxCharacters && found.length > 0) break;
      found.push(turn);
    }
    return found;
  }

  async turnsBySeq(projectId: string, seqs: readonly number[]): Promise<readonly Turn[]> {
    const turns = this.#shelves.get(projectId)?.turns;
    return [...new Set(seqs)].flatMap((seq) => turns?.get(seq) ?? []);
  }

  async postings(
    projectId: string,
    terms: readonly string[],
    { maxPostings = Number.POSITIVE_INFINITY }: { readonly maxPostings?: number } = {},
  ): Promise<PostingLists> {
    const lists = new Map<string, Posting[]>();
    const shelf = this.#shelves.get(projectId);
    if (shelf === undefined) return { documents: 0, totalLength: 0, byTerm: lists };
    countNewTerms(shelf);
    for (const [seq, { counts, total }] of shelf.terms) {
      for (const term of terms) {
        const frequency = counts.get(term);
        if (frequency === undefined) continue;
        const list = lists.get(term) ?? [];
        list.push({ seq, frequency, length: total });
        lists.set(term, list);
      }
    }
    const frequencies = new Map([...lists].map(([term, list]) => [term, list.length]));
    const byTerm = new Map(rarestTerms(frequencies, maxPostings).map((term) => [term, lists.get(term)!]));
    return { documents: shelf.turns.size, totalLength: shelf.totalLength, byTerm };
  }

  async forgetTurn(id: string): Promise<number> {
    for (const shelf of this.#shelves.values()) {
      for (const turn of shelf.turns.values()) {
        if (turn.id !== id) continue;
        removeTurn(shelf, turn);
        shelf.state = undefined;
        this.#dropItems("cached", shelf.project.id);
        const { turns, notes } = shelf.project;
        touch(shelf, turn.kind === "turn" ? { turns: turns - 1 } : { notes: notes - 1 });
        return 1;
      }
    }
    return 0;
  }

  async forgetProject(name: string): Promise<number> {
    const shelf = this.#shelfNamed(name);
    if (shelf === undefined) return 0;
    const removed = shelf.turns.size;
    shelf.turns.clear();
    shelf.terms.clear();
    shelf.totalLength = 0;
    shelf.state = undefined;
    this.#dropItems("cached", shelf.project.id);
    this.#dropItems("queued", shelf.project.id);
    touch(shelf, { turns: 0, notes: 0 });
    return removed;
  }

  async deleteProject(name: string): Promise<number> {
    const shelf = this.#shelfNamed(name);
    if (shelf === undefined) throw new UnknownProjectError(name);
    this.#shelves.delete(shelf.project.id);
    this.#dropItems("cached", shelf.project.id);
    this.#dropItems("queued", shelf.project.id);
    return shelf.turns.size;
  }

  async forgetAll(): Promise<number> {
    let removed = 0;
    for (const shelf of this.#shelves.values()) removed += shelf.turns.size;
    this.#shelves.clear();
    this.#items.cached.clear();
    this.#items.queued.clear();
    return removed;
  }

  async items(kind: ItemKind): Promise<readonly StoredItem[]> {
    return [...this.#items[kind].values()];
  }

  async item(kind: ItemKind, key: string): Promise<StoredItem | undefined> {
    return this.#items[kind].get(key);
  }

  async touchItem(kind: ItemKind, key: string): Promise<void> {
    const item = this.#items[kind].get(key);
    if (item === undefined) return;
    this.#items[kind].delete(key);
    this.#items[kind].set(key, item);
  }

  async trimItems(
    kind: ItemKind,
    { maxItems, maxCharacters }: { readonly maxItems: number; readonly maxCharacters: number },
  ): Promise<number> {
    const items = this.#items[kind];
    let characters = 0;
    for (const { text } of items.values()) characters += text.length;
    let removed = 0;
    for (const [key, { text }] of items) {
      if (items.size <= maxItems && characters <= maxCharacters) break;
      items.delete(key);
      characters -= text.length;
      removed++;
    }
    return removed;
  }

  async putItem(kind: ItemKind, { key, projectId, text }: Omit<StoredItem, "createdAtMs">): Promise<void> {
    if (!this.#shelves.has(projectId)) throw new Error("Cannot store the item: its project was deleted meanwhile");
    this.#items[kind].delete(key); // to the end of the order
    this.#items[kind].set(key, { key, projectId, text, createdAtMs: this.#clock.nowMs() });
  }

  async updateItem(kind: ItemKind, key: string, change: (old: string) => string): Promise<boolean> {
    const item = this.#items[kind].get(key);
    if (item === undefined) return false;
    this.#items[kind].set(key, { ...item, text: change(item.text) });
    return true;
  }

  async deleteItems(kind: ItemKind, keys: readonly string[] = [...this.#items[kind].keys()]): Promise<number> {
    return keys.reduce((removed, key) => removed + (this.#items[kind].delete(key) ? 1 : 0), 0);
  }

  async getValue(key: string): Promise<string | undefined> {
    return this.#values.get(key);
  }

  async setValue(key: string, value: string): Promise<void> {
    this.#values.set(key, value);
  }

  async updateValue(key: string, change: (old: string | undefined) => string): Promise<string> {
    const value = change(this.#values.get(key));
    this.#values.set(key, value);
    return value;
  }

  async loadState(projectId: string): Promise<Uint8Array | undefined> {
    return this.#shelves.get(projectId)?.state?.slice();
  }

  async saveState(
    projectId: string,
    state: Uint8Array,
    { ifRevision }: { readonly ifRevision?: number } = {},
  ): Promise<void> {
    const shelf = this.#shelves.get(projectId);
    if (ifRevision !== undefined && shelf?.project.revision !== ifRevision) return;
    if (shelf === undefined) throw new Error("Cannot save the state: its project was deleted meanwhile");
    shelf.state = state.slice();
  }

  async close(): Promise<void> {}

  #dropItems(kind: ItemKind, projectId: string): void {
    for (const [key, item] of this.#items[kind]) if (item.projectId === projectId) this.#items[kind].delete(key);
  }

  #shelfNamed(name: string): Shelf | undefined {
    for (const shelf of this.#shelves.values()) if (shelf.project.name === name) return shelf;
    return undefined;
  }

  #addShelf(name: string, isPrivate: boolean, createdAtMs: number): Shelf {
    const id = newId(createdAtMs, this.#random);
    const project: Project = {
      id,
      name,
      private: isPrivate,
      createdAtMs,
      updatedAtMs: createdAtMs,
      turns: 0,
      notes: 0,
      revision: 1,
    };
    const shelf: Shelf = {
      project,
      nextSeq: 1,
      turns: new Map(),
      oldestTurn: 1,
      terms: new Map(),
      countedUntil: 0,
      totalLength: 0,
      state: undefined,
    };
    this.#shelves.set(id, shelf);
    return shelf;
  }

  /** Leaves the project's counts and revision to the caller. */
  #append(shelf: Shelf, turn: NewTurn, createdAtMs: number): Turn {
    const { kind, question, answer, route, engine, ruleIds } = turn;
    const added: Turn = {
      id: newId(createdAtMs, this.#random),
      projectId: shelf.project.id,
      seq: shelf.nextSeq++,
      kind,
      question,
      answer,
      route,
      engine,
      privacy: shelf.project.private ? "device-only" : turn.privacy,
      ruleIds: [...ruleIds],
      createdAtMs,
    };
    shelf.turns.set(added.seq, added);
    return added;
  }
}

/** Removes the oldest turn; notes stay. */
function removeOldestTurn(shelf: Shelf): void {
  let turn = shelf.turns.get(shelf.oldestTurn);
  while (turn?.kind !== "turn") turn = shelf.turns.get(++shelf.oldestTurn);
  removeTurn(shelf, turn);
}

function removeTurn(shelf: Shelf, { seq }: Turn): void {
  shelf.turns.delete(seq);
  shelf.totalLength -= shelf.terms.get(seq)?.total ?? 0;
  shelf.terms.delete(seq);
}

/** Counts the terms of the turns that came since the last search: most processes never search. */
function countNewTerms(shelf: Shelf): void {
  for (let seq = shelf.countedUntil + 1; seq < shelf.nextSeq; seq++) {
    const turn = shelf.turns.get(seq);
    if (turn === undefined) continue;
    const terms = countTerms(turn.question, turn.answer);
    shelf.terms.set(seq, terms);
    shelf.totalLength += terms.total;
  }
  shelf.countedUntil = shelf.nextSeq - 1;
}

function touch(shelf: Shelf, change: Partial<Omit<Project, "id" | "createdAtMs" | "revision">>): Project {
  const { project } = shelf;
  // Field by field: a copy by `...` that fields are added to takes 0.7 us (2-core EPYC, Node 20.20.2, 2026-11-23).
  shelf.project = {
    id: project.id,
    name: change.name ?? project.name,
    private: change.private ?? project.private,
    createdAtMs: project.createdAtMs,
    updatedAtMs: change.updatedAtMs ?? project.updatedAtMs,
    turns: change.turns ?? project.turns,
    notes: change.notes ?? project.notes,
    revision: project.revision + 1,
  };
  return shelf.project;
}
