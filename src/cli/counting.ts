import { remark, type Terminal } from "./terminal.js";

const WIDTH = 30;
const EVERY_MS = 200;
const QUIET_MS = 2000;

/**
 * Says how far a long run is, once it has taken two seconds: a bar in place on a terminal, a line for each tenth elsewhere. The
 * last state is left standing.
 */
export function counting(terminal: Terminal, what: string): (done: number, total: number, note?: string) => void {
  const startedMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let tenth = 0;
  return (done, total, note = "") => {
    const nowMs = performance.now();
    const elapsedMs = nowMs - startedMs;
    if (elapsedMs < QUIET_MS && done < total) return;
    const left = done === 0 ? "" : `, ${duration((elapsedMs * (total - done)) / done)} left`;
    const text = `${done} of ${total} ${what}${done < total ? left : `, ${duration(elapsedMs)}`}${note === "" ? "" : `  ${note}`}`;
    if (terminal.stderr.isTTY === true) {
      if (nowMs - drawnMs < EVERY_MS && done < total) return;
      drawnMs = nowMs;
      const full = Math.round((done / Math.max(1, total)) * WIDTH);
      terminal.stderr.write(
        `\r\u001b[K[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${text}${done < total ? "" : "\n"}`,
      );
    } else if (Math.floor((10 * done) / total) > tenth && elapsedMs >= QUIET_MS) {
      tenth = Math.floor((10 * done) / total);
      remark(terminal, text);
    }
  };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
