import type { ContextStore } from "./store.js";

/** The questions of all projects that wait, as the texts of an `OfflineQueue`; a scope is a project's name. */
export class QueuedQuestions {
  readonly #store: ContextStore;

  constructor(store: ContextStore) {
    this.#store = store;
  }

  async list(): Promise<readonly { readonly key: string; readonly scope: string; readonly text: string }[]> {
    const items = await this.#store.items("queued");
    if (items.length === 0) return [];
    const names = new Map((await this.#store.projects()).map(({ id, name }) => [id, name]));
    return items.flatMap(({ key, projectId, text }) => {
      const scope = names.get(projectId);
      return scope === undefined ? [] : [{ key, scope, text }]; // deleted by another process just now
    });
  }

  /** Rejects when there is no project of that name. */
  async put(key: string, { scope, text }: { readonly scope: string; readonly text: string }): Promise<void> {
    const project = await this.#store.project(scope);
    if (project === undefined) throw new Error("Cannot queue the question: its project is gone");
    await this.#store.putItem("queued", { key, projectId: project.id, text });
  }

  update(key: string, change: (old: string) => string): Promise<boolean> {
    return this.#store.updateItem("queued", key, change);
  }

  delete(keys: readonly string[]): Promise<number> {
    return this.#store.deleteItems("queued", keys);
  }
}
