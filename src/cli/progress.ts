import { bytes, type Terminal } from "./terminal.js";

const WIDTH = 30;
const EVERY_MS = 100;

/** A progress bar on standard error: redrawn in place on a terminal, one line for each tenth elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #startedMs = performance.now();
  #drawnMs = 0;
  #tenth = -1;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows how far a download is; `totalBytes` may be unknown. */
  show(receivedBytes: number, totalBytes: number | undefined): void {
    const nowMs = performance.now();
    const share = totalBytes === undefined || totalBytes === 0 ? undefined : Math.min(1, receivedBytes / totalBytes);
    const perSecond = receivedBytes / Math.max(0.001, (nowMs - this.#startedMs) / 1000);
    const amount = `${bytes(receivedBytes)}${totalBytes === undefined ? "" : ` of ${bytes(totalBytes)}`}, ${bytes(perSecond)}/s`;
    if (this.#terminal.stderr.isTTY) {
      if (nowMs - this.#drawnMs < EVERY_MS && share !== 1) return;
      this.#drawnMs = nowMs;
      const full = Math.round((share ?? 0) * WIDTH);
      const bar =
        share === undefined ? "" : `[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${Math.floor(share * 100)} %  `;
      this.#terminal.stderr.write(`\r\u001b[K${bar}${amount}`);
    } else if (share !== undefined && Math.floor(share * 10) > this.#tenth) {
      this.#tenth = Math.floor(share * 10);
      this.#terminal.stderr.write(`${this.#tenth * 10} %  ${amount}\n`);
    }
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#terminal.stderr.isTTY && this.#drawnMs > 0) this.#terminal.stderr.write("\n");
  }
}
