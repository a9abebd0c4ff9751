import { afterEach, describe, expect, test } from "vitest";
import { jsonReply, type OpenAIServer, type ServerReply, startOpenAIServer } from "../../test/support/openai-server.js";
import { detectLocalServers } from "./local-servers.js";

const servers: OpenAIServer[] = [];
/** A server that knows these paths and answers 404 elsewhere. */
async function serve(paths: Readonly<Record<string, ServerReply>>): Promise<number> {
  const server = await startOpenAIServer(({ path }) => paths[path] ?? jsonReply({ error: "not found" }, 404));
  servers.push(server);
  return server.port;
}
/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = await startOpenAIServer([]);
  await server.close();
  return server.port;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const patient = { timeoutMs: 5000 }; // the machine may be busy; only the silent server is to be waited for

describe("looking for servers on this device", () => {
  test("finds all three at once, with their models", async () => {
    const ollama = await serve({
      "/api/tags": jsonReply({
        models: [
          { name: "qwen3:4b", details: { family: "qwen3" } },
          { name: "gpt-oss:120b-cloud" },
          { name: "renamed", remote_host: "https://ollama.com:443", remote_model: "gpt-oss:120b" },
          { name: "nomic-embed-text:latest", details: { family: "nomic-bert" } },
        ],
      }),
      "/api/ps": jsonReply({ models: [{ name: "qwen3:4b", context_length: 4096 }] }),
    });
    const llamaServer = await serve({
      "/v1/models": jsonReply({
        object: "list",
        data: [{ id: "tiny.gguf", owned_by: "llamacpp", meta: { n_ctx_train: 32768 } }],
      }),
      "/props": jsonReply({ default_generation_settings: { n_ctx: 2048 } }),
    });
    const lmStudio = await serve({
      "/v1/models": jsonReply({ data: [{ id: "gemma" }, { id: "embed" }] }),
      "/api/v0/models": jsonReply({
        data: [
          { id: "gemma", type: "llm", max_context_length: 8192, loaded_context_length: 4096 },
          { id: "embed", type: "embeddings" },
        ],
      }),
    });
    expect(await detectLocalServers({ ...patient, ports: { ollama, llamaServer, lmStudio } })).toEqual([
      {
        name: "ollama",
        baseUrl: `http://127.0.0.1:${ollama}/v1`,
        models: [
          { id: "qwen3:4b", contextTokens: 4096, forwardsToCloud: false },
          { id: "gpt-oss:120b-cloud", forwardsToCloud: true },
          { id: "renamed", forwardsToCloud: true },
        ],
      },
      {
        name: "llama-server",
        baseUrl: `http://127.0.0.1:${llamaServer}/v1`,
        models: [{ id: "tiny.gguf", contextTokens: 2048, forwardsToCloud: false }],
      },
      {
        name: "lm-studio",
        baseUrl: `http://127.0.0.1:${lmStudio}/v1`,
        models: [{ id: "gemma", contextTokens: 4096, forwardsToCloud: false }],
      },
    ]);
  });

  test("names another server that speaks the same wire by what it is", async () => {
    const llamaServer = await serve({ "/v1/models": jsonReply({ data: [{ id: "m" }] }) });
    const none = await freePort();
    const found = await detectLocalServers({ ...patient, ports: { ollama: none, llamaServer, lmStudio: none } });
    expect(found.map(({ name }) => name)).toEqual(["openai-compatible"]);
  });

  test("finds nobody where nobody listens", async () => {
    const none = await freePort();
    expect(await detectLocalServers({ ports: { ollama: none, llamaServer: none, lmStudio: none } })).toEqual([]);
  });

  test("does not take strangers for servers", async () => {
    const page: ServerReply = { kind: "body", headers: { "content-type": "text/html" }, body: "<html></html>" };
    const strange = ["null", "[]", "7", '{"models":7,"data":{"a":1}}', "{"];
    for (const body of strange) {
      const port = await serve({ "/api/tags": { kind: "body", body }, "/v1/models": { kind: "body", body } });
      expect(
        await detectLocalServers({ ...patient, ports: { ollama: port, llamaServer: port, lmStudio: port } }),
      ).toEqual([]);
    }
    const html = await serve({ "/api/tags": page, "/v1/models": page });
    const huge = await serve({ "/v1/models": jsonReply({ data: [{ id: "x".repeat(2_000_000) }] }) });
    const away: ServerReply = { kind: "body", status: 307, headers: { location: "/other" }, body: "" };
    const moved = await serve({ "/v1/models": away, "/other": jsonReply({ data: [{ id: "m" }] }) });
    expect(
      await detectLocalServers({ ...patient, ports: { ollama: html, llamaServer: huge, lmStudio: moved } }),
    ).toEqual([]);
    const reset = await serve({ "/api/tags": { kind: "reset" }, "/v1/models": { kind: "reset" } });
    expect(
      await detectLocalServers({ ...patient, ports: { ollama: reset, llamaServer: reset, lmStudio: reset } }),
    ).toEqual([]);
  });

  test("does not wait for a silent one, nor for one that never stops talking", async () => {
    const silent = await serve({
      "/api/tags": { kind: "silence" },
      "/v1/models": { kind: "events", events: ["a"], end: "hang" },
    });
    expect(
      await detectLocalServers({ timeoutMs: 50, ports: { ollama: silent, llamaServer: silent, lmStudio: silent } }),
    ).toEqual([]);
    const deaf = { fetch: () => new Promise<Response>(() => {}), timeoutMs: 20 };
    expect(await detectLocalServers(deaf)).toEqual([]);
  });

  test("asks 127.0.0.1 only, without a body", async () => {
    const asked: { url: string; init: RequestInit }[] = [];
    await detectLocalServers({
      fetch: async (url, init) => {
        asked.push({ url, init });
        throw new TypeError("fetch failed");
      },
    });
    expect(asked.map(({ url }) => new URL(url).host).sort()).toEqual(
      ["11434", "11434", "1234", "1234", "8080", "8080"].map((port) => `127.0.0.1:${port}`),
    );
    for (const { init } of asked) expect(init).toMatchObject({ method: "GET", redirect: "error" });
  });

  test("ends with the signal's own reason", async () => {
    const controller = new AbortController();
    const pending = detectLocalServers({
      fetch: () => new Promise(() => {}),
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    const reason = new Error("stop");
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });
});
