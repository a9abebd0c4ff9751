import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { collectStream } from "../core/language-model.js";

/**
 * One stream of an answer for several readers: each sees every part from the beginning, whenever it came. When the last
 * reader has cancelled, the source is.
 */
export class SharedStream {
  readonly #parts: LanguageModelV4StreamPart[] = [];
  readonly #readers = new Set<ReadableStreamDefaultController<LanguageModelV4StreamPart>>();
  readonly #abandoned = new AbortController();
  readonly #ended: () => void;
  /** The whole answer; rejects when the source failed or everybody left. */
  readonly result: Promise<LanguageModelV4GenerateResult>;
  #end: { readonly error?: unknown } | undefined;

  /** `ended` is called once: at the end, on failure, or when the last reader has left and nobody new may join. */
  constructor(open: (signal: AbortSignal) => Promise<ReadableStream<LanguageModelV4StreamPart>>, ended: () => void) {
    this.#ended = ended;
    this.result = this.#read(open);
    this.result.catch(() => {}); // each reader hears of it; nobody may be left to
  }

  /** A stream of its own for one more reader. */
  reader(): ReadableStream<LanguageModelV4StreamPart> {
    let own: ReadableStreamDefaultController<LanguageModelV4StreamPart>;
    return new ReadableStream<LanguageModelV4StreamPart>({
      start: (controller) => {
        own = controller;
        for (const part of this.#parts) controller.enqueue(part);
        if (this.#end === undefined) this.#readers.add(controller);
        else if ("error" in this.#end) controller.error(this.#end.error);
        else controller.close();
      },
      cancel: (reason) => {
        this.#readers.delete(own);
        if (this.#readers.size > 0 || this.#end !== undefined) return;
        this.#ended();
        this.#abandoned.abort(reason);
      },
    });
  }

  async #read(
    open: (signal: AbortSignal) => Promise<ReadableStream<LanguageModelV4StreamPart>>,
  ): Promise<LanguageModelV4GenerateResult> {
    const { signal } = this.#abandoned;
    try {
      const result = await collectStream(await open(signal), {
        signal,
        onPart: (part) => {
          this.#parts.push(part);
          for (const reader of this.#readers) reader.enqueue(part);
        },
      });
      this.#end = {};
      for (const reader of this.#readers) reader.close();
      return result;
    } catch (error) {
      this.#end = { error };
      for (const reader of this.#readers) reader.error(error);
      throw error;
    } finally {
      this.#readers.clear();
      this.#ended();
    }
  }
}
