import type { Project } from "./project.js";
import type { ContextStore } from "./store.js";
import type { ProjectTopics, TopicMemory, TopicView } from "./topic-memory.js";
import type { Turn } from "./turn.js";

/** Projects whose topics are compared, the last used ones. */
const MAX_PROJECTS = 32;
/** Projects whose topics are in memory. */
const MAX_ENTRIES = 64;
const ENTRY_BYTES = 7000;

interface Entry {
  readonly topics: ProjectTopics;
  isSaved: boolean;
}

/**
 * The topics of each project, read from the store and brought up to date with its turns when they are asked for. Saved states are only
 * ever a shortcut: what is not in them is taken from the window, and one that is gone is made again from it.
 */
export class TopicStates {
  readonly #store: ContextStore;
  readonly #load: () => Promise<TopicMemory | undefined>;
  readonly #windowTurns: number;
  #memory: Promise<TopicMemory | undefined> | undefined;
  /** By the project's id. */
  readonly #entries = new Map<string, Entry>();

  /** `load` is called once, at first use; without a memory nothing is known of any project. */
  constructor(
    store: ContextStore,
    options: { readonly load: () => Promise<TopicMemory | undefined>; readonly windowTurns: number },
  ) {
    this.#store = store;
    this.#load = options.load;
    this.#windowTurns = options.windowTurns;
  }

  async view(project: Project): Promise<TopicView | undefined> {
    const memory = await this.#ready();
    if (memory === undefined) return undefined;
    return memory.view((await this.#upToDate(memory, project)).topics);
  }

  async staysOnTopic(project: Project, question: string): Promise<boolean | undefined> {
    const memory = await this.#ready();
    if (memory === undefined) return undefined;
    return memory.staysOnTopic((await this.#upToDate(memory, project)).topics, question);
  }

  /**
   * Which of the other projects a text belongs to; `turnId` is the turn that it already became, which does not count. Reads only
   * states, and windows of projects that changed since.
   */
  async suggest(
    text: string,
    current: string,
    turnId: string | undefined,
  ): Promise<{ readonly project: string; readonly score: number } | undefined> {
    const projects = (await this.#store.projects()).filter(({ turns, notes }) => turns + notes > 0);
    if (projects.length < 2) return undefined;
    const memory = await this.#ready();
    if (memory === undefined) return undefined;
    const topics = new Map<string, ProjectTopics>();
    const later: (() => void)[] = [];
    try {
      for (const project of projects.slice(0, MAX_PROJECTS)) {
        const { entry, pending } = await this.#read(memory, project);
        topics.set(project.name, entry.topics);
        const own = pending.findIndex(({ id }) => id === turnId);
        for (const [place, turn] of pending.entries()) {
          const hear = (): void => memory.observe(entry.topics, turn);
          if (own < 0 || place < own) hear();
          else later.push(hear);
        }
      }
      return memory.suggest(text, topics, current);
    } finally {
      for (const hear of later) hear();
    }
  }

  /** A turn was added to a project of which `before` is the state without it. */
  async added(turn: Turn, before: Project, after: Project): Promise<void> {
    const entry = this.#entries.get(before.id);
    if (entry === undefined || entry.topics.revision !== before.revision) return;
    const memory = await this.#ready();
    memory?.observe(entry.topics, turn);
    entry.topics.revision = after.revision;
    entry.isSaved = false;
  }

  /** Forgets what is in memory, as after something was forgotten; returns about how many bytes that were. */
  clear(): number {
    const bytes = this.#entries.size * ENTRY_BYTES;
    this.#entries.clear();
    return bytes;
  }

  /**
   * Saves what changed, but nothing of a project that was changed meanwhile. `also` are projects whose turns would leave the window before
   * anyone asked for their topics.
   */
  async save(also: readonly Project[] = []): Promise<void> {
    if (this.#entries.size === 0 && also.length === 0) return;
    const memory = await this.#ready();
    if (memory === undefined) return;
    for (const project of also) await this.#upToDate(memory, project);
    for (const [id, entry] of this.#entries) await this.#saveEntry(memory, id, entry);
  }

  async #saveEntry(memory: TopicMemory, id: string, entry: Entry): Promise<void> {
    if (entry.isSaved) return;
    await this.#store.saveState(id, memory.save(entry.topics), { ifRevision: entry.topics.revision });
    entry.isSaved = true;
  }

  #ready(): Promise<TopicMemory | undefined> {
    this.#memory ??= this.#load();
    return this.#memory;
  }

  async #upToDate(memory: TopicMemory, project: Project): Promise<Entry> {
    const { entry, pending } = await this.#read(memory, project);
    for (const turn of pending) memory.observe(entry.topics, turn);
    return entry;
  }

  /** What is known of a project, and the turns that the caller now lets it observe, oldest first. */
  async #read(
    memory: TopicMemory,
    project: Project,
  ): Promise<{ readonly entry: Entry; readonly pending: readonly Turn[] }> {
    const known = this.#entries.get(project.id);
    if (known?.topics.revision === project.revision) return { entry: known, pending: [] };
    const saved = await this.#store.loadState(project.id);
    const topics = (saved === undefined ? undefined : memory.load(saved)) ?? memory.empty();
    const isSaved = topics.revision === project.revision;
    const turns = isSaved ? [] : await this.#store.turns(project.id, { limit: this.#windowTurns });
    const pending = turns.filter(({ seq }) => seq > topics.seq).reverse();
    topics.revision = project.revision;
    const entry = { topics, isSaved };
    this.#entries.delete(project.id); // to the end of the order
    this.#entries.set(project.id, entry);
    for (const [id, oldest] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      await this.#saveEntry(memory, id, oldest);
      this.#entries.delete(id);
    }
    return { entry, pending };
  }
}
