import os from "node:os";
import type { Benchmark, Figure } from "../src/cli/bench/measuring.js";

export {
  type Batch,
  compare,
  measure,
  measureAsync,
  type Report,
  type Target,
} from "../src/cli/bench/measuring.js";

/** Runs a benchmark and prints its figures as one JSON line, which `tools/run-bench.mjs` reads. */
export async function main(run: Benchmark): Promise<void> {
  const figures: Figure[] = [];
  await run({
    figure(figure) {
      if (!Number.isFinite(figure.value)) throw new RangeError(`Cannot report ${figure.name}: got ${figure.value}`);
      figures.push(figure);
    },
  });
  const machine = {
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
  process.stdout.write(`${JSON.stringify({ machine, figures })}\n`);
}
