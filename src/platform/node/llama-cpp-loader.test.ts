import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type * as library from "node-llama-cpp";
import { afterAll, expect, expectTypeOf, test } from "vitest";
import { writeTinyGguf } from "../../../test/support/tiny-gguf.js";
import type { LlamaChatFormat, LlamaContextHandle, LlamaModelHandle, LlamaRuntime } from "../../core/llama-binding.js";
import { loadLlamaCpp } from "./llama-cpp-loader.js";

const directory = mkdtempSync(join(tmpdir(), "mao-loader-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the library's own classes fit the engine's structures", () => {
  expectTypeOf<library.Llama>().toExtend<LlamaRuntime>();
  expectTypeOf<library.LlamaModel>().toExtend<LlamaModelHandle>();
  expectTypeOf<library.LlamaContext>().toExtend<LlamaContextHandle>();
  expectTypeOf<library.ChatWrapper>().toExtend<LlamaChatFormat>();
});

test("a file that would abort the process is refused before llama.cpp sees it", async () => {
  const path = join(directory, "broken.gguf");
  writeTinyGguf(path, { omitKeys: ["llama.attention.head_count"] });
  const binding = await loadLlamaCpp();
  try {
    await expect(binding.checkModelFile?.(path)).rejects.toThrow("llama.attention.head_count");
    writeTinyGguf(path);
    await binding.checkModelFile?.(path);
  } finally {
    await binding.llama.dispose();
  }
});

/** Runs a program in a process of its own, with the library at `libraryPath`; resolves to what it printed. */
async function run(
  program: string,
  libraryPath: string,
  ...words: string[]
): Promise<{ stdout: string; stderr: string }> {
  const { build } = await import("esbuild");
  const bundle = join(directory, "main.mjs");
  await build({
    stdin: { contents: program, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    // The bundle lies outside the project, where the bare name would not be found.
    alias: { "node-llama-cpp": libraryPath },
    external: [libraryPath],
  });
  return promisify(execFile)(process.execPath, [bundle, ...words], { timeout: 30_000 });
}

test("loading, answering and closing prints nothing and lets the process end", async () => {
  const path = join(directory, "tiny.gguf");
  writeTinyGguf(path, { reply: ["Hi", "!"] });
  const program = `
    import { createLlamaCppModel } from "./src/engines/llama-cpp.js";
    import { loadLlamaCpp } from "./src/platform/node/llama-cpp-loader.js";
    const model = createLlamaCppModel({ modelPath: process.argv[2]!, load: loadLlamaCpp });
    const { content } = await model.doGenerate({ prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }] });
    console.log(JSON.stringify(content));
    await model.close();`;
  const { stdout, stderr } = await run(program, join(process.cwd(), "node_modules/node-llama-cpp/dist/index.js"), path);
  expect(JSON.parse(stdout)).toEqual([{ type: "text", text: "Hi!" }]);
  expect(stderr).toBe("");
});

test("without the library it names the command that installs it", async () => {
  const program = `
    import { loadLlamaCpp } from "./src/platform/node/llama-cpp-loader.js";
    await loadLlamaCpp().catch((error) => console.log(error.name, error.retryable, error.message));`;
  const { stdout } = await run(program, join(directory, "absent", "index.js"));
  expect(stdout).toMatch(/^EngineError false .*npm install node-llama-cpp/);
});
