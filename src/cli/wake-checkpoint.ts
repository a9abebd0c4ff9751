import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { TrainingSnapshot } from "../nets/conv-training.js";
import { decodeWeights, encodeWeights, tableOf } from "../nets/weights-file.js";

const KIND = "wake-training";

/** Writes where a training stands; a reader sees the old state or the new one. */
export async function writeCheckpoint(path: string, { steps, arrays }: TrainingSnapshot): Promise<void> {
  const tables = Object.fromEntries(arrays.map((values, index) => [`a${index}`, { shape: [values.length], values }]));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, encodeWeights({ kind: KIND, meta: { steps, arrays: arrays.length }, tables }));
  await rename(`${path}.part`, path);
}

/** Where a training stood; undefined when it never began. Rejects with WeightsError when the file is damaged. */
export async function readCheckpoint(path: string): Promise<TrainingSnapshot | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // node:fs errors carry a code
    throw error;
  }
  const file = decodeWeights(bytes, { kind: KIND });
  return {
    steps: Number(file.meta["steps"]),
    arrays: Array.from({ length: Number(file.meta["arrays"]) }, (_, index) => tableOf(file, `a${index}`, "f32")),
  };
}
