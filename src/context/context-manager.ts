import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import type { MemoryHit, ProjectMemory } from "../core/ports.js";
import type { Route } from "../core/query.js";
import { rankPostings } from "./bm25.js";
import { History, wasKept } from "./history.js";
import { type Project, projectName, UnknownProjectError } from "./project.js";
import { type BuiltPrompt, buildPrompt, conversationTokens, type PromptParts } from "./prompt.js";
import { makeSnapshot, type ProjectSnapshot, readSnapshot } from "./snapshot.js";
import type { ContextStore } from "./store.js";
import { countTerms } from "./terms.js";
import type { TopicMemory, TopicView } from "./topic-memory.js";
import { TopicStates } from "./topic-states.js";
import type { NewTurn, Turn } from "./turn.js";

/** What is known of an opened project without asking the store. */
export interface ProjectState {
  readonly turns: number;
  readonly private: boolean;
  /** Of the newest turn. */
  readonly lastRoute?: Route;
  /** Since the newest turn. */
  readonly idleMs?: number;
}

interface Loaded {
  project: Project;
  history: History;
}

/** Text that the windows of opened projects may hold each, in UTF-16 units: about 4 MB, whatever a single turn weighs. */
const WINDOW_CHARACTERS = 2_000_000;
/** Distinct terms of a search that count; more would be a text, not a question. */
const MAX_SEARCH_TERMS = 64;
/** Rows of the index that one search reads: all of them below some thousand turns, the rare words' beyond. */
const MAX_POSTINGS = 10_000;
const NOTHING_LEFT_OUT = { trimmedTurns: 0, savedTokens: 0, withheldTurns: 0, privateTurns: 0 };
const CURRENT_PROJECT = "current-project";

/**
 * Each project's history: bounded in memory, whole in the store, ranked when searched. Several processes may share a
 * store; a project that another one changed is read again at the next call.
 */
export class ContextManager implements ProjectMemory {
  readonly #store: ContextStore;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #windowTurns: number;
  readonly #maxTurns: number;
  readonly #maxOpenProjects: number;
  readonly #topics: TopicStates | undefined;
  /** Names of projects with half a window of turns that no one asked the topics of. */
  readonly #behind = new Set<string>();
  /** By name, least recently used first. */
  readonly #loaded = new Map<string, Loaded>();
  #lastUsed: string | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  /** RangeError unless all are whole numbers from 1 and the window is no longer than what is kept. */
  constructor(options: {
    readonly store: ContextStore;
    readonly clock?: Pick<Clock, "nowMs">;
    /** Newest turns of a project in memory; default 100. */
    readonly windowTurns?: number;
    /** Turns kept of a project, notes not counted; the oldest go first; default 10,000. */
    readonly maxTurns?: number;
    /** Projects whose windows are in memory; default 8. */
    readonly maxOpenProjects?: number;
    /** The memory of what was talked about, loaded when it is first needed; default none. */
    readonly topics?: () => Promise<TopicMemory | undefined>;
  }) {
    const { store, clock = systemClock, windowTurns = 100, maxTurns = 10_000, maxOpenProjects = 8, topics } = options;
    for (const [name, value] of Object.entries({ windowTurns, maxTurns, maxOpenProjects })) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(`Cannot keep context: ${name} must be a whole number from 1, got ${value}`);
      }
    }
    this.#store = store;
    this.#clock = clock;
    this.#windowTurns = Math.min(windowTurns, maxTurns);
    this.#maxTurns = maxTurns;
    this.#maxOpenProjects = maxOpenProjects;
    this.#topics =
      topics === undefined ? undefined : new TopicStates(store, { load: topics, windowTurns: this.#windowTurns });
  }

  /** Of a project that was opened and is still in memory; undefined for any other. */
  state(project: string): ProjectState | undefined {
    const loaded = this.#loaded.get(project.normalize("NFC"));
    if (loaded === undefined) return undefined;
    let age = 0;
    while (loaded.history.at(age)?.kind === "note") age++;
    const newest = loaded.history.at(age);
    return {
      turns: loaded.project.turns,
      private: loaded.project.private,
      ...(newest === undefined
        ? {}
        : { lastRoute: newest.route, idleMs: Math.max(0, this.#clock.nowMs() - newest.createdAtMs) }),
    };
  }

  /** The project as the store has it; undefined when there is none. */
  async find(project: string): Promise<Project | undefined> {
    return this.#store.project(this.#nameOf(project));
  }

  /** Opens a project, creating it at first use. Reads only its window: O(windowTurns), one row when it is up to date. */
  async open(project: string): Promise<Project> {
    const name = this.#nameOf(project);
    return this.#exclusive(async () => (await this.#load(name)).project);
  }

  /**
   * The prompt for an engine: see `buildPrompt`. A caller that brings its own conversation gets it back as it is, with
   * the system text before it, and no history.
   */
  async prompt(
    query: {
      readonly text: string;
      readonly project: string;
      readonly system?: string | undefined;
      readonly conversation?: LanguageModelV4Prompt | undefined;
      /** Only turns after this sequence number; default all that fit. */
      readonly historyAfterSeq?: number | undefined;
    },
    options: Pick<PromptParts, "place" | "budgetTokens" | "historyTokens" | "keepLocal">,
  ): Promise<BuiltPrompt> {
    const name = this.#nameOf(query.project);
    const { conversation, system, historyAfterSeq = 0 } = query;
    return this.#exclusive(async () => {
      if (conversation !== undefined) {
        const messages: LanguageModelV4Prompt =
          system === undefined || system === "" ? conversation : [{ role: "system", content: system }, ...conversation];
        return { messages, tokens: conversationTokens(messages), ...NOTHING_LEFT_OUT };
      }
      const { project, history } = await this.#load(name);
      return buildPrompt({
        question: query.text,
        system,
        turns: historyAfterSeq === 0 ? history : turnsAfter(history, historyAfterSeq),
        private: project.private,
        ...options,
      });
    });
  }

  /** Turns and notes of the project's window that a rule kept on the device; empty when there is no such project. */
  async keptTurns(project: string): Promise<readonly Turn[]> {
    const name = this.#nameOf(project);
    return this.#exclusive(async () => {
      if ((await this.#store.project(name)) === undefined) return [];
      const { history } = await this.#load(name);
      return history.kept === 0 ? [] : [...history].filter(wasKept);
    });
  }

  /**
   * Adds a turn or note to a project, which is created at first use. Durable when it resolves. With `completes` the queued
   * question of that key goes in the same step; ItemGoneError, and nothing is added, when it is gone already.
   */
  async remember(
    project: string,
    turn: NewTurn,
    { completes }: { readonly completes?: string | undefined } = {},
  ): Promise<Turn> {
    const name = this.#nameOf(project);
    if (typeof turn.question !== "string" || typeof turn.answer !== "string") {
      throw new TypeError("Cannot remember the turn: question and answer must be text");
    }
    return this.#exclusive(async () => {
      const loaded = await this.#load(name);
      const added = await this.#store.addTurn(loaded.project.id, turn, { maxTurns: this.#maxTurns, completes });
      // Another process came between: leave the window as it is, the next call reads it again.
      if (added.project.revision !== loaded.project.revision + 1) return added.turn;
      await this.#topics?.added(added.turn, loaded.project, added.project);
      if (added.turn.seq % Math.ceil(this.#windowTurns / 2) === 0) this.#behind.add(name);
      loaded.project = added.project;
      loaded.history.push(added.turn);
      return added.turn;
    });
  }

  /** Turns and notes that hold words of `text`, nearest first. Empty when there is no such project. Never throws for a text. */
  async search(
    project: string,
    text: string,
    options: { readonly limit?: number } = {},
  ): Promise<readonly MemoryHit[]> {
    return (await this.#ranked(project, text, options.limit ?? 5)).map(({ turn, score }) => hitOf(turn, score));
  }

  /** Turns and notes, newest first, all with the same score. Empty when there is no such project. */
  async latest(project: string, options: { readonly limit?: number } = {}): Promise<readonly MemoryHit[]> {
    return (await this.history(project, { limit: options.limit ?? 5 })).map((turn) => hitOf(turn, 0));
  }

  /** Newest first, or nearest first with `search`; before `beforeSeq`; default limit 20. Empty when there is no such project. */
  async history(
    project: string,
    options: { readonly limit?: number; readonly beforeSeq?: number; readonly search?: string } = {},
  ): Promise<readonly Turn[]> {
    const { limit = 20, beforeSeq, search } = options;
    if (search !== undefined) {
      return (await this.#ranked(project, search, limit, beforeSeq)).map(({ turn }) => turn);
    }
    checkLimit(limit);
    const found = await this.find(project);
    if (found === undefined) return [];
    return this.#store.turns(found.id, { limit, ...(beforeSeq === undefined ? {} : { beforeSeq }) });
  }

  /**
   * What a project is and was about, up to its newest turn; undefined when there is no such project, nothing was said in it, or
   * there is no topic memory.
   */
  async topic(project: string): Promise<TopicView | undefined> {
    const name = this.#nameOf(project);
    return this.#exclusive(async () => {
      const found = this.#topics === undefined ? undefined : await this.#store.project(name);
      return found === undefined ? undefined : this.#topics?.view(found);
    });
  }

  /**
   * Whether a question that was not remembered yet goes on about what the project talked about last; undefined when nothing was
   * said, or there is no topic memory.
   */
  async staysOnTopic(question: string, project: string): Promise<boolean | undefined> {
    const name = this.#nameOf(project);
    return this.#exclusive(async () => {
      const found = this.#topics === undefined ? undefined : await this.#store.project(name);
      return found === undefined ? undefined : this.#topics?.staysOnTopic(found, question);
    });
  }

  /**
   * The other project that a text clearly belongs to, by what was said in each of them; undefined when there is none, or no topic memory.
   * `turnId` is the turn that the text already became.
   */
  async suggestProject(
    text: string,
    current: string,
    { turnId }: { readonly turnId?: string | undefined } = {},
  ): Promise<{ readonly project: string; readonly score: number } | undefined> {
    const name = this.#nameOf(current);
    return this.#exclusive(() => this.#topics?.suggest(text, name, turnId));
  }

  projects(): Promise<readonly Project[]> {
    return this.#store.projects();
  }

  /** Rejects with ProjectExistsError when the name is taken. */
  async createProject(project: string, options: { readonly private?: boolean } = {}): Promise<Project> {
    const name = projectName(project);
    return this.#exclusive(() => this.#store.createProject(name, options));
  }

  /** Rejects with UnknownProjectError or ProjectExistsError. The current project stays current under its new name. */
  async renameProject(from: string, to: string): Promise<Project> {
    return this.#change(from, { name: projectName(to) });
  }

  /** Rejects with UnknownProjectError. Turns said while a project is private stay device-only when it no longer is. */
  async setPrivate(project: string, isPrivate: boolean): Promise<Project> {
    return this.#change(project, { private: isPrivate });
  }

  /** The name of the project that was made current; undefined when there was none, or it is gone. */
  async currentProject(): Promise<string | undefined> {
    const id = await this.#store.getValue(CURRENT_PROJECT);
    return id === undefined ? undefined : (await this.#store.projects()).find((project) => project.id === id)?.name;
  }

  /** Rejects with UnknownProjectError. */
  async setCurrentProject(project: string): Promise<void> {
    const found = await this.find(project);
    if (found === undefined) throw new UnknownProjectError(project);
    await this.#store.setValue(CURRENT_PROJECT, found.id);
  }

  /** Forgets one turn or note for good; resolves to how many there were, 0 or 1. */
  forgetTurn(id: string): Promise<number> {
    return this.#exclusive(() => {
      this.#topics?.clear();
      return this.#store.forgetTurn(id);
    });
  }

  /** Forgets all turns and notes of a project for good; the empty project stays, private if it was. Resolves to their number. */
  async forgetProject(project: string): Promise<number> {
    const name = projectName(project);
    return this.#exclusive(() => {
      this.#topics?.clear();
      return this.#store.forgetProject(name);
    });
  }

  /** Removes a project and all it holds for good; resolves to the number of its turns. Rejects with UnknownProjectError. */
  async deleteProject(project: string): Promise<number> {
    const name = projectName(project);
    return this.#exclusive(() => {
      this.#loaded.delete(name);
      this.#topics?.clear();
      return this.#store.deleteProject(name);
    });
  }

  /** Removes all projects and all they hold for good; resolves to the number of their turns. */
  forgetAll(): Promise<number> {
    return this.#exclusive(() => {
      this.#loaded.clear();
      this.#topics?.clear();
      return this.#store.forgetAll();
    });
  }

  /** The whole project as a JSON value. Rejects with UnknownProjectError. */
  async snapshot(project: string): Promise<ProjectSnapshot> {
    const found = await this.find(project);
    if (found === undefined) throw new UnknownProjectError(project);
    const turns = await this.#store.turns(found.id, { limit: Number.MAX_SAFE_INTEGER });
    return makeSnapshot(found, [...turns].reverse());
  }

  /**
   * Creates a project from a snapshot, all of it or nothing. TypeError when it is no snapshot of ours; RangeError when it
   * holds more turns than are kept; ProjectExistsError when the name, or `as`, is taken.
   */
  restore(snapshot: unknown, options: { readonly as?: string } = {}): Promise<Project> {
    return this.#exclusive(() => {
      const { project, turns } = readSnapshot(snapshot);
      const said = turns.reduce((count, { kind }) => count + (kind === "turn" ? 1 : 0), 0);
      if (said > this.#maxTurns) {
        throw new RangeError(`Cannot restore the snapshot: it holds ${said} turns, expected at most ${this.#maxTurns}`);
      }
      const name = projectName(options.as ?? project.name);
      return this.#store.importProject({ ...project, name, turns });
    });
  }

  /** Resolves when everything that was asked for before is on disk, topics too. */
  async checkpoint(): Promise<void> {
    await this.#exclusive(() => this.#saveTopics());
  }

  /**
   * Gives memory back, to be read again from the store when it is needed: `windows` those of projects other than the one in use,
   * `topics` the state of every project's topics, saved first. Resolves to the bytes it knows of.
   */
  async release(what: "windows" | "topics"): Promise<number> {
    return this.#exclusive(async () => {
      if (what === "topics") {
        await this.#saveTopics();
        return this.#topics?.clear() ?? 0;
      }
      let bytes = 0;
      for (const [name, { history }] of this.#loaded) {
        if (name === this.#lastUsed) continue;
        bytes += 2 * history.characters;
        this.#loaded.delete(name);
      }
      return bytes;
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    try {
      await this.#saveTopics();
    } finally {
      this.#loaded.clear();
      await this.#store.close();
    }
  }

  async #saveTopics(): Promise<void> {
    const behind: Project[] = [];
    for (const name of this.#topics === undefined ? [] : this.#behind) {
      const project = await this.#store.project(name);
      if (project !== undefined) behind.push(project);
    }
    this.#behind.clear();
    await this.#topics?.save(behind);
  }

  async #change(project: string, change: { readonly name?: string; readonly private?: boolean }): Promise<Project> {
    const name = projectName(project);
    return this.#exclusive(() => {
      this.#loaded.delete(name);
      return this.#store.changeProject(name, change);
    });
  }

  async #ranked(
    project: string,
    text: string,
    limit: number,
    beforeSeq = Number.POSITIVE_INFINITY,
  ): Promise<readonly { readonly turn: Turn; readonly score: number }[]> {
    checkLimit(limit);
    const found = await this.find(project);
    const terms = [...countTerms(text).counts.keys()].slice(0, MAX_SEARCH_TERMS);
    if (found === undefined || terms.length === 0) return [];
    const lists = await this.#store.postings(found.id, terms, { maxPostings: MAX_POSTINGS });
    const ranked = rankPostings(lists, Number.POSITIVE_INFINITY)
      .filter(({ seq }) => seq < beforeSeq)
      .slice(0, limit);
    const turns = await this.#store.turnsBySeq(
      found.id,
      ranked.map(({ seq }) => seq),
    );
    const bySeq = new Map(turns.map((turn) => [turn.seq, turn]));
    return ranked.flatMap(({ seq, score }) => {
      const turn = bySeq.get(seq);
      return turn === undefined ? [] : [{ turn, score }]; // forgotten by another process since
    });
  }

  /** The name as it is stored; one that was checked before is known. */
  #nameOf(project: string): string {
    return this.#loaded.has(project) ? project : projectName(project);
  }

  /** The project with its window, read again when the store has a newer revision. */
  async #load(name: string): Promise<Loaded> {
    const project = (await this.#store.project(name)) ?? (await this.#store.createProject(name, { ifAbsent: true }));
    let loaded = this.#loaded.get(name);
    if (loaded?.project.id !== project.id || loaded.project.revision !== project.revision) {
      const history = new History({ windowTurns: this.#windowTurns, maxCharacters: WINDOW_CHARACTERS });
      const turns = await this.#store.turns(project.id, {
        limit: this.#windowTurns,
        maxCharacters: WINDOW_CHARACTERS,
      });
      for (let index = turns.length - 1; index >= 0; index--) history.push(turns[index]!);
      loaded = { project, history };
    }
    if (this.#lastUsed !== name) this.#loaded.delete(name); // to the end of the order
    this.#lastUsed = name;
    this.#loaded.set(name, loaded);
    if (this.#loaded.size > this.#maxOpenProjects) {
      const oldest = this.#loaded.keys().next();
      if (!oldest.done) this.#loaded.delete(oldest.value);
    }
    return loaded;
  }

  /** One after the other, so that a window and its store never differ in order. */
  #exclusive<T>(action: () => T | Promise<T>): Promise<T> {
    const turn = this.#tail.then(action);
    this.#tail = turn.catch(() => {});
    return turn;
  }
}

/** The turns said after a sequence number, newest first. */
function turnsAfter(history: History, seq: number): Turn[] {
  const turns: Turn[] = [];
  for (const turn of history) {
    if (turn.seq <= seq) break;
    turns.push(turn);
  }
  return turns;
}

function hitOf(turn: Turn, score: number): MemoryHit {
  const { id, kind, question, answer, createdAtMs } = turn;
  return { turnId: id, kind, question, answer, createdAtMs, score };
}

function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new RangeError(`Cannot read the history: limit must be a whole number from 0, got ${limit}`);
  }
}
