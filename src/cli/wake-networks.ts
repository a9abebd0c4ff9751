import { access, readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../core/errors.js";
import { applicationPaths } from "../platform/node/paths.js";
import type { WakeStages } from "../wake/detector.js";
import type { Normalization } from "../wake/front-end.js";
import { createVerifier, decodeVerifier, type VerifierModel } from "../wake/verifier-network.js";
import { decodeWakeNetwork, WakeNetwork, type WakeNetworkModel } from "../wake/wake-network.js";
import { CommandError, type Parsed, UsageError } from "./command.js";
import { reasonOf } from "./files.js";
import type { Terminal } from "./terminal.js";

/** Networks that come with the program. */
export const SHIPPED_NETWORKS: string = fileURLToPath(new URL("../../models/wake", import.meta.url));

/** Where networks are looked for: `--networks`, or else the person's own before those that come with the program. */
export function networkDirectories(parsed: Parsed, { environment }: Terminal): string[] {
  const named = parsed.text("networks");
  return named === undefined ? [ownNetworks(environment), SHIPPED_NETWORKS] : [named];
}

/** A score that an option gives, 0 to 1. */
export function scoreOf(parsed: Parsed, name: string): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const score = Number(text);
  if (text.trim() === "" || !(score >= 0 && score <= 1))
    throw new UsageError(`Cannot read --${name}: expected a score from 0 to 1, got "${text}"`);
  return score;
}

/** Where `wake train` puts the networks it makes. */
export function ownNetworks(environment: Terminal["environment"]): string {
  return join(applicationPaths(environment, process.platform, homedir()).dataDirectory, "wake");
}

/** The networks of one phrase. */
export interface PhraseNetworks {
  readonly phrase: string;
  readonly normalization: Normalization;
  readonly verifier: VerifierModel;
  readonly first: WakeNetworkModel | undefined;
  /** Stages over state of their own: one for each stream of sound. */
  stages(): WakeStages;
}

/**
 * Loads the networks of some phrases, or of all, from directories of `PHRASE.verifier` (and `PHRASE.first`) files; the first
 * directory that has a phrase decides. UsageError for a phrase that none has.
 */
export async function loadNetworks(
  directories: readonly string[],
  phrases?: readonly string[],
): Promise<PhraseNetworks[]> {
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const file of await filesIn(directory)) {
      if (!file.endsWith(".verifier")) continue;
      const name = basename(file, ".verifier");
      if (!found.has(name)) found.set(name, join(directory, file));
    }
  }
  const wanted = phrases?.map(slug) ?? [...found.keys()].sort();
  const networks: PhraseNetworks[] = [];
  for (const name of wanted) {
    const path = found.get(name);
    if (path === undefined)
      throw new UsageError(
        `No network listens for "${name}": there are ${[...found.keys()].sort().join(", ") || "none"}. See mobile-ai wake train --help`,
      );
    networks.push(await loadPhrase(path));
  }
  return networks;
}

/** The name of a phrase's files: `hey nova` is `hey-nova`. */
export function slug(phrase: string): string {
  return phrase
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * Before a verifier the first stage may fire freely. For "computer", development speakers: at 0.67 (30 times an hour) both stages
 * missed 2.3 %, at 0.1 1.2 %, at 0.03 none; the verifier then ran on 0.1, 1.1 and 1.6 % of the frames of other speech.
 */
const LOOSE = 0.04;

async function loadPhrase(path: string): Promise<PhraseNetworks> {
  const verifier = await loaded(path, decodeVerifier);
  const { phrase, normalization, threshold } = verifier;
  const firstPath = path.replace(/\.verifier$/, ".first");
  const first = (await isThere(firstPath)) ? await loaded(firstPath, decodeWakeNetwork) : undefined;
  if (first !== undefined && (first.phrase !== phrase || first.normalization !== normalization)) {
    throw new CommandError(
      `Cannot use ${firstPath}: expected a first stage for "${phrase}" over ${normalization}, got "${first.phrase}" over ${first.normalization}`,
    );
  }
  return {
    phrase,
    normalization,
    verifier,
    first,
    stages: () => ({
      phrase,
      verifier: createVerifier(verifier),
      ...(first === undefined ? {} : { first: new WakeNetwork(first) }),
      firstThreshold: Math.min(LOOSE, first?.threshold ?? 0),
      threshold,
    }),
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // whatever is wrong with a file that is there shows when it is read
  }
}

async function loaded<T>(path: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  try {
    return decode(new Uint8Array(await readFile(path))); // a Buffer slices without copying, which decodeWeights relies on
  } catch (error) {
    throw new CommandError(`Cannot use ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // node:fs errors carry a code
    throw new CommandError(`Cannot list ${directory}: ${reasonOf(error)}`, { cause: error });
  }
}
