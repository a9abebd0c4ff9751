import { chmod, mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Clock, systemClock } from "../../core/clock.js";
import { messageOf } from "../../core/errors.js";
import { FileLock } from "./file-lock.js";
import type { GgufFacts } from "./gguf-header.js";

/** One model as the registry keeps it: the header's facts are kept too, so that a list opens no model. */
export interface ModelEntry extends GgufFacts {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Lower-case hexadecimal; known for a file that was pulled. */
  readonly sha256?: string;
  /** Where it was pulled from. */
  readonly source?: string;
}

/** The registry's whole content. */
export interface ModelRegistryContent {
  readonly version: 1;
  readonly models: readonly ModelEntry[];
}

const LOCK_ATTEMPTS = 100;
const LOCK_WAIT_MS = 20;

/** The list of models in one JSON file (mode 0600), replaced as a whole: a reader never sees half of it. */
export class ModelRegistry {
  readonly #path: string;
  readonly #clock: Clock;

  constructor(path: string, { clock = systemClock }: { readonly clock?: Clock } = {}) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The content; empty when there is no file. Throws when the file is not a registry. */
  async read(): Promise<ModelRegistryContent> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, models: [] }; // fs errors carry a code
      throw new Error(`Cannot read the model registry ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
    try {
      return parseRegistry(text);
    } catch (error) {
      throw new Error(
        `Cannot read the model registry ${this.#path}: ${messageOf(error)}. Move it away and add the models again`,
        { cause: error },
      );
    }
  }

  /** Changes the content; changes by other processes wait until this one is done. */
  async update(change: (content: ModelRegistryContent) => ModelRegistryContent): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const lock = new FileLock(`${this.#path}.lock`);
    try {
      for (let attempt = 1; !lock.tryAcquire(); attempt++) {
        if (attempt >= LOCK_ATTEMPTS)
          throw new Error(`Cannot change the model registry ${this.#path}: ${lock.holder()} is changing it`);
        await this.#clock.sleep(LOCK_WAIT_MS);
      }
      await this.#write(change(await this.read()));
    } finally {
      lock.close();
    }
  }

  async #write(content: ModelRegistryContent): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
      await chmod(temporary, 0o600); // an old temporary file keeps its own mode
      await rename(temporary, this.#path);
    } catch (error) {
      await unlink(temporary).catch(() => {}); // the failure that counts is thrown below
      throw new Error(`Cannot write the model registry ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }
}

function parseRegistry(text: string): ModelRegistryContent {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error("it is not a JSON object");
  if (value["version"] !== 1) throw new Error(`expected version 1, got ${JSON.stringify(value["version"])}`);
  if (!Array.isArray(value["models"])) throw new Error("it has no list of models");
  for (const model of value["models"] as readonly unknown[]) {
    if (!isRecord(model)) throw new Error("a model in it is not an object");
    for (const key of ["name", "path", "architecture"]) {
      if (typeof model[key] !== "string") throw new Error(`a model in it has no ${key}`);
    }
    for (const key of ["sizeBytes", "contextTokens", "parameters"]) {
      if (typeof model[key] !== "number") throw new Error(`model ${String(model["name"])} in it has no ${key}`);
    }
  }
  return value as unknown as ModelRegistryContent; // what is used of it was checked above
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
