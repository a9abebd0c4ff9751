import { readFile } from "node:fs/promises";
import type { TopicMemory } from "../context/topic-memory.js";

/** Beside the package's own code, wherever it is installed. */
const FILE = new URL("../../models/topic-readout.bin", import.meta.url);

/**
 * The topic memory with the weights that come with the package; undefined where they were left out or are damaged: questions
 * are answered without it. Its code is loaded with it.
 */
export async function loadTopicMemory(): Promise<TopicMemory | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // node:fs errors carry a code
    throw error;
  }
  const [{ TopicMemory }, { decodeTopicWeights }, { WeightsError }] = await Promise.all([
    import("../context/topic-memory.js"),
    import("../context/topic-weights.js"),
    import("../nets/weights-file.js"),
  ]);
  try {
    return new TopicMemory(decodeTopicWeights(bytes));
  } catch (error) {
    if (error instanceof WeightsError) return undefined;
    throw error;
  }
}
