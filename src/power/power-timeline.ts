import type { PowerChange } from "./power-controller.js";
import { POWER_STATES, type PowerEvent, type PowerState } from "./power-states.js";

/** A stretch of time in one state. */
export interface PowerSegment {
  readonly state: PowerState;
  readonly fromMs: number;
  readonly toMs: number;
  /** What brought the state about; absent at the beginning. */
  readonly event?: PowerEvent;
}

/** The states between two moments, one after the other; changes outside are left out, what they led to is not. */
export function timelineOf(
  changes: readonly PowerChange[],
  { fromMs, toMs, state }: { readonly fromMs: number; readonly toMs: number; readonly state: PowerState },
): readonly PowerSegment[] {
  const segments: PowerSegment[] = [];
  let now: { state: PowerState; fromMs: number; event?: PowerEvent } = { state: changes[0]?.from ?? state, fromMs };
  for (const { atMs, to, event } of changes) {
    // A clock that was set back would otherwise make a stretch of negative length.
    const at = Math.max(now.fromMs, Math.min(atMs, toMs));
    if (at > now.fromMs) segments.push({ ...now, toMs: at });
    now = { state: to, fromMs: at, event };
  }
  if (toMs > now.fromMs || segments.length === 0) segments.push({ ...now, toMs });
  return segments;
}

/** Milliseconds in each state. */
export function residencyOf(segments: readonly PowerSegment[]): Readonly<Record<PowerState, number>> {
  const residency = { sleep: 0, listening: 0, active: 0 };
  for (const { state, fromMs, toMs } of segments) residency[state] += toMs - fromMs;
  return residency;
}

const SIGNS: Readonly<Record<PowerState, string>> = { sleep: ".", listening: "-", active: "#" };

/**
 * The timeline as lines of text, one for each hour of the day in UTC (`.` sleep, `-` listening, `#` active), a sign for each
 * `60 / columns` minutes; the most awake state of a stretch is the one shown.
 */
export function timelineText(
  segments: readonly PowerSegment[],
  { columns = 60 }: { readonly columns?: number } = {},
): string {
  const first = segments[0];
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return "";
  const HOUR_MS = 3_600_000;
  const startMs = Math.floor(first.fromMs / HOUR_MS) * HOUR_MS;
  const rows = Math.max(1, Math.ceil((last.toMs - startMs) / HOUR_MS));
  const cells: (PowerState | undefined)[] = new Array(rows * columns).fill(undefined);
  const cellMs = HOUR_MS / columns;
  for (const { state, fromMs, toMs } of segments) {
    const from = Math.floor((fromMs - startMs) / cellMs);
    const to = Math.max(from + 1, Math.ceil((toMs - startMs) / cellMs));
    for (let cell = from; cell < Math.min(to, cells.length); cell++) {
      const there = cells[cell];
      if (there === undefined || POWER_STATES.indexOf(state) > POWER_STATES.indexOf(there)) cells[cell] = state;
    }
  }
  return Array.from({ length: rows }, (_, row) => {
    const signs = cells
      .slice(row * columns, (row + 1) * columns)
      .map((state) => (state === undefined ? " " : SIGNS[state]));
    return `${new Date(startMs + row * HOUR_MS).toISOString().slice(11, 16)}  ${signs.join("")}`.trimEnd();
  }).join("\n");
}
