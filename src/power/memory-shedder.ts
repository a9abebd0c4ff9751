import { messageOf } from "../core/errors.js";
import type { DeviceStatus } from "../core/ports.js";

/** Something that can give memory back and make it again when it is needed. */
export interface Sheddable {
  /** As it stands in a report: `answers in memory`, `llama.cpp:tiny`. */
  readonly name: string;
  /** Gives back what it can; resolves to the bytes it knows it freed. */
  shed(): Promise<number>;
}

/** What is given up, first to last: what costs nothing to make again, what costs seconds, what the next turn needs. */
export const SHED_ORDER = ["caches", "local-model", "reservoir-scratch"] as const;

export type ShedKind = (typeof SHED_ORDER)[number];

/** How short memory is. `tight`: caches go. `critical`: everything that may go does. */
export type MemoryLevel = "ample" | "tight" | "critical";

/** One thing that was asked to give memory back. */
export interface Shed {
  readonly kind: ShedKind;
  readonly name: string;
  readonly bytes: number;
  /** Why it gave nothing: it failed. The others are asked all the same. */
  readonly problem?: string;
}

/**
 * How short memory is, by the share of time in which tasks stalled for it (PSI: 0.05 tight, 0.2 critical) and by what is
 * free: below 8 % tight, but at least 100 MB and at most 1.6 GB; below half of that critical. Unknown is ample.
 */
export function memoryLevelOf(
  status: Pick<DeviceStatus, "freeMemoryBytes" | "totalMemoryBytes" | "memoryPressure">,
): MemoryLevel {
  const { freeMemoryBytes: free, totalMemoryBytes: total, memoryPressure = 0 } = status;
  const limit = Math.max(100e6, Math.min(1.6e9, 0.08 * (total ?? 0)));
  const isBelow = (bytes: number): boolean => free !== undefined && free < bytes;
  if (memoryPressure >= 0.2 || isBelow(limit / 2)) return "critical";
  return memoryPressure >= 0.05 || isBelow(limit) ? "tight" : "ample";
}

/** Gives memory back in a stated order, one thing after the other, and says what it was. */
export class MemoryShedder {
  readonly #sheddables = new Map<ShedKind, Sheddable[]>(SHED_ORDER.map((kind) => [kind, []]));
  #last: Promise<unknown> = Promise.resolve();

  /** Adds something; returns what takes it out again. */
  add(kind: ShedKind, sheddable: Sheddable): () => void {
    const all = this.#sheddables.get(kind)!; // one list for each kind
    all.push(sheddable);
    return () => {
      const index = all.indexOf(sheddable);
      if (index >= 0) all.splice(index, 1);
    };
  }

  /** What would go, in order. */
  get order(): readonly { readonly kind: ShedKind; readonly name: string }[] {
    return SHED_ORDER.flatMap((kind) => this.#sheddables.get(kind)!.map(({ name }) => ({ kind, name })));
  }

  /** Sheds what the level asks for; never rejects. Two calls follow each other. */
  shed(level: MemoryLevel): Promise<readonly Shed[]> {
    const kinds = level === "ample" ? [] : level === "tight" ? SHED_ORDER.slice(0, 1) : SHED_ORDER;
    const work = this.#last.then(async () => {
      const report: Shed[] = [];
      for (const kind of kinds) {
        for (const sheddable of [...this.#sheddables.get(kind)!]) report.push(await shedOne(kind, sheddable));
      }
      return report;
    });
    this.#last = work;
    return work;
  }
}

async function shedOne(kind: ShedKind, sheddable: Sheddable): Promise<Shed> {
  const { name } = sheddable;
  try {
    return { kind, name, bytes: await sheddable.shed() };
  } catch (error) {
    return { kind, name, bytes: 0, problem: messageOf(error) };
  }
}
