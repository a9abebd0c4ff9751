import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { FeatureSegment, FeatureSet } from "../wake/feature-set.js";
import type { Normalization } from "../wake/front-end.js";

/** The set in that file, or what `make` makes, written there for the next time. The name must tell apart what makes sets differ. */
export async function cachedSet(path: string, make: () => FeatureSet): Promise<FeatureSet> {
  try {
    const bytes = await readFile(path);
    const end = bytes.indexOf(10);
    // Written below, and renamed into place only when whole.
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as {
      normalization: Normalization;
      segments: FeatureSegment[];
    };
    return { ...head, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + end + 1, bytes.length - end - 1) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // fs rejects with these
  }
  const set = make();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    `${path}.part`,
    Buffer.concat([
      Buffer.from(`${JSON.stringify({ normalization: set.normalization, segments: set.segments })}\n`),
      set.bytes,
    ]),
    { mode: 0o600 },
  );
  await rename(`${path}.part`, path);
  return set;
}
