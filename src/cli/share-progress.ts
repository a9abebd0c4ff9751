import type { Terminal } from "./terminal.js";

const WIDTH = 30;
const EVERY_MS = 100;

/** A progress bar for work whose share is known: redrawn in place on a terminal, one line for each tenth elsewhere. */
export class ShareProgress {
  readonly #terminal: Terminal;
  #drawnMs = 0;
  #tenth = -1;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** `share` from 0 to 1, and what is under way. */
  show(share: number, doing: string): void {
    const { stderr } = this.#terminal;
    if (stderr.isTTY) {
      const nowMs = performance.now();
      if (nowMs - this.#drawnMs < EVERY_MS && share < 1) return;
      this.#drawnMs = nowMs;
      const full = Math.round(share * WIDTH);
      stderr.write(`\r\u001b[K[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${Math.floor(share * 100)} %  ${doing}`);
    } else if (Math.floor(share * 10) > this.#tenth) {
      this.#tenth = Math.floor(share * 10);
      stderr.write(`${this.#tenth * 10} %  ${doing}\n`);
    }
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#terminal.stderr.isTTY && this.#drawnMs > 0) this.#terminal.stderr.write("\n");
  }
}
