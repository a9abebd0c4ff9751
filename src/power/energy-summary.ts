import { type EnergyEntry, isLocalGeneration } from "./energy-ledger.js";
import {
  cpuMillijoules,
  type DeviceClass,
  milliampereHours,
  type RadioModel,
  radioMillijoules,
} from "./energy-model.js";

/** Millijoules by part. */
export interface EnergySummary {
  readonly questions: number;
  readonly byRoute: Readonly<Record<string, number>>;
  /** Of the orchestrator: each part of its path, and `radio` and `radio tail`. */
  readonly parts: Readonly<Record<string, number>>;
  readonly totalMj: number;
  readonly totalMah: number;
  /** Language models of this device at work, not in the total. */
  readonly localGenerationMj: number;
  /** Microseconds of processor time in the total, as measured. */
  readonly cpuUs: number;
}

/** Bytes of one event of a streamed answer, which carries a token or so: an assumption, of the size of OpenAI's chunks. */
const BYTES_PER_TOKEN = 200;

/** Joules of questions by the model of a device class; `hereFactor` as for `cpuMillijoules`. */
export function summarizeEnergy(
  entries: readonly EnergyEntry[],
  model: { readonly device: DeviceClass; readonly radio: RadioModel; readonly hereFactor: number },
): EnergySummary {
  const { device, radio, hereFactor } = model;
  const parts: Record<string, number> = {};
  const byRoute: Record<string, number> = {};
  let [localGenerationMj, cpuUs] = [0, 0];
  const add = (part: string, mj: number): void => {
    parts[part] = (parts[part] ?? 0) + mj;
  };
  for (const entry of entries) {
    byRoute[entry.route] = (byRoute[entry.route] ?? 0) + 1;
    for (const [part, us] of Object.entries(entry.cpuUs)) {
      const mj = cpuMillijoules(us, device.core, hereFactor);
      if (isLocalGeneration(part, entry)) localGenerationMj += mj;
      else {
        add(part.startsWith("generate/") ? "engine" : part, mj);
        cpuUs += us;
      }
    }
  }
  const uses = entries.filter(({ networkMs }) => networkMs > 0).sort((a, b) => a.atMs - b.atMs);
  let awakeUntilMs = Number.NEGATIVE_INFINITY;
  for (const [index, { atMs, networkMs, sentBytes, outputTokens = 0 }] of uses.entries()) {
    const endMs = atMs + networkMs;
    const untilNextMs = Math.max(0, (uses[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - endMs);
    const { transfer, tail } = radioMillijoules(
      {
        durationMs: networkMs,
        sentBytes,
        receivedBytes: outputTokens * BYTES_PER_TOKEN,
        untilNextMs,
        warm: atMs <= awakeUntilMs,
      },
      radio,
    );
    add("radio", transfer);
    add("radio tail", tail);
    awakeUntilMs = endMs + radio.tailMs;
  }
  const totalMj = Object.values(parts).reduce((sum, mj) => sum + mj, 0);
  return {
    questions: entries.length,
    byRoute,
    parts,
    totalMj,
    totalMah: milliampereHours(totalMj, device.volts),
    localGenerationMj,
    cpuUs,
  };
}
