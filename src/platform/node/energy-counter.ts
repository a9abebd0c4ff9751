import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.js";
import { readPower } from "./sysfs.js";

/** A real counter of energy on this machine. */
export interface EnergyCounter {
  /** `RAPL` or `battery`. */
  readonly name: string;
  /** Shortest time over which a difference means something. */
  readonly windowMs: number;
  /** Millijoules since the last call, of the whole machine; undefined when it cannot be read any more. */
  millijoules(): Promise<number | undefined>;
}

/**
 * The counter that this machine has: RAPL (package domains of /sys/class/powercap, readable by root only since 2020), else the
 * power that the battery gives, times the time; undefined when there is neither, as on a phone or in a virtual machine.
 */
export async function energyCounter(options: {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly root?: string;
}): Promise<EnergyCounter | undefined> {
  const { clock, root = "/" } = options;
  const packages = await raplPackages(join(root, "sys/class/powercap"));
  if (packages.length > 0) return raplCounter(packages);
  if ((await readPower(root)).drawMilliwatts === undefined) return undefined;
  let lastMs = clock.monotonicMs();
  return {
    name: "battery",
    windowMs: 4000, // gauges average over a second or more
    async millijoules() {
      const { drawMilliwatts } = await readPower(root);
      const nowMs = clock.monotonicMs();
      const elapsedMs = nowMs - lastMs;
      lastMs = nowMs;
      return drawMilliwatts === undefined ? undefined : (drawMilliwatts * elapsedMs) / 1000;
    },
  };
}

/** One RAPL domain: a counter of microjoules that begins again at its range. */
interface Domain {
  readonly path: string;
  readonly range: number;
  last: number;
}

function raplCounter(domains: readonly Domain[]): EnergyCounter {
  return {
    name: "RAPL",
    windowMs: 300,
    async millijoules() {
      let sum = 0;
      for (const domain of domains) {
        const now = await readNumber(join(domain.path, "energy_uj"));
        if (now === undefined) return undefined;
        sum += now >= domain.last ? now - domain.last : now + domain.range - domain.last;
        domain.last = now;
      }
      return sum / 1000;
    },
  };
}

/** `intel-rapl:0` and the like, which AMD's processors have too; parts of a package (`intel-rapl:0:0`) are in it already. */
async function raplPackages(directory: string): Promise<Domain[]> {
  const domains: Domain[] = [];
  for (const name of await list(directory)) {
    if (!/^intel-rapl:\d+$/.test(name)) continue;
    const path = join(directory, name);
    const [last, range] = [
      await readNumber(join(path, "energy_uj")),
      await readNumber(join(path, "max_energy_range_uj")),
    ];
    if (last !== undefined && range !== undefined) domains.push({ path, range, last });
  }
  return domains;
}

/** A file may be missing, or readable by root only. */
async function readNumber(path: string): Promise<number | undefined> {
  try {
    const value = Number((await readFile(path, "utf8")).trim());
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

/**
 * Milliwatts of one busy core beyond the idle machine, by a counter: it rests for a window, works for a window, and the
 * difference counts. Undefined when the counter fails, or when others at work make the difference none.
 */
export async function measureCoreMilliwatts(
  counter: EnergyCounter,
  options: { readonly clock: Clock; readonly work: () => void },
): Promise<number | undefined> {
  const { clock, work } = options;
  const power = async (pass: (endMs: number) => Promise<void>): Promise<number | undefined> => {
    await counter.millijoules();
    const startMs = clock.monotonicMs();
    await pass(startMs + counter.windowMs);
    const millijoules = await counter.millijoules();
    return millijoules === undefined ? undefined : (1000 * millijoules) / (clock.monotonicMs() - startMs);
  };
  const idle = await power(() => clock.sleep(counter.windowMs));
  const busy = await power(async (endMs) => {
    while (clock.monotonicMs() < endMs) work();
  });
  if (idle === undefined || busy === undefined || busy <= idle) return undefined;
  return busy - idle;
}
