import { mkdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FileLock } from "./file-lock.js";
import { readGgufFacts } from "./gguf-header.js";
import { type DownloadOptions, discard, download } from "./model-download.js";
import { type ModelEntry, ModelRegistry } from "./model-registry.js";

/** A model in the registry, and how its file is now. */
export interface ModelFile extends ModelEntry {
  /** `missing`: the file is gone. `changed`: its size is not the one that was checked; add it again. */
  readonly state: "ready" | "missing" | "changed";
}

/** The GGUF models of one person: files that were pulled into a directory, and files elsewhere that were added. */
export class ModelFiles {
  readonly #directory: string;
  readonly #registry: ModelRegistry;

  constructor({ directory, registryPath }: { readonly directory: string; readonly registryPath?: string }) {
    if (directory === "") throw new TypeError("Cannot keep models: the directory is empty");
    this.#directory = resolve(directory);
    this.#registry = new ModelRegistry(registryPath ?? join(this.#directory, "registry.json"));
  }

  /** All models, usable ones first, then by name. */
  async list(): Promise<ModelFile[]> {
    const { models } = await this.#registry.read();
    const files = await Promise.all(models.map(async (entry) => ({ ...entry, state: await stateOf(entry) })));
    const rank = (file: ModelFile): number => (file.state === "ready" ? 0 : 1);
    return files.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  }

  /** Checks a GGUF file and registers it where it is; adding the same path again refreshes what is known of it. */
  async add(path: string, { name }: { readonly name?: string } = {}): Promise<ModelFile> {
    const absolute = resolve(path);
    return this.#register(absolute, { name: nameOf(name ?? basename(absolute)) });
  }

  /** Forgets a model; its file is deleted only when it was pulled. */
  async remove(name: string): Promise<void> {
    let removed: ModelEntry | undefined;
    await this.#registry.update((content) => {
      removed = content.models.find((model) => model.name === name);
      if (removed === undefined) throw new Error(`Cannot remove ${name}: there is no model of that name`);
      return { ...content, models: content.models.filter((model) => model.name !== name) };
    });
    if (removed?.source !== undefined && dirname(removed.path) === this.#directory) await unlinkIfThere(removed.path);
  }

  /**
   * Downloads a model over http(s) (or `hf:OWNER/REPOSITORY/FILE.gguf`), checks size, SHA-256 and GGUF header, and
   * registers it. An interrupted pull leaves `NAME.gguf.part`; the next one goes on from there.
   */
  async pull(address: string, options: DownloadOptions & { readonly name?: string } = {}): Promise<ModelFile> {
    const url = urlOf(address);
    if (options.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(options.sha256))
      throw new TypeError("Cannot pull a model: expected a SHA-256 of 64 hexadecimal digits");
    const name = nameOf(options.name ?? decodeURIComponent(basename(url.pathname)));
    const path = join(this.#directory, `${name}.gguf`);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const lock = new FileLock(`${path}.lock`);
    try {
      if (!lock.tryAcquire()) throw new Error(`Cannot pull ${name}: ${lock.holder()} is pulling it`);
      const known = (await this.#registry.read()).models.find((model) => model.name === name);
      if (known !== undefined && (await stateOf(known)) !== "missing")
        throw new Error(`Cannot pull ${name}: there is a model of that name. Remove it first, or choose another name`);
      const part = `${path}.part`;
      const sha256 = await download(url.href, part, options);
      try {
        await readGgufFacts(part);
      } catch (error) {
        await discard(part); // it has the size and hash it should have, so going on cannot mend it
        throw error;
      }
      await rename(part, path);
      await discard(part);
      // Without its query, which may hold a token.
      return await this.#register(path, { name, sha256, source: url.origin + url.pathname });
    } finally {
      lock.close();
    }
  }

  async #register(path: string, known: { name: string; sha256?: string; source?: string }): Promise<ModelFile> {
    const entry: ModelEntry = { ...known, path, ...(await readGgufFacts(path)) };
    await this.#registry.update((content) => {
      const namesake = content.models.find((model) => model.name === entry.name);
      if (namesake !== undefined && namesake.path !== path)
        throw new Error(`Cannot add ${path}: the name ${entry.name} is taken by ${namesake.path}. Choose another name`);
      return { ...content, models: [...content.models.filter((model) => model.path !== path), entry] };
    });
    return { ...entry, state: "ready" };
  }
}

/** The model's name out of a file name or a wish: letters, digits, `.`, `_` and `-`, not starting with a dot or dash. */
function nameOf(text: string): string {
  const name = text.replace(/\.gguf$/i, "");
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name)) {
    throw new RangeError(
      `Cannot name a model ${JSON.stringify(name)}: expected at most 128 letters, digits, dots, dashes and underscores. Choose a name with --name`,
    );
  }
  return name;
}

function urlOf(address: string): URL {
  const hub = /^hf:([\w.-]+)\/([\w.-]+)\/(.+)$/.exec(address);
  const text = hub === null ? address : `https://huggingface.co/${hub[1]}/${hub[2]}/resolve/main/${hub[3]}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`Cannot pull ${address}: expected an http(s) address or hf:OWNER/REPOSITORY/FILE.gguf`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new TypeError(`Cannot pull ${address}: expected http or https, got ${url.protocol}`);
  if (url.username !== "" || url.password !== "")
    throw new TypeError("Cannot pull a model: an address with a user name or password would be kept in the registry");
  url.hash = "";
  return url;
}

async function stateOf(entry: ModelEntry): Promise<ModelFile["state"]> {
  try {
    return (await stat(entry.path)).size === entry.sizeBytes ? "ready" : "changed";
  } catch {
    return "missing"; // gone, or no longer readable: it cannot be used either way
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // fs errors carry a code
  });
}
