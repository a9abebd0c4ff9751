import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { tinyGguf, writeTinyGguf } from "../../../test/support/tiny-gguf.js";
import { readGgufFacts } from "./gguf-header.js";

const directory = mkdtempSync(join(tmpdir(), "mao-gguf-"));
const path = join(directory, "model.gguf");
const whole = tinyGguf();
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function readBytes(bytes: Uint8Array): ReturnType<typeof readGgufFacts> {
  writeFileSync(path, bytes);
  return readGgufFacts(path);
}

describe("a GGUF header", () => {
  test("tells architecture, context, quantization and size", async () => {
    const facts = await readBytes(whole);
    expect(facts).toMatchObject({
      architecture: "llama",
      title: "tiny",
      contextTokens: 512,
      quantization: "Q8_0",
      sizeBytes: whole.length,
      hasChatTemplate: true,
    });
    // Embedding and output of every token, four square and three rectangular matrices, three norms.
    expect(facts.parameters).toBe(facts.vocabularyTokens * 32 * 2 + 4 * 32 * 32 + 3 * 32 * 64 + 3 * 32);
  });

  test.each([
    "llama.context_length",
    "llama.embedding_length",
    "llama.block_count",
    "llama.feed_forward_length",
    "llama.attention.head_count",
    "tokenizer.ggml.model",
    "tokenizer.ggml.tokens",
  ])("without %s is refused by that name, before llama.cpp could abort on it", async (key) => {
    writeTinyGguf(path, { omitKeys: [key] });
    await expect(readGgufFacts(path)).rejects.toThrow(key);
  });

  // Found by damaging single bytes and loading the file in a process of its own: each of these aborted llama.cpp.
  test.each([
    [{ "llama.block_count": 16_777_217 }, "layers"],
    [{ "llama.attention.head_count_kv": 32 }, "2 attention heads over 32 key-value heads"],
    [{ "llama.attention.head_count": 0 }, "0 attention heads"],
    [{ "llama.feed_forward_length": 1 }, "feed_forward_length of 1, tensor blk.0.ffn_gate.weight has 64"],
    [{ "": 1 }, "an entry without a key"],
    [{ "split.count": 3 }, "one of 3 parts"],
    [{ "general.alignment": 3 }, "general.alignment"],
  ])("with %o is refused", async (setKeys, message) => {
    writeTinyGguf(path, { setKeys });
    await expect(readGgufFacts(path)).rejects.toThrow(message);
  });

  test("without its architecture is refused", async () => {
    writeTinyGguf(path, { omitKeys: ["general.architecture"] });
    await expect(readGgufFacts(path)).rejects.toThrow("does not name an architecture");
  });

  test("without a file type takes the quantization of most of its bytes", async () => {
    writeTinyGguf(path, { omitKeys: ["general.file_type"] });
    expect((await readGgufFacts(path)).quantization).toBe("Q8_0");
  });

  test("of another format, version or byte order says so", async () => {
    await expect(readBytes(new TextEncoder().encode("PK\u0003\u0004 this is a zip file, not a model"))).rejects.toThrow(
      "not a GGUF file",
    );
    const old = whole.slice();
    old[4] = 1;
    await expect(readBytes(old)).rejects.toThrow("expected GGUF version 2 or 3, got 1");
    const bigEndian = whole.slice();
    bigEndian.set([0, 0, 0, 3], 4);
    await expect(readBytes(bigEndian)).rejects.toThrow("big-endian");
    await expect(readBytes(new Uint8Array())).rejects.toThrow("0 bytes");
    await expect(readGgufFacts(join(directory, "absent.gguf"))).rejects.toThrow(/absent\.gguf/);
    await expect(readGgufFacts(directory)).rejects.toThrow(directory);
  });

  test("of a file that lost its end names the tensor and both sizes", async () => {
    const cut = whole.slice(0, whole.length - 100);
    await expect(readBytes(cut)).rejects.toThrow(
      new RegExp(`truncated: tensor .* ends at byte ${whole.length}, the file has ${cut.length}`),
    );
  });

  test("cut anywhere is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 33 }), async (length) => {
        await expect(readBytes(whole.slice(0, length))).rejects.toThrow(/Cannot use model file/);
      }),
      { numRuns: 60 },
    );
  });

  test("with a damaged byte is read or refused with a reason, and never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: 20_000 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const damaged = whole.slice();
        damaged[at] = byte;
        const outcome = await readBytes(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^Cannot use model file/);
        else expect(outcome).toMatchObject({ sizeBytes: whole.length });
      }),
      { numRuns: 100 },
    );
  });
});
