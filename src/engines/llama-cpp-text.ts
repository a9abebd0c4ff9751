import type { LlamaModelHandle } from "../core/llama-binding.js";

/** Tokens to text as they come: a character whose bytes are spread over tokens is held back until it is whole. */
export class TokenText {
  readonly #model: LlamaModelHandle;
  #before: number[] = [];
  #pending: number[] = [];

  constructor(model: LlamaModelHandle, promptTokens: readonly number[]) {
    this.#model = model;
    this.#before = promptTokens.slice(-4);
  }

  /** The text that `token` completes; empty while a character is unfinished. */
  push(token: number): string {
    this.#pending.push(token);
    const text = this.#model.detokenize(this.#pending, false, this.#before);
    // A character has at most four bytes; what is still not one after that is wrong, not unfinished.
    if (text.endsWith("\ufffd") && this.#pending.length < 4) return "";
    return this.#settle(text);
  }

  /** What is still held back. */
  flush(): string {
    return this.#pending.length === 0 ? "" : this.#settle(this.#model.detokenize(this.#pending, false, this.#before));
  }

  #settle(text: string): string {
    this.#before = [...this.#before, ...this.#pending].slice(-4);
    this.#pending = [];
    return text;
  }
}

/** Finds stop sequences in text that comes in pieces; holds back only what may become one. */
export class StopFinder {
  readonly #stops: readonly string[];
  #held = "";

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
  }

  /** The text that is certainly before any stop sequence, and the sequence itself once it is complete. */
  push(piece: string): { readonly text: string; readonly stop?: string } {
    const text = this.#held + piece;
    let first = -1;
    let found: string | undefined;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at !== -1 && (first === -1 || at < first)) {
        first = at;
        found = stop;
      }
    }
    if (found !== undefined) {
      this.#held = "";
      return { text: text.slice(0, first), stop: found };
    }
    const keep = longestOverlap(text, this.#stops);
    this.#held = text.slice(text.length - keep);
    return { text: text.slice(0, text.length - keep) };
  }

  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

/** Length of the longest end of `text` that begins one of `stops`. */
function longestOverlap(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}

/** A piece of the answer, or of what the model thought before it. */
export interface TextPiece {
  readonly kind: "text" | "reasoning";
  readonly text: string;
}

/** Parts a thought, marked by `opening` and `closing`, from the answer after it. Only a thought at the start counts. */
export class ThoughtSplitter {
  readonly #opening: string;
  readonly #closing: string;
  #state: "before" | "inside" | "gap" | "after";
  #held = "";

  constructor(marks: { readonly opening: string; readonly closing: string; readonly open: boolean } | undefined) {
    this.#opening = marks?.opening ?? "";
    this.#closing = marks?.closing ?? "";
    this.#state = marks === undefined ? "after" : marks.open ? "inside" : "before";
  }

  /** Whether what comes next still belongs to the thought. */
  get thinking(): boolean {
    return this.#state === "inside";
  }

  push(piece: string): TextPiece[] {
    if (this.#state === "gap") {
      const text = piece.trimStart(); // models leave blank lines between thought and answer
      if (text !== "") this.#state = "after";
      return some("text", text);
    }
    if (this.#state === "after") return some("text", piece);
    this.#held += piece;
    if (this.#state === "before") {
      const start = this.#held.trimStart();
      if (this.#opening.startsWith(start)) {
        if (start.length < this.#opening.length) return [];
      } else if (!start.startsWith(this.#opening)) {
        this.#state = "after";
        return some("text", this.#take(this.#held.length));
      }
      this.#state = "inside";
      this.#held = start.slice(this.#opening.length);
    }
    const end = this.#held.indexOf(this.#closing);
    if (end === -1) {
      return some("reasoning", this.#take(this.#held.length - longestOverlap(this.#held, [this.#closing])));
    }
    const thought = this.#take(end);
    this.#state = "gap";
    return [...some("reasoning", thought), ...this.push(this.#take(this.#held.length).slice(this.#closing.length))];
  }

  flush(): TextPiece[] {
    return some(this.#state === "inside" ? "reasoning" : "text", this.#take(this.#held.length));
  }

  #take(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text;
  }
}

function some(kind: TextPiece["kind"], text: string): TextPiece[] {
  return text === "" ? [] : [{ kind, text }];
}
