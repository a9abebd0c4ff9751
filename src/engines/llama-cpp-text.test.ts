import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LlamaModelHandle } from "../core/llama-binding.js";
import { StopFinder, ThoughtSplitter, TokenText } from "./llama-cpp-text.js";

const split = (text: string, cuts: readonly number[]): string[] => {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((end, at) => text.slice(places[at - 1] ?? 0, end));
};

describe("stop sequences", () => {
  test("are found however the text is cut, and the text before them is whole", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 }),
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }), { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (text, stops, cuts) => {
          const finder = new StopFinder(stops);
          let seen = "";
          let stopped: string | undefined;
          for (const piece of split(text, cuts)) {
            const found = finder.push(piece);
            seen += found.text;
            stopped = found.stop;
            if (stopped !== undefined) break;
          }
          if (stopped === undefined) seen += finder.flush();
          // Nothing of a stop sequence that the whole text holds may be shown; without one, nothing may be lost.
          const held = stops.some((stop) => text.includes(stop));
          expect(stopped !== undefined).toBe(held);
          expect(stops.some((stop) => seen.includes(stop))).toBe(false);
          if (held) expect(text.startsWith(seen + stopped)).toBe(true);
          else expect(seen).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("hold back only what may become one", () => {
    const finder = new StopFinder(["</s>"]);
    expect(finder.push("a < b")).toEqual({ text: "a < b" });
    expect(finder.push(" <")).toEqual({ text: " " });
    expect(finder.push("/s")).toEqual({ text: "" });
    expect(finder.push("x")).toEqual({ text: "</sx" });
  });
});

describe("a thought", () => {
  const marks = { opening: "<think>", closing: "</think>", open: false };
  const read = (pieces: readonly string[], open = false): { text: string; reasoning: string } => {
    const splitter = new ThoughtSplitter({ ...marks, open });
    const seen = { text: "", reasoning: "" };
    for (const piece of [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.flush()])
      seen[piece.kind] += piece.text;
    return seen;
  };

  test("before the answer is told from it however the text is cut", () => {
    const text = "\n<think>2 < 3, so</think>\n\nThree.\n";
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 10 }), (cuts) => {
        expect(read(split(text, cuts))).toEqual({ reasoning: "2 < 3, so", text: "Three.\n" });
      }),
    );
  });

  test("that the template opened needs no opening mark, and may be all there is", () => {
    expect(read(["hm", "m</thi", "nk>", "yes"], true)).toEqual({ reasoning: "hmm", text: "yes" });
    expect(read(["unfinished </th"], true)).toEqual({ reasoning: "unfinished </th", text: "" });
  });

  test("only counts at the start", () => {
    expect(read(["The tag <think>", " is a tag"])).toEqual({ reasoning: "", text: "The tag <think> is a tag" });
    expect(read(["<th"])).toEqual({ reasoning: "", text: "<th" });
  });
});

test("a character whose bytes are spread over tokens comes out whole", () => {
  const bytes = [...new TextEncoder().encode("é🙂")];
  // Only `detokenize` is used; tokens are bytes here.
  const model = {
    detokenize: (tokens: readonly number[]) => new TextDecoder().decode(Uint8Array.from(tokens)),
  } as unknown as LlamaModelHandle;
  const decoder = new TokenText(model, []);
  expect(bytes.map((byte) => decoder.push(byte))).toEqual(["", "é", "", "", "", "🙂"]);
  expect(decoder.push(0xff)).toBe("");
  expect(decoder.flush()).toBe("\ufffd");
});
