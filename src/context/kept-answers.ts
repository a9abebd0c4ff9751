import type { ContextStore } from "./store.js";

/** The answers of all projects that may be given again, as the texts of a `ResponseCache`; a scope is a project's name. */
export class KeptAnswers {
  readonly #store: ContextStore;

  constructor(store: ContextStore) {
    this.#store = store;
  }

  find(key: string): Promise<{ readonly text: string; readonly createdAtMs: number } | undefined> {
    return this.#store.item("cached", key);
  }

  touch(key: string): Promise<void> {
    return this.#store.touchItem("cached", key);
  }

  /** Rejects when there is no project of that name any more. */
  async put(key: string, { scope, text }: { readonly scope: string; readonly text: string }): Promise<void> {
    const project = await this.#store.project(scope);
    if (project === undefined) throw new Error("Cannot keep the answer: its project is gone");
    await this.#store.putItem("cached", { key, projectId: project.id, text });
  }

  async delete(key: string): Promise<void> {
    await this.#store.deleteItems("cached", [key]);
  }

  trim(bounds: { readonly maxEntries: number; readonly maxCharacters: number }): Promise<number> {
    return this.#store.trimItems("cached", { maxItems: bounds.maxEntries, maxCharacters: bounds.maxCharacters });
  }

  clear(): Promise<number> {
    return this.#store.deleteItems("cached");
  }

  async size(): Promise<{ readonly entries: number; readonly characters: number }> {
    const items = await this.#store.items("cached");
    return { entries: items.length, characters: items.reduce((sum, { text }) => sum + text.length, 0) };
  }
}
