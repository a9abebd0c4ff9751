import { POWER_STATES, type PowerState } from "./power-states.js";
import type { PowerSegment } from "./power-timeline.js";

/** Colours of the states, least awake first. */
export const STATE_COLORS: Readonly<Record<PowerState, string>> = {
  sleep: "#d5d8dc",
  listening: "#5dade2",
  active: "#e67e22",
};

/** Where a band of the timeline goes, in units of the drawing. */
export interface BandPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly rowHeight: number;
}

/** The timeline as three rows of SVG, one for each state, with an axis of hours in UTC; to stand within another drawing. */
export function timelineBand(segments: readonly PowerSegment[], place: BandPlace): string {
  const { left, top, width, rowHeight } = place;
  const fromMs = segments[0]?.fromMs ?? 0;
  const spanMs = Math.max(1, (segments.at(-1)?.toMs ?? 0) - fromMs);
  const x = (ms: number): number => left + ((ms - fromMs) / spanMs) * width;
  const rows = [...POWER_STATES].reverse();
  const bottom = top + rowHeight * rows.length;
  const parts = rows.map(
    (state, row) =>
      `<text x="${left - 8}" y="${(top + rowHeight * (row + 0.65)).toFixed(1)}" text-anchor="end">${state}</text>`,
  );
  for (const { state, fromMs: from, toMs: to } of segments) {
    // At least half a unit wide: eight seconds of a day would not be seen.
    const size = `x="${x(from).toFixed(1)}" width="${Math.max(0.5, x(to) - x(from)).toFixed(1)}"`;
    const y = (top + rowHeight * rows.indexOf(state) + 1).toFixed(1);
    parts.push(`<rect ${size} y="${y}" height="${rowHeight - 2}" fill="${STATE_COLORS[state]}"/>`);
  }
  const HOUR_MS = 3_600_000;
  const hours = spanMs / HOUR_MS;
  const step = hours > 12 ? 3 : hours > 4 ? 1 : 0.25;
  for (let at = Math.ceil(fromMs / (step * HOUR_MS)) * step * HOUR_MS; at <= fromMs + spanMs; at += step * HOUR_MS) {
    const label = new Date(at).toISOString().slice(11, 16);
    parts.push(
      `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${bottom}" y2="${bottom + 4}" stroke="#555"/>`,
      `<text x="${x(at).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`,
    );
  }
  return parts.join("\n");
}
